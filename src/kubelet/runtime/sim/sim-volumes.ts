/**
 * Volumes of a simulated node: nothing is mounted, but what a volume refers to must be there, as on a real
 * one; so a pod with a missing ConfigMap waits for it with the same event.
 */
import type { Pod, Volume } from "#api";
import type { References } from "../../pod/references.ts";
import { ownBytes } from "./first-files.ts";
import type { SimRuntime } from "./sim-runtime.ts";
import { type PodVolumes, type SubPathRequest, VolumeError } from "../../volumes/volumes.ts";

export class SimVolumes implements PodVolumes {
  readonly #references: Pick<References, "configMap" | "secret">;
  readonly #files: Map<string, Uint8Array>;
  readonly #ready = new Map<string, ReadonlyMap<string, string>>();

  constructor(deps: {
    readonly references: Pick<References, "configMap" | "secret">;
    /** Whose containers see the files. */
    readonly runtime: Pick<SimRuntime, "hostFiles">;
  }) {
    this.#references = deps.references;
    this.#files = deps.runtime.hostFiles;
  }

  async setUp(pod: Pod, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const uid = pod.metadata.uid ?? "";
    const known = this.#ready.get(uid);
    if (known !== undefined) return known;
    const paths = new Map<string, string>();
    for (const volume of pod.spec.volumes ?? []) {
      await this.#check(pod, volume, signal);
      paths.set(volume.name, `/var/lib/kubelet/pods/${uid}/volumes/${volume.name}`);
    }
    this.#ready.set(uid, paths);
    return paths;
  }

  async subPath({ root, path }: SubPathRequest, _signal: AbortSignal): Promise<string> {
    return `${root}/${path}`;
  }

  async file(root: string, path: string, _signal: AbortSignal): Promise<string> {
    const bytes = this.#files.get(`${root}/${path}`);
    if (bytes === undefined) throw new Error(`no file "${path}" is in "${root}"`);
    return Buffer.from(bytes).toString("utf8");
  }

  async image(podUid: string, volume: string, _imageId: string, _signal: AbortSignal): Promise<string> {
    return `/var/lib/kubelet/pods/${podUid}/volumes/${volume}`;
  }

  async hostsFile(podUid: string, make: (nodeHosts: string) => string): Promise<string> {
    const path = hostsPathOf(podUid);
    this.#files.set(path, ownBytes(make("127.0.0.1\tlocalhost\n")));
    return path;
  }

  async tearDown(podUid: string, _signal: AbortSignal): Promise<void> {
    this.#ready.delete(podUid);
    this.#files.delete(hostsPathOf(podUid));
  }

  async #check(pod: Pod, volume: Volume, signal: AbortSignal): Promise<void> {
    const namespace = pod.metadata.namespace ?? "";
    const { configMap, secret, projected } = volume;
    const maps = [configMap, ...(projected?.sources ?? []).map((one) => one.configMap)];
    for (const one of maps) {
      if (one === undefined || one.optional === true) continue;
      const found = await this.#references.configMap(namespace, one.name ?? "", signal);
      if (found === undefined) throw missing(volume, `configmap "${one.name}" not found`);
    }
    const secrets = [
      ...(secret === undefined ? [] : [{ name: secret.secretName, optional: secret.optional }]),
      ...(projected?.sources ?? []).flatMap((one) => (one.secret === undefined ? [] : [one.secret])),
    ];
    for (const one of secrets) {
      if (one.optional === true) continue;
      const found = await this.#references.secret(namespace, one.name ?? "", signal);
      if (found === undefined) throw missing(volume, `secret "${one.name}" not found`);
    }
  }
}

function hostsPathOf(podUid: string): string {
  return `/var/lib/kubelet/pods/${podUid}/etc-hosts`;
}

function missing(volume: Volume, detail: string): VolumeError {
  return new VolumeError("mount", `MountVolume.SetUp failed for volume "${volume.name}" : ${detail}`);
}
