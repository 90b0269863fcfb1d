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
    const cpu = pod.scored.get("cpu");
    const memory = pod.scored.get("memory");
    return {
      normalize: "asIs",
      score: (node) => Math.floor((free(node, "cpu", cpu) + free(node, "memory", memory)) / 2),
    };
  },
  mayHelp,
};

function lacking(wanted: readonly (readonly [string, number])[], node: NodeInfo): Rejection | undefined {
  const { allocatable, requested } = node;
  const pods = allocatable.get("pods");
  const isFull = node.pods.size + 1 > pods;
  const short = wanted.filter(([name, amount]) => amount > allocatable.get(name) - requested.get(name));
  if (!isFull && short.length === 0) return undefined;
  const reasons = short.map(([name]) => `Insufficient ${name}`);
  const resolvable =
    (!isFull || pods > 0) && short.every(([name, amount]) => amount <= allocatable.get(name));
  return { reason: (isFull ? ["Too many pods", ...reasons] : reasons).join("\n"), resolvable };
}

/** The free share of a resource after the pod, 0..100. */
function free(node: NodeInfo, name: string, amount: number): number {
  const allocatable = node.allocatable.get(name);
  const used = node.scored.get(name) + amount;
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
  return [...pod.requests].every(([name, amount]) => amount <= node.allocatable.get(name));
}
