/**
 * Volumes of a real node, laid out as upstream does:
 *
 *   <root>/pods/<uid>/volumes/<plug-in>/<name>                     the volume
 *   <root>/pods/<uid>/etc-hosts                                    what its containers have at /etc/hosts
 *   <root>/pods/<uid>/volume-subpaths/<name>/<container>/<index>   a part of one, for one container
 *
 * It remembers nothing: what is ready is seen on the disk. Content from the API is looked at again while the
 * pod lives.
 */
import type { Pod, Volume } from "#api";
import { type Env, messageOf } from "#base";
import type { Lister } from "#client";
import { volumeRefreshMs } from "../limits.ts";
import type { PayloadSources } from "./payload.ts";
import { image as imageVolume } from "./plugins/image.ts";
import { pluginOf } from "./plugins/mod.ts";
import type { ServiceAccountTokens } from "./service-account-tokens.ts";
import type { VolumeHost } from "./volume-plugin.ts";
import { type PodVolumes, type SubPathRequest, VolumeError } from "./volumes.ts";

/** The host's part beside what plug-ins use. */
export interface PodHost extends VolumeHost {
  exists(path: string): Promise<boolean>;
  /** Mounts a part of a volume at `target`, unless it is what is mounted there. */
  part(root: string, path: string, target: string, signal: AbortSignal): Promise<void>;
  /** Of a file of a volume. */
  text(root: string, path: string): Promise<string>;
  /** Writes a file made from the host's own /etc/hosts, unless it is so already. */
  hosts(path: string, make: (nodeHosts: string) => string): Promise<void>;
  /** Mounts the files of an image read-only. Idempotent. */
  image(imageId: string, target: string, signal: AbortSignal): Promise<void>;
  /** Unmounts everything below a directory and removes it. Idempotent. */
  clear(directory: string, signal: AbortSignal): Promise<void>;
}

/** What volumes are made from. */
export interface MachineVolumesDeps {
  readonly host: PodHost;
  readonly references: PayloadSources["references"];
  readonly tokens: ServiceAccountTokens;
  /** Of this node. */
  readonly pods: Lister<Pod>;
}

/** Where they lie. */
export interface MachineVolumesOptions {
  /** `/var/lib/kubelet`. */
  readonly rootDirectory: string;
  /** For resource fields of containers without limits. */
  readonly allocatable: Readonly<Record<string, string>>;
  /** How often content from the API is looked at. Default a minute. */
  readonly refreshMs?: number;
}

/** One per node; its owner runs `run`. */
export class MachineVolumes implements PodVolumes {
  readonly #env: Env;
  readonly #deps: MachineVolumesDeps;
  readonly #options: MachineVolumesOptions;

  constructor(env: Env, deps: MachineVolumesDeps, options: MachineVolumesOptions) {
    this.#env = env;
    this.#deps = deps;
    this.#options = options;
  }

  async setUp(pod: Pod, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const volumes = pod.spec.volumes ?? [];
    const paths = await Promise.all(volumes.map((volume) => this.#setUp(pod, volume, signal)));
    return new Map(volumes.map((volume, index) => [volume.name, paths[index] ?? ""]));
  }

  async subPath(request: SubPathRequest, signal: AbortSignal): Promise<string> {
    const { podUid, volume, container, index, root, path } = request;
    const target = `${this.#pod(podUid)}/volume-subpaths/${volume}/${container}/${index}`;
    await this.#deps.host.part(root, path, target, signal);
    return target;
  }

  file(root: string, path: string): Promise<string> {
    return this.#deps.host.text(root, path);
  }

  async image(podUid: string, volume: string, imageId: string, signal: AbortSignal): Promise<string> {
    const path = `${this.#pod(podUid)}/volumes/${imageVolume.directory}/${volume}`;
    await this.#deps.host.image(imageId, path, signal);
    return path;
  }

  async hostsFile(podUid: string, make: (nodeHosts: string) => string): Promise<string> {
    const path = `${this.#pod(podUid)}/etc-hosts`;
    await this.#deps.host.hosts(path, make);
    return path;
  }

  async tearDown(podUid: string, signal: AbortSignal): Promise<void> {
    const { host, tokens } = this.#deps;
    tokens.forget(podUid);
    // Parts first: they hold their volumes.
    await host.clear(`${this.#pod(podUid)}/volume-subpaths`, signal);
    await host.clear(`${this.#pod(podUid)}/volumes`, signal);
    await host.clear(`${this.#pod(podUid)}/etc-hosts`, signal);
  }

  /** Keeps content from the API fresh, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#env.clock.sleep(this.#options.refreshMs ?? volumeRefreshMs, signal);
      for (const pod of this.#deps.pods.list()) await this.#refresh(pod, signal);
    }
  }

  async #refresh(pod: Pod, signal: AbortSignal): Promise<void> {
    for (const volume of pod.spec.volumes ?? []) {
      const plugin = pluginOf(volume);
      // A pod that has no such directory is not there yet, or no more.
      if (plugin?.refreshed !== true || !(await this.#deps.host.exists(this.#path(pod, volume)))) continue;
      try {
        await this.#setUp(pod, volume, signal);
      } catch (error) {
        if (signal.aborted) return;
        const { namespace, name } = pod.metadata;
        const fields = { pod: `${namespace}/${name}`, volume: volume.name, error: messageOf(error) };
        this.#env.log.warn("Cannot refresh a volume", fields);
      }
    }
  }

  async #setUp(pod: Pod, volume: Volume, signal: AbortSignal): Promise<string> {
    const what = `MountVolume.SetUp failed for volume "${volume.name}" : `;
    const plugin = pluginOf(volume);
    if (plugin === undefined) throw new VolumeError("mount", `${what}no volume plugin matched`);
    const { host, references, tokens } = this.#deps;
    const sources = { references, tokens, allocatable: this.#options.allocatable };
    try {
      const work = { pod, volume, path: this.#path(pod, volume), host, sources };
      return await plugin.setUp(work, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw new VolumeError("mount", `${what}${messageOf(error)}`, { cause: error });
    }
  }

  #pod(uid: string): string {
    return `${this.#options.rootDirectory}/pods/${uid}`;
  }

  #path(pod: Pod, volume: Volume): string {
    return `${this.#pod(pod.metadata.uid ?? "")}/volumes/${pluginOf(volume)?.directory}/${volume.name}`;
  }
}
