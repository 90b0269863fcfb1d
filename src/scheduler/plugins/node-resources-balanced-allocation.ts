/** Prefers nodes whose cpu and memory would be used to a like share: 100 when equal, less by how much they differ. */
import type { SchedulerPlugin } from "../framework.ts";
import type { NodeInfo } from "../node-info.ts";

export const nodeResourcesBalancedAllocation: SchedulerPlugin = {
  name: "NodeResourcesBalancedAllocation",
  score(pod) {
    const cpu = pod.requests.get("cpu");
    const memory = pod.requests.get("memory");
    if (cpu === 0 && memory === 0) return undefined;
    return {
      normalize: "asIs",
      score(node) {
        const gap = Math.abs(share(node, "cpu", cpu) - share(node, "memory", memory));
        return Math.floor((1 - gap / 2) * 100);
      },
    };
  },
};

function share(node: NodeInfo, name: string, amount: number): number {
  const allocatable = node.allocatable.get(name);
  return allocatable === 0 ? 0 : Math.min(1, (node.requested.get(name) + amount) / allocatable);
}
