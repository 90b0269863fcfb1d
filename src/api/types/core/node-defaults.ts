/** Defaults of nodes: all of a node can be allocated unless its kubelet says less. */
import type { NodeStatus } from "./node.ts";

export function defaultNodeStatus(status: NodeStatus): void {
  if (status.allocatable === undefined && status.capacity !== undefined)
    status.allocatable = { ...status.capacity };
}
