/**
 * The replica sets of a deployment as its history: which one is new, which are old, what revision each has, and the
 * annotations that carry this. Pure.
 */
import type { Deployment, ReplicaSet } from "#api";
import { parseTime } from "#api";
import { sameTemplate } from "../template-hash.ts";

export const REVISION = "deployment.kubernetes.io/revision";
export const REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
export const DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
export const MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";

/** The deployment's own annotations that are not copied to its replica sets. */
const NOT_COPIED = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  "deprecated.deployment.rollback.to",
]);

/** Characters of the revision history kept; upstream's. */
const HISTORY_LENGTH = 2000;

export interface Rollout {
  readonly newSet: ReplicaSet | undefined;
  /** Oldest first. */
  readonly oldSets: readonly ReplicaSet[];
}

export function byAge(left: ReplicaSet, right: ReplicaSet): number {
  const age =
    (parseTime(left.metadata.creationTimestamp) ?? 0) - (parseTime(right.metadata.creationTimestamp) ?? 0);
  if (age !== 0) return age;
  return (left.metadata.name ?? "") < (right.metadata.name ?? "") ? -1 : 1;
}

/** The new replica set is the oldest one with the deployment's template. */
export function rolloutOf(deployment: Deployment, replicaSets: readonly ReplicaSet[]): Rollout {
  const sets = [...replicaSets].sort(byAge);
  const { template } = deployment.spec;
  const newSet = sets.find(
    (set) => set.spec.template !== undefined && sameTemplate(set.spec.template, template),
  );
  return { newSet, oldSets: sets.filter((set) => set !== newSet) };
}

export function revisionOf(object: Deployment | ReplicaSet): number {
  const revision = Number(object.metadata.annotations?.[REVISION] ?? 0);
  return Number.isSafeInteger(revision) ? revision : 0;
}

/** One more than any old replica set's. */
export function nextRevision(oldSets: readonly ReplicaSet[]): number {
  return 1 + Math.max(0, ...oldSets.map(revisionOf));
}

/**
 * The new replica set's annotations at `revision`. An existing set that becomes new again (a rollback) notes its
 * former revision in its history.
 */
export function newSetAnnotations(
  deployment: Deployment,
  set: ReplicaSet | undefined,
  revision: number,
): Record<string, string> {
  const before = set?.metadata.annotations ?? {};
  const annotations: Record<string, string> = { ...before };
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!NOT_COPIED.has(name)) annotations[name] = value;
  }
  const former = Number(before[REVISION] ?? 0);
  if (former >= revision) return annotations;
  annotations[REVISION] = String(revision);
  if (former > 0) annotations[REVISION_HISTORY] = withHistory(before[REVISION_HISTORY], former);
  return annotations;
}

function withHistory(history: string | undefined, former: number): string {
  const entries = history ? [...history.split(","), String(former)] : [String(former)];
  while (entries.join(",").length > HISTORY_LENGTH && entries.length > 1) entries.shift();
  return entries.join(",");
}

/** Marks how large the deployment was when this set was sized, to notice scaling later. */
export function sizeAnnotations(desired: number, surge: number): Record<string, string> {
  return { [DESIRED_REPLICAS]: String(desired), [MAX_REPLICAS]: String(desired + surge) };
}
