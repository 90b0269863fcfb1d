/** The status of a ReplicaSet from its pods. Pure. */
import { type Pod, type ReplicaSet, rfc3339 } from "#api";
import { availableInMs, isReady } from "./pod-state.ts";

/** `failure` is why this turn could not make or delete all that it should. */
export function replicaSetStatus(
  replicaSet: ReplicaSet,
  active: readonly Pod[],
  terminating: number,
  failure: { readonly reason: string; readonly message: string } | undefined,
  nowMs: number,
): ReplicaSet["status"] {
  const minReadySeconds = replicaSet.spec.minReadySeconds ?? 0;
  const labels = Object.entries(replicaSet.spec.template?.metadata.labels ?? {});
  const labeled = active.filter((pod) =>
    labels.every(([key, value]) => pod.metadata.labels?.[key] === value),
  );
  const available = active.filter((pod) => availableInMs(pod, minReadySeconds, nowMs) === 0);
  const old = replicaSet.status;
  return {
    replicas: active.length,
    fullyLabeledReplicas: labeled.length,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: available.length,
    terminatingReplicas: terminating,
    observedGeneration: replicaSet.metadata.generation ?? 0,
    ...conditions(old.conditions ?? [], failure, nowMs),
  };
}

type Conditions = NonNullable<ReplicaSet["status"]["conditions"]>;

function conditions(
  old: Conditions,
  failure: { readonly reason: string; readonly message: string } | undefined,
  nowMs: number,
): { conditions?: Conditions } {
  const known = old.find(({ type }) => type === "ReplicaFailure");
  const rest = old.filter(({ type }) => type !== "ReplicaFailure");
  if (failure !== undefined) {
    const same = known?.status === "True" && known.reason === failure.reason;
    const fresh = { type: "ReplicaFailure", status: "True", lastTransitionTime: rfc3339(nowMs), ...failure };
    rest.push(same ? known : fresh);
  }
  return rest.length === 0 ? {} : { conditions: rest };
}

/** Equal for the API: absent and zero are the same number. */
export function sameReplicaSetStatus(left: ReplicaSet["status"], right: ReplicaSet["status"]): boolean {
  return (
    left.replicas === right.replicas &&
    COUNTS.every((field) => (left[field] ?? 0) === (right[field] ?? 0)) &&
    JSON.stringify(left.conditions ?? []) === JSON.stringify(right.conditions ?? [])
  );
}

const COUNTS = [
  "fullyLabeledReplicas",
  "readyReplicas",
  "availableReplicas",
  "terminatingReplicas",
  "observedGeneration",
] as const;
