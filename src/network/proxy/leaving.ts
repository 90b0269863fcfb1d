/** Whether traffic should turn away from a node. */
import type { Node } from "#api";

/** Marks a node that the cluster autoscaler is about to remove. */
const leavingTaint = "ToBeDeletedByClusterAutoscaler";

/** True for a node that is deleted, or about to be. */
export function isLeaving(node: Node | undefined): boolean {
  if (node?.metadata.deletionTimestamp !== undefined) return true;
  return (node?.spec.taints ?? []).some(({ key }) => key === leavingTaint);
}
