/** Requests must fit what is left of a node's allocatable; among those that fit, the least allocated scores highest. */
import type { ClusterEvent, Rejection, SchedulerPlugin } from "../framework.ts";
import type { NodeInfo } from "../node-info.ts";
import type { PodInfo } from "../pod-info.ts";

export const nodeResourcesFit: SchedulerPlugin = {
  name: "NodeResourcesFit",
  filter(pod) {
    const wanted = [...pod.requests].filter(([, amount]) => amount > 0);
    return { check: (node) => lacking(wanted, node) };
  },
  score(pod) {
    const cpu = pod.scored.get("cpu") ?? 0;
    const memory = pod.scored.get("memory") ?? 0;
    return {
      normalize: "asIs",
      score: (node) => Math.floor((free(node, "cpu", cpu) + free(node, "memory", memory)) / 2),
    };
  },
  mayHelp,
};

function lacking(wanted: readonly (readonly [string, number])[], node: NodeInfo): Rejection | undefined {
  const reasons: string[] = [];
  let resolvable = true;
  const pods = node.allocatable.get("pods") ?? 0;
  if (node.pods.size + 1 > pods) {
    reasons.push("Too many pods");
    resolvable = pods > 0;
  }
  for (const [name, amount] of wanted) {
    const allocatable = node.allocatable.get(name) ?? 0;
    if (amount <= allocatable - (node.requested.get(name) ?? 0)) continue;
    reasons.push(`Insufficient ${name}`);
    if (amount > allocatable) resolvable = false;
  }
  return reasons.length === 0 ? undefined : { reason: reasons.join("\n"), resolvable };
}

/** The free share of a resource after the pod, 0..100. */
function free(node: NodeInfo, name: string, amount: number): number {
  const allocatable = node.allocatable.get(name) ?? 0;
  const used = (node.scored.get(name) ?? 0) + amount;
  return allocatable === 0 || used > allocatable ? 0 : Math.floor(((allocatable - used) * 100) / allocatable);
}

function mayHelp(event: ClusterEvent, pod: PodInfo): boolean {
  switch (event.type) {
    case "podGone":
    case "podChanged":
      return true;
    case "nodeAdded":
      return fitsEmpty(pod, event.node);
    case "nodeChanged":
      return event.what.allocatable && fitsEmpty(pod, event.node);
    default:
      return false;
  }
}

function fitsEmpty(pod: PodInfo, node: NodeInfo): boolean {
  return [...pod.requests].every(([name, amount]) => amount <= (node.allocatable.get(name) ?? 0));
}
