/** Which pods the pod garbage collector removes, and why. Pure. */
import { type Node, type Pod, parseTime } from "#api";
import { isEnded } from "../workloads/pod-state.ts";

/** Pods to remove, by reason. */
export interface Sweep {
  /** Ended pods beyond the threshold, oldest first. */
  readonly ended: readonly Pod[];
  /** Bound to a node that does not exist. */
  readonly orphaned: readonly Pod[];
  /** Being deleted without ever having had a node. */
  readonly unscheduled: readonly Pod[];
  /** Being deleted on a node that an operator declared out of service. */
  readonly outOfService: readonly Pod[];
}

const OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";

/** Looks at all pods at once; `nodeOf` gives a node of the cache. */
export function sweepOf(
  pods: readonly Pod[],
  nodeOf: (name: string) => Node | undefined,
  threshold: number,
): Sweep {
  const ended = pods.filter(isEnded);
  const surplus = threshold > 0 ? Math.max(0, ended.length - threshold) : 0;
  const isDeleted = (pod: Pod) => pod.metadata.deletionTimestamp !== undefined;
  const bound = pods.filter((pod) => pod.spec.nodeName);
  return {
    ended: surplus === 0 ? [] : [...ended].sort(byAge).slice(0, surplus),
    orphaned: bound.filter((pod) => nodeOf(pod.spec.nodeName ?? "") === undefined),
    unscheduled: pods.filter((pod) => isDeleted(pod) && !pod.spec.nodeName),
    outOfService: bound.filter((pod) => {
      const node = nodeOf(pod.spec.nodeName ?? "");
      return isDeleted(pod) && node !== undefined && isOutOfService(node);
    }),
  };
}

function isOutOfService(node: Node): boolean {
  const ready = node.status.conditions?.find(({ type }) => type === "Ready")?.status;
  return ready !== "True" && (node.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE) ?? false);
}

function byAge(left: Pod, right: Pod): number {
  const age =
    (parseTime(left.metadata.creationTimestamp) ?? 0) - (parseTime(right.metadata.creationTimestamp) ?? 0);
  return age !== 0 ? age : (left.metadata.name ?? "") < (right.metadata.name ?? "") ? -1 : 1;
}
