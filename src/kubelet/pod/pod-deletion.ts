/** The last write about a pod: its object goes, now that nothing of it is left on the node. */
import { isStatus, type Pod } from "#api";
import type { ResourceClient } from "#client";

/** Deletes just this pod (by uid), at once. A pod that is gone, or another of its name, is as good. */
export async function deletePod(pods: ResourceClient<Pod>, pod: Pod, signal: AbortSignal): Promise<void> {
  const { namespace, name = "", uid } = pod.metadata;
  try {
    await pods.delete({ namespace, name }, signal, { gracePeriodSeconds: 0, uid });
  } catch (error) {
    if (!isStatus(error, "NotFound") && !isStatus(error, "Conflict")) throw error;
  }
}
