/** The status of a Deployment: counts, and the conditions that say whether it is available and moving on. Pure. */
import { type Deployment, parseTime, type ReplicaSet, rfc3339 } from "#api";
import { availableOf, desiredOf, margins, replicasOf, sum } from "./sizes.ts";

type Status = Deployment["status"];
type Condition = NonNullable<Status["conditions"]>[number];

/** `progressDeadlineSeconds` of this value means none. */
const NO_DEADLINE = 2 ** 31 - 1;

export function hasDeadline({ spec }: Deployment): boolean {
  return spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== NO_DEADLINE;
}

/** The counts and the Available condition; other conditions stay. */
export function countedStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  nowMs: number,
): Status {
  const available = sum(sets, availableOf);
  const status: Status = {
    ...deployment.status,
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: sum(sets, ({ status: { replicas } }) => replicas),
    updatedReplicas: newSet?.status.replicas ?? 0,
    readyReplicas: sum(sets, ({ status: { readyReplicas } }) => readyReplicas ?? 0),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(sets, replicasOf) - available),
    terminatingReplicas: sum(sets, ({ status: { terminatingReplicas } }) => terminatingReplicas ?? 0),
  };
  const enough = available >= desiredOf(deployment) - margins(deployment).unavailable;
  return withCondition(
    status,
    enough
      ? condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
      : condition(
          "Available",
          "False",
          "MinimumReplicasUnavailable",
          "Deployment does not have minimum availability.",
        ),
    nowMs,
  );
}

/** All of the new template, all available, and nothing old left. */
export function isComplete(deployment: Deployment, status: Status): boolean {
  const desired = desiredOf(deployment);
  return (
    (status.updatedReplicas ?? 0) === desired &&
    (status.replicas ?? 0) === desired &&
    (status.availableReplicas ?? 0) === desired &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** `counted` with the Progressing and ReplicaFailure conditions of a deployment that rolls out. */
export function rolloutStatus(
  deployment: Deployment,
  counted: Status,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  nowMs: number,
): Status {
  const progressed = hasDeadline(deployment)
    ? withProgress(deployment, counted, newSet, nowMs)
    : withoutCondition(counted, "Progressing");
  const failure = [...(newSet === undefined ? [] : [newSet]), ...sets]
    .flatMap((set) => set.status.conditions ?? [])
    .find(({ type }) => type === "ReplicaFailure");
  if (failure === undefined) return withoutCondition(progressed, "ReplicaFailure");
  const { reason = "", message = "" } = failure;
  return withCondition(progressed, condition("ReplicaFailure", failure.status, reason, message), nowMs);
}

function withProgress(
  deployment: Deployment,
  status: Status,
  newSet: ReplicaSet | undefined,
  nowMs: number,
): Status {
  const current = conditionOf(deployment.status, "Progressing");
  const settled = status.replicas === status.updatedReplicas && current?.reason === "NewReplicaSetAvailable";
  if (settled) return status;
  const what =
    newSet === undefined
      ? `Deployment "${deployment.metadata.name}"`
      : `ReplicaSet "${newSet.metadata.name}"`;
  if (isComplete(deployment, status)) {
    const message = `${what} has successfully progressed.`;
    return withCondition(status, condition("Progressing", "True", "NewReplicaSetAvailable", message), nowMs);
  }
  if (isProgressing(deployment, status)) {
    const message = `${what} is progressing.`;
    const fresh = condition("Progressing", "True", "ReplicaSetUpdated", message);
    return withCondition(withoutCondition(status, "Progressing"), fresh, nowMs, current);
  }
  if (hasTimedOut(deployment, status, nowMs)) {
    const message = `${what} has timed out progressing.`;
    return withCondition(
      status,
      condition("Progressing", "False", "ProgressDeadlineExceeded", message),
      nowMs,
    );
  }
  return status;
}

/** Something moved in the wanted direction since the last status. */
function isProgressing(deployment: Deployment, status: Status): boolean {
  const old = deployment.status;
  const oldOnes = (of: Status) => (of.replicas ?? 0) - (of.updatedReplicas ?? 0);
  return (
    (status.updatedReplicas ?? 0) > (old.updatedReplicas ?? 0) ||
    oldOnes(status) < oldOnes(old) ||
    (status.readyReplicas ?? 0) > (old.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (old.availableReplicas ?? 0)
  );
}

function hasTimedOut(deployment: Deployment, status: Status, nowMs: number): boolean {
  const current = conditionOf(status, "Progressing");
  if (current === undefined || current.reason === "NewReplicaSetAvailable") return false;
  if (current.reason === "ProgressDeadlineExceeded") return true;
  return nowMs > deadlineMs(deployment, current);
}

function deadlineMs({ spec }: Deployment, progressing: Condition): number {
  return (parseTime(progressing.lastUpdateTime) ?? 0) + (spec.progressDeadlineSeconds ?? 0) * 1000;
}

/** When to look again whether the rollout is stuck; undefined when it is complete, failed or has no deadline. */
export function stuckInMs(deployment: Deployment, status: Status, nowMs: number): number | undefined {
  const current = conditionOf(status, "Progressing");
  if (!hasDeadline(deployment) || current === undefined || isComplete(deployment, status)) return undefined;
  if (current.reason === "ProgressDeadlineExceeded") return undefined;
  return Math.max(0, deadlineMs(deployment, current) - nowMs) + 1000;
}

/** The condition of pausing or resuming, when it has to change; a failed deadline stays told. */
export function pauseStatus(deployment: Deployment, nowMs: number): Status | undefined {
  if (!hasDeadline(deployment)) return undefined;
  const current = conditionOf(deployment.status, "Progressing");
  if (current?.reason === "ProgressDeadlineExceeded") return undefined;
  const saysPaused = current?.reason === "DeploymentPaused";
  const paused = deployment.spec.paused === true;
  if (paused === saysPaused) return undefined;
  const fresh = paused
    ? condition("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused")
    : condition("Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed");
  return withCondition(deployment.status, fresh, nowMs);
}

/** Notes that a replica set for the template was made or found. */
export function withNewSetCondition(
  status: Status,
  newSet: ReplicaSet,
  found: boolean,
  nowMs: number,
): Status {
  const name = newSet.metadata.name;
  return withCondition(
    status,
    found
      ? condition("Progressing", "True", "FoundNewReplicaSet", `Found new replica set "${name}"`)
      : condition("Progressing", "True", "NewReplicaSetCreated", `Created new replica set "${name}"`),
    nowMs,
  );
}

/** Notes that the new replica set could not be made. */
export function withFailedCreate(deployment: Deployment, message: string, nowMs: number): Status {
  const failed = condition("Progressing", "False", "ReplicaSetCreateError", message);
  return hasDeadline(deployment) ? withCondition(deployment.status, failed, nowMs) : deployment.status;
}

function conditionOf(status: Status, type: string): Condition | undefined {
  return status.conditions?.find((known) => known.type === type);
}

type Draft = Pick<Condition, "type" | "status"> & { readonly reason: string; readonly message: string };

function condition(type: string, status: string, reason: string, message: string): Draft {
  return { type, status, reason, message };
}

/**
 * Sets a condition: unchanged when status and reason are, and keeping the transition time while the status lasts.
 * `before` stands in when the old condition was taken out to force an update.
 */
function withCondition(status: Status, draft: Draft, nowMs: number, before?: Condition): Status {
  const known = conditionOf(status, draft.type);
  if (known?.status === draft.status && known.reason === draft.reason) return status;
  const now = rfc3339(nowMs);
  const last = known ?? before;
  const lastTransitionTime = last?.status === draft.status ? last.lastTransitionTime : now;
  const rest = (status.conditions ?? []).filter(({ type }) => type !== draft.type);
  const { type, status: value, reason, message } = draft;
  const fresh = { type, status: value, lastUpdateTime: now, lastTransitionTime, reason, message };
  return { ...status, conditions: [...rest, fresh] };
}

function withoutCondition(status: Status, type: string): Status {
  if (conditionOf(status, type) === undefined) return status;
  return { ...status, conditions: (status.conditions ?? []).filter((known) => known.type !== type) };
}

export function sameStatus(left: Status, right: Status): boolean {
  return (
    COUNTS.every((field) => (left[field] ?? 0) === (right[field] ?? 0)) &&
    JSON.stringify(left.conditions ?? []) === JSON.stringify(right.conditions ?? [])
  );
}

const COUNTS = [
  "observedGeneration",
  "replicas",
  "updatedReplicas",
  "readyReplicas",
  "availableReplicas",
  "unavailableReplicas",
  "terminatingReplicas",
  "collisionCount",
] as const;
