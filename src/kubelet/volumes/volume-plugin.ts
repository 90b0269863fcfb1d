/** What a kind of volume is to the node (`plugins/`). */
import type { Pod, Volume } from "#api";
import type { Payload, PayloadSources } from "./payload.ts";

/** One volume of one pod, and what its plug-in may do. */
export interface VolumeWork {
  readonly pod: Pod;
  readonly volume: Volume;
  /** The volume's own directory on the host; not made yet. */
  readonly path: string;
  readonly host: VolumeHost;
  readonly sources: PayloadSources;
}

/** The host's part. Rejections carry a message for the FailedMount event. */
export interface VolumeHost {
  /** Makes a directory that containers may write, owned by `group` when given. */
  directory(path: string, group: number | undefined): Promise<void>;
  /** Makes a file system in memory; `sizeBytes` undefined: half of the memory. Idempotent. */
  memory(path: string, sizeBytes: number | undefined, signal: AbortSignal): Promise<void>;
  /** Writes files so that readers see all of the old or all of the new; nothing when nothing changed. */
  payload(path: string, files: Payload, group: number | undefined): Promise<void>;
  /** Checks a path of the host, or makes it, by a hostPath's type. */
  hostPath(path: string, type: string): Promise<void>;
}

/** A member of the table in `plugins/mod.ts`. */
export interface VolumePlugin {
  /** The directory of its volumes below the pod's (`kubernetes.io~empty-dir`). */
  readonly directory: string;
  /** True when its content comes from the API and is looked at again. */
  readonly refreshed?: boolean;
  /** Containers never write into it, whatever their mounts say. */
  readonly readOnly?: boolean;
  /** Its file system cannot give its files to a pod's own users. */
  readonly unmappable?: boolean;
  /** Resolves with the volume's path on the host. Idempotent. */
  setUp(work: VolumeWork, signal: AbortSignal): Promise<string>;
}

/** For a plug-in whose content is a payload. */
export function payloadPlugin(
  directory: string,
  payloadOf: (work: VolumeWork, signal: AbortSignal) => Promise<Payload>,
  options: { readonly inMemory: boolean },
): VolumePlugin {
  return {
    directory,
    refreshed: true,
    readOnly: true,
    async setUp(work, signal) {
      const files = await payloadOf(work, signal);
      if (options.inMemory) await work.host.memory(work.path, undefined, signal);
      await work.host.payload(work.path, files, groupOf(work.pod));
      return work.path;
    },
  };
}

/** The group that owns a pod's volumes. */
export function groupOf(pod: Pod): number | undefined {
  return pod.spec.securityContext?.fsGroup;
}
