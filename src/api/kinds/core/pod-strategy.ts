/**
 * The pure life of a pod around the verbs: what create and update fill in, how long a delete waits, warnings.
 */
import type { RequestContext } from "../../resource.ts";
import { rfc3339 } from "../../time.ts";
import type { Pod, PodSpec } from "../../types/core/mod.ts";
import { qosClass } from "../../types/core/pod-qos.ts";

const gatesMessage = "Scheduling is blocked due to non-empty scheduling gates";

/** A pod starts pending, and with its selectors complete. */
export function prepareForCreate(draft: Pod, context: RequestContext): void {
  draft.status = { phase: "Pending", qosClass: qosClass(draft.spec) };
  addGatesCondition(draft, context.now);
  mergeMatchLabelKeys(draft);
}

function addGatesCondition(draft: Pod, now: number): void {
  if ((draft.spec.schedulingGates ?? []).length === 0) return;
  draft.status.conditions = [
    {
      type: "PodScheduled",
      status: "False",
      lastProbeTime: null,
      lastTransitionTime: rfc3339(now),
      reason: "SchedulingGated",
      message: gatesMessage,
    },
  ];
}

/** `matchLabelKeys` select by the pod's own labels: they become part of the selector for good. */
function mergeMatchLabelKeys(draft: Pod): void {
  const labels = draft.metadata.labels ?? {};
  const { podAffinity, podAntiAffinity } = draft.spec.affinity ?? {};
  for (const affinity of [podAffinity, podAntiAffinity]) {
    const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    const terms = [
      ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...preferred.map((weighted) => weighted.podAffinityTerm),
    ];
    for (const term of terms) {
      mergeKeys(term, term.matchLabelKeys, labels, "In");
      mergeKeys(term, term.mismatchLabelKeys, labels, "NotIn");
    }
  }
  for (const constraint of draft.spec.topologySpreadConstraints ?? []) {
    mergeKeys(constraint, constraint.matchLabelKeys, labels, "In");
  }
}

function mergeKeys(
  term: Pick<NonNullable<PodSpec["topologySpreadConstraints"]>[number], "labelSelector">,
  keys: readonly string[] | undefined,
  labels: Readonly<Record<string, string>>,
  operator: "In" | "NotIn",
): void {
  const selector = term.labelSelector;
  if (selector === undefined) return;
  for (const key of keys ?? []) {
    const value = labels[key];
    if (value === undefined) continue;
    selector.matchExpressions = [...(selector.matchExpressions ?? []), { key, operator, values: [value] }];
  }
}

/** Status is written through its own subresource. */
export function prepareForUpdate(draft: Pod, old: Pod): void {
  draft.status = old.status;
}

/**
 * Seconds that a delete waits for the kubelet: what the client asks for, else the pod's own. None for a pod
 * that no kubelet has, or whose containers have ended.
 */
export function gracefulDelete(pod: Pod, requestedSeconds: number | undefined): number {
  const ended = pod.status.phase === "Succeeded" || pod.status.phase === "Failed";
  if (!pod.spec.nodeName || ended) return 0;
  const seconds = requestedSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 0;
  // A negative period means the shortest that still asks the kubelet.
  return seconds < 0 ? 1 : seconds;
}
