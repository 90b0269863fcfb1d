/**
 * Which pods the pod garbage collector removes, and why. It reads indices, so that a sweep costs what it finds and no pod
 * at rest is decoded for it.
 */
import { type Node, type Pod, parseTime } from "#api";
import type { Informer } from "#client";
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

const STATE = "sweep";
const NODE = "node";
const NAME = "name";

/** Where pods and nodes are found. */
export interface Swept {
  readonly pods: Pick<Informer<Pod>, "index" | "lister">;
  readonly nodes: Pick<Informer<Node>, "index" | "lister">;
}

/** Declares what `sweepOf` reads. */
export function indexForSweeps({ pods, nodes }: Swept): void {
  pods.index(STATE, (pod) => [
    ...(isEnded(pod) ? ["ended"] : []),
    ...(pod.metadata.deletionTimestamp === undefined ? [] : ["deleted"]),
  ]);
  pods.index(NODE, ({ spec }) => (spec.nodeName ? [spec.nodeName] : []));
  nodes.index(NAME, ({ metadata }) => [metadata.name ?? ""]);
}

/** Looks at all pods that may have to go. */
export function sweepOf({ pods, nodes }: Swept, threshold: number): Sweep {
  const { lister } = pods;
  const endedCount = new Map(lister.counts(STATE)).get("ended") ?? 0;
  const surplus = threshold > 0 ? Math.max(0, endedCount - threshold) : 0;
  const deleted = lister.by(STATE, "deleted");
  const known = new Map(nodes.lister.counts(NAME));
  const missing = [...lister.counts(NODE)].filter(([name]) => !known.has(name));
  return {
    ended: surplus === 0 ? [] : [...lister.by(STATE, "ended")].sort(byAge).slice(0, surplus),
    orphaned: missing.flatMap(([name]) => lister.by(NODE, name)),
    unscheduled: deleted.filter(({ spec }) => !spec.nodeName),
    outOfService: deleted.filter(({ spec }) => {
      const node = spec.nodeName ? nodes.lister.get({ name: spec.nodeName }) : undefined;
      return node !== undefined && isOutOfService(node);
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
