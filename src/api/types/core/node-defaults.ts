/**
 * Defaults of nodes: all of a node can be allocated unless its kubelet says less; one pod range is the first.
 */
import type { NodeSpec, NodeStatus } from "./node.ts";

export function defaultNodeStatus(status: NodeStatus): void {
  if (status.allocatable === undefined && status.capacity !== undefined)
    status.allocatable = { ...status.capacity };
}

export function defaultNodeSpec(spec: NodeSpec): void {
  if (spec.podCIDR && spec.podCIDRs === undefined) spec.podCIDRs = [spec.podCIDR];
  const first = spec.podCIDRs?.[0];
  if (first !== undefined) spec.podCIDR = first;
}
