/**
 * What pod workers need of volumes: ready before the first container, gone after the last. The node's
 * mounter and a simulated twin implement it.
 */
import type { Pod } from "#api";
import { CodedError } from "#base";

/** A part of a volume that one container mounts. */
export interface SubPathRequest {
  readonly podUid: string;
  readonly volume: string;
  readonly container: string;
  /** The place of the mount in the container's list. */
  readonly index: number;
  /** Of the volume, on the host. */
  readonly root: string;
  /** Relative to it. */
  readonly path: string;
}

export interface PodVolumes {
  /**
   * Makes the pod's volumes ready; idempotent and cheap when they are. Resolves with a host path for each
   * volume's name; rejects with `VolumeError`.
   */
  setUp(pod: Pod, signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /**
   * Resolves with a host path of exactly that part as it is now, which no link in the volume leads out of; makes it,
   * with its volume's mode, when it is not there. Idempotent.
   */
  subPath(request: SubPathRequest, signal: AbortSignal): Promise<string>;
  /** The text of a file of a volume, which no link in the volume leads out of. Rejects when it is none, or too long. */
  file(root: string, path: string, signal: AbortSignal): Promise<string>;
  /** Mounts the files of an image for a volume; resolves with its host path. Idempotent. */
  image(podUid: string, volume: string, imageId: string, signal: AbortSignal): Promise<string>;
  /** Writes the pod's hosts file, made from the node's; resolves with its host path. Idempotent. */
  hostsFile(podUid: string, make: (nodeHosts: string) => string, signal: AbortSignal): Promise<string>;
  /** Unmounts and removes what the pod had. Idempotent. */
  tearDown(podUid: string, signal: AbortSignal): Promise<void>;
}

/** The message is that of the pod's FailedMount event. */
export class VolumeError extends CodedError<"mount" | "attach"> {}
