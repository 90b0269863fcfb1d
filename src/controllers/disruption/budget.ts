/** How many pods a PodDisruptionBudget lets go now. Pure. */
import { parseTime, type Pod, type PodDisruptionBudget, rfc3339, scaled } from "#api";
import { isReady } from "../workloads/pod-state.ts";

type Status = PodDisruptionBudget["status"];

/** An eviction that has not deleted its pod after this time is taken back. */
const DELETION_TIMEOUT_MS = 120_000;

/** How many pods there should be: the sum of their controllers' scales, or those that there are. */
export interface Expectation {
  readonly expected: number;
  readonly desiredHealthy: number;
}

/** True when the budget needs the controllers' scales, and not only the pods that there are. */
export function needsScale({ spec }: PodDisruptionBudget): boolean {
  return spec.maxUnavailable !== undefined || typeof spec.minAvailable === "string";
}

/** `scale` is asked for only when `needsScale`. */
export function expectationOf({ spec }: PodDisruptionBudget, pods: number, scale: number): Expectation {
  if (spec.maxUnavailable !== undefined) {
    const lost = scaled(spec.maxUnavailable, scale, "up") ?? 0;
    return { expected: scale, desiredHealthy: Math.max(0, scale - lost) };
  }
  if (typeof spec.minAvailable === "string") {
    return { expected: scale, desiredHealthy: scaled(spec.minAvailable, scale, "up") ?? 0 };
  }
  return { expected: pods, desiredHealthy: spec.minAvailable ?? 1 };
}

export interface BudgetState {
  readonly status: Status;
  /** Until an eviction that is under way counts as failed. */
  readonly againMs: number | undefined;
  /** Pods whose eviction did not delete them in time. */
  readonly notDeleted: readonly Pod[];
}

/** The status over `pods`, all that the budget selects. */
export function budgetState(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  { expected, desiredHealthy }: Expectation,
  nowMs: number,
): BudgetState {
  const disrupted = stillDisrupted(budget.status, pods, nowMs);
  const counted = pods.filter(({ metadata }) => {
    return metadata.deletionTimestamp === undefined && disrupted.pods[metadata.name ?? ""] === undefined;
  });
  const currentHealthy = counted.filter(isReady).length;
  const disruptionsAllowed = expected <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  const [status, reason] =
    disruptionsAllowed > 0 ? ["True", "SufficientPods"] : ["False", "InsufficientPods"];
  const counts = { disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods: expected };
  return {
    status: {
      ...withCondition(budget, status, reason, "", nowMs),
      ...counts,
      ...(Object.keys(disrupted.pods).length === 0 ? {} : { disruptedPods: disrupted.pods }),
    },
    againMs: disrupted.againMs,
    notDeleted: disrupted.notDeleted,
  };
}

/** Nothing may go while nobody knows how many there should be. */
export function failedState(budget: PodDisruptionBudget, message: string, nowMs: number): Status {
  const { disruptedPods } = budget.status;
  return {
    ...budget.status,
    ...withCondition(budget, "False", "SyncFailed", message, nowMs),
    ...(disruptedPods === undefined ? {} : { disruptedPods }),
    disruptionsAllowed: 0,
  };
}

interface Disrupted {
  readonly pods: Record<string, string>;
  readonly againMs: number | undefined;
  readonly notDeleted: readonly Pod[];
}

/** Of the evictions noted by the API server, those whose pod is still to be deleted. */
function stillDisrupted(status: Status, pods: readonly Pod[], nowMs: number): Disrupted {
  const left: Record<string, string> = {};
  const notDeleted: Pod[] = [];
  let againMs: number | undefined;
  for (const pod of pods) {
    const name = pod.metadata.name ?? "";
    const at = status.disruptedPods?.[name];
    if (!at || pod.metadata.deletionTimestamp !== undefined) continue;
    const leftMs = (parseTime(at) ?? 0) + DELETION_TIMEOUT_MS - nowMs;
    if (leftMs <= 0) notDeleted.push(pod);
    else {
      left[name] = at;
      againMs = Math.min(leftMs, againMs ?? leftMs);
    }
  }
  return { pods: left, againMs, notDeleted };
}

function withCondition(
  budget: PodDisruptionBudget,
  status: string,
  reason: string,
  message: string,
  nowMs: number,
): Pick<Status, "conditions" | "observedGeneration"> {
  const old = budget.status.conditions ?? [];
  const known = old.find(({ type }) => type === "DisruptionAllowed");
  const observedGeneration = budget.metadata.generation ?? 0;
  const lastTransitionTime = known?.status === status ? known.lastTransitionTime : rfc3339(nowMs);
  const fresh = {
    type: "DisruptionAllowed",
    status,
    observedGeneration,
    lastTransitionTime,
    reason,
    message,
  };
  return { observedGeneration, conditions: [...old.filter(({ type }) => type !== fresh.type), fresh] };
}
