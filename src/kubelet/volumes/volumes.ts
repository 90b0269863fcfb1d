/**
 * What pod workers need of volumes: ready before the first container, gone after the last. The node's
 * mounter and a simulated twin implement it.
 */
import type { Pod } from "#api";
import { CodedError } from "#base";

export interface PodVolumes {
  /**
   * Makes the pod's volumes ready; idempotent and cheap when they are. Resolves with a host path for each
   * volume's name; rejects with `VolumeError`.
   */
  setUp(pod: Pod, signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Unmounts and removes what the pod had. Idempotent. */
  tearDown(podUid: string, signal: AbortSignal): Promise<void>;
}

/** The message is that of the pod's FailedMount event. */
export class VolumeError extends CodedError<"mount" | "attach"> {}
