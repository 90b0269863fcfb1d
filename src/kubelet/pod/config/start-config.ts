/**
 * The configuration of a container that is about to be made: what its image, its references, its volumes and the
 * runtime add to its spec. A user that the pod forbids, and a mount that cannot be made ready, are refused here.
 */
import type { Pod } from "#api";
import { type Env, messageOf } from "#base";
import type { ContainerConfig, IdRange } from "../../runtime/config.ts";
import type { Image, RuntimeService } from "../../runtime/runtime.ts";
import type { PodVolumes } from "../../volumes/volumes.ts";
import { containerConfig, partialMounts } from "./container-config.ts";
import { type PodContainer, podText } from "../containers.ts";
import { environmentOf } from "./environment.ts";
import { hostsFile, hostsPath } from "./hosts-file.ts";
import { latest, type PodObservation, readySandbox } from "../observation.ts";
import type { References } from "../references.ts";
import type { NodeDefaults } from "./sandbox-config.ts";
import { mustRunAsNonRoot, runAsUserOf } from "./security.ts";
import { StartError } from "../start-error.ts";

/** A container to bring up. */
export interface StartRequest {
  readonly pod: Pod;
  readonly observed: PodObservation;
  readonly container: PodContainer;
  readonly attempt: number;
  /** Host paths by volume name. */
  readonly volumes: ReadonlyMap<string, string>;
}

/** What a container takes from its pod's sandbox. */
export interface SandboxFacts {
  readonly podIPs: readonly string[];
  /** Undefined: the node's. */
  readonly users: IdRange | undefined;
}

/** The node's part in every pod. */
export interface NodePart {
  readonly node: NodeDefaults;
  readonly hostIPs: readonly string[];
  /** For pods with users of their own. */
  readonly podIds: IdRange;
}

/** Where the parts come from. */
export interface StartConfigDeps {
  readonly runtime: Pick<RuntimeService, "status">;
  readonly references: References;
  readonly volumes: Pick<PodVolumes, "subPath" | "file" | "hostsFile">;
}

/** One for all pods of a node. */
export class StartConfigs {
  readonly #env: Env;
  readonly #deps: StartConfigDeps;
  readonly #options: NodePart;

  constructor(env: Env, deps: StartConfigDeps, options: NodePart) {
    this.#env = env;
    this.#deps = deps;
    this.#options = options;
  }

  /** Rejects with `StartError`. */
  async of(
    request: StartRequest,
    image: Image,
    { podIPs, users }: SandboxFacts,
    signal: AbortSignal,
  ): Promise<ContainerConfig> {
    const { pod, container, attempt, volumes, observed } = request;
    const { spec } = container;
    const { node, hostIPs } = this.#options;
    const user = runAsUserOf(pod, spec) ?? image.uid ?? (image.userName === undefined ? 0 : undefined);
    if (mustRunAsNonRoot(pod, spec) && user === 0) {
      const why =
        runAsUserOf(pod, spec) === 0
          ? "container's runAsUser breaks non-root policy"
          : "container has runAsNonRoot and image will run as root";
      throw new StartError(
        "CreateContainerConfigError",
        `${why} (pod: "${podText(pod)}", container: ${spec.name})`,
      );
    }
    const { references } = this.#deps;
    const { allocatable } = node;
    const environment = await environmentOf(
      {
        pod,
        container: spec,
        references,
        podIPs,
        hostIPs,
        allocatable,
        fileOf: (volume, path) => this.#fileOf(request, volume, path, signal),
      },
      signal,
    );
    const parts = await this.#parts(request, environment, signal);
    const hosts = await this.#hosts(request, podIPs, signal);
    const target =
      "targetContainerName" in spec ? latest(observed, spec.targetContainerName ?? "") : undefined;
    const recursive = await this.#recursiveReadOnly(request, signal);
    return containerConfig({
      recursiveReadOnly: recursive,
      pod,
      container,
      attempt,
      imageRef: image.id,
      environment,
      volumes,
      parts,
      hosts,
      targetId: target?.id,
      users,
      node,
    });
  }

  /** What could be told of the node by why a file cannot be read stays in the log. */
  async #fileOf(
    { pod, volumes }: StartRequest,
    volume: string,
    path: string,
    signal: AbortSignal,
  ): Promise<string> {
    const refuse = (why: string, error?: unknown): never => {
      throw new StartError("CreateContainerConfigError", why, { cause: error });
    };
    const root = volumes.get(volume) ?? refuse(`cannot find the volume "${volume}" referenced by FileKeyRef`);
    return this.#deps.volumes.file(root, path, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      this.#env.log.warn("Cannot read a file of variables", { pod: podText(pod), error: messageOf(error) });
      return refuse("couldn't parse env file", error);
    });
  }

  /** The host path of the container's hosts file; undefined when it brings its own. */
  async #hosts(
    { pod, container }: StartRequest,
    podIPs: readonly string[],
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const mounts = container.spec.volumeMounts ?? [];
    if (podIPs.length === 0 || mounts.some((one) => one.mountPath === hostsPath)) return undefined;
    const { node } = this.#options;
    const make = (nodeHosts: string): string => hostsFile(pod, podIPs, node, nodeHosts);
    return this.#deps.volumes.hostsFile(pod.metadata.uid ?? "", make, signal);
  }

  /** Whether the pod's handler makes mounts read-only with all that is below; asked only when a mount wants it. */
  async #recursiveReadOnly({ observed, container }: StartRequest, signal: AbortSignal): Promise<boolean> {
    const wanted = (container.spec.volumeMounts ?? []).some(
      (one) => one.recursiveReadOnly !== undefined && one.recursiveReadOnly !== "Disabled",
    );
    if (!wanted) return false;
    const name = readySandbox(observed)?.runtimeHandler ?? "";
    const { handlers } = await this.#deps.runtime.status(signal);
    return handlers.find((one) => one.name === name)?.recursiveReadOnlyMounts ?? false;
  }

  /** Makes the parts of volumes ready that a container mounts by subPath. */
  async #parts(
    { pod, container, volumes }: StartRequest,
    environment: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, string>> {
    const parts = new Map<number, string>();
    const { name } = container.spec;
    for (const { volume, index, path } of partialMounts(container.spec.volumeMounts ?? [], environment)) {
      const root = volumes.get(volume);
      if (root === undefined) continue;
      const request = { podUid: pod.metadata.uid ?? "", volume, container: name, index, root, path };
      try {
        parts.set(index, await this.#deps.volumes.subPath(request, signal));
      } catch (error) {
        signal.throwIfAborted();
        const text = `failed to prepare subPath for volumeMount "${volume}" of container "${name}"`;
        this.#env.log.warn(text, { pod: podText(pod), error: messageOf(error) });
        throw new StartError("CreateContainerConfigError", text, { cause: error });
      }
    }
    return parts;
  }
}
