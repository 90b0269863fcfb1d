/**
 * Which pods a shrinking replica set gives up first: those that cost least to lose, by upstream's order. Pure.
 *
 *   not assigned < assigned · Pending < Unknown < Running · not ready < ready · lower deletion cost ·
 *   more related pods on its node · ready for a shorter time · more restarts · younger
 *
 * Times compare by their order of magnitude only, so that pods of different ages are given up evenly (KEP-2185).
 */
import { type Pod, parseTime } from "#api";
import { isActive, isReady, maxRestarts, readySinceMs } from "./pod-state.ts";

const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

/** The `count` pods of `pods` to delete; `related` are all pods of the same rollout, for the crowding of nodes. */
export function podsToDelete(
  pods: readonly Pod[],
  related: readonly Pod[],
  count: number,
  nowMs: number,
): readonly Pod[] {
  if (count >= pods.length) return pods;
  const crowds = new Map<string, number>();
  for (const pod of related) {
    const node = pod.spec.nodeName ?? "";
    if (isActive(pod)) crowds.set(node, (crowds.get(node) ?? 0) + 1);
  }
  const ranked = pods.map((pod) => rank(pod, crowds.get(pod.spec.nodeName ?? "") ?? 0, nowMs));
  ranked.sort(compare);
  return ranked.slice(0, count).map(({ pod }) => pod);
}

const PHASES: ReadonlyMap<string | undefined, number> = new Map([
  ["Pending", 0],
  ["Unknown", 1],
  ["Running", 2],
]);

interface Ranked {
  readonly pod: Pod;
  /** Compared in order; the smaller goes first. */
  readonly order: readonly number[];
}

function rank(pod: Pod, crowd: number, nowMs: number): Ranked {
  const ready = isReady(pod);
  const order = [
    pod.spec.nodeName ? 1 : 0,
    PHASES.get(pod.status.phase) ?? 0,
    ready ? 1 : 0,
    deletionCost(pod),
    -crowd,
    ready ? magnitude(readySinceMs(pod), nowMs) : 0,
    -maxRestarts(pod),
    magnitude(parseTime(pod.metadata.creationTimestamp), nowMs),
  ];
  return { pod, order };
}

function compare(left: Ranked, right: Ranked): number {
  for (const [at, value] of left.order.entries()) {
    const difference = value - (right.order[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return (left.pod.metadata.uid ?? "") < (right.pod.metadata.uid ?? "") ? -1 : 1;
}

/** The base-2 logarithm of an age in nanoseconds, whole; -1 for none. */
function magnitude(sinceMs: number | undefined, nowMs: number): number {
  const ageMs = sinceMs === undefined ? 0 : nowMs - sinceMs;
  return ageMs <= 0 ? -1 : Math.floor(Math.log2(ageMs * 1e6));
}

/** The annotation as validated by the API server; anything else counts as 0. */
function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST] ?? "0";
  return /^(0|-?[1-9]\d*)$/.test(text) ? Number(text) : 0;
}
