/**
 * How many replicas each replica set of a deployment should have next: upstream's rolling update arithmetic,
 * proportional scaling included. Pure.
 */
import { type Deployment, type ReplicaSet, scaled } from "#api";
import { byAge, DESIRED_REPLICAS, MAX_REPLICAS } from "./revisions.ts";

export interface Resize {
  readonly replicaSet: ReplicaSet;
  readonly replicas: number;
}

export const replicasOf = (set: ReplicaSet): number => set.spec.replicas ?? 1;
export const availableOf = (set: ReplicaSet): number => set.status.availableReplicas ?? 0;
export const desiredOf = (deployment: Deployment): number => deployment.spec.replicas ?? 1;

export function sum(sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number): number {
  return sets.reduce((total, set) => total + count(set), 0);
}

export function isRolling(deployment: Deployment): boolean {
  return deployment.spec.strategy.type !== "Recreate";
}

/** Pods that a rolling update may have beyond, and may lack of, the desired number. Never both 0. */
export function margins(deployment: Deployment): { readonly surge: number; readonly unavailable: number } {
  const desired = desiredOf(deployment);
  if (!isRolling(deployment) || desired === 0) return { surge: 0, unavailable: 0 };
  const { maxSurge, maxUnavailable } = deployment.spec.strategy.rollingUpdate ?? {};
  const surge = scaled(maxSurge ?? 0, desired, "up") ?? 0;
  const unavailable = scaled(maxUnavailable ?? 0, desired, "down") ?? 0;
  if (surge === 0 && unavailable === 0) return { surge: 0, unavailable: 1 };
  return { surge, unavailable: Math.min(unavailable, desired) };
}

/** The next size of the new replica set. `sets` are all of the deployment, with the new one if it exists. */
export function newSetReplicas(deployment: Deployment, sets: readonly ReplicaSet[], current: number): number {
  const desired = desiredOf(deployment);
  if (!isRolling(deployment)) return desired;
  const room = desired + margins(deployment).surge - sum(sets, replicasOf);
  if (current >= desired) return desired;
  return room <= 0 ? current : Math.min(desired, current + room);
}

/** Scale-downs of old sets that keep enough pods available: unhealthy pods first, then oldest sets first. */
export function shrinkOldSets(
  deployment: Deployment,
  newSet: ReplicaSet,
  oldSets: readonly ReplicaSet[],
): readonly Resize[] {
  const all = [...oldSets, newSet];
  const minAvailable = desiredOf(deployment) - margins(deployment).unavailable;
  const newUnavailable = replicasOf(newSet) - availableOf(newSet);
  const maxShrink = sum(all, replicasOf) - minAvailable - newUnavailable;
  if (sum(oldSets, replicasOf) === 0 || maxShrink <= 0) return [];
  const sizes = new Map(oldSets.map((set) => [set, replicasOf(set)]));
  let cleaned = 0;
  for (const set of [...oldSets].sort(byAge)) {
    const unhealthy = replicasOf(set) - availableOf(set);
    const cut = Math.max(0, Math.min(maxShrink - cleaned, unhealthy));
    sizes.set(set, replicasOf(set) - cut);
    cleaned += cut;
  }
  // A status that lags still counts pods that the last cut took; upstream trusts it, and cuts too deep.
  let spare = sum(all, (set) => Math.min(availableOf(set), replicasOf(set))) - minAvailable;
  for (const set of [...oldSets].sort(byAge)) {
    if (spare <= 0) break;
    const size = sizes.get(set) ?? 0;
    const cut = Math.min(size, spare);
    sizes.set(set, size - cut);
    spare -= cut;
  }
  return oldSets
    .map((replicaSet) => ({ replicaSet, replicas: sizes.get(replicaSet) ?? 0 }))
    .filter(({ replicaSet, replicas }) => replicas !== replicasOf(replicaSet));
}

/** True when the deployment was resized since its sets were. */
export function isScaling(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  return sets
    .filter((set) => replicasOf(set) > 0)
    .some((set) => {
      const noted = set.metadata.annotations?.[DESIRED_REPLICAS];
      return noted !== undefined && Number(noted) !== desiredOf(deployment);
    });
}

/** Sizes for a paused or resized deployment: one set takes all, or several share in proportion to their sizes. */
export function scaleAll(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
): readonly Resize[] {
  const desired = desiredOf(deployment);
  const single = activeOrLatest(newSet, oldSets);
  if (single !== undefined) return [{ replicaSet: single, replicas: desired }];
  const activeOld = oldSets.filter((set) => replicasOf(set) > 0);
  if (newSet !== undefined && isSaturated(deployment, newSet)) {
    return activeOld.map((replicaSet) => ({ replicaSet, replicas: 0 }));
  }
  return isRolling(deployment) ? shareProportionally(deployment, newSet, activeOld) : [];
}

/** The one set with replicas; when none has any, the new one or else the youngest. Undefined when several have. */
function activeOrLatest(
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
): ReplicaSet | undefined {
  const all = newSet === undefined ? oldSets : [...oldSets, newSet];
  const active = all.filter((set) => replicasOf(set) > 0);
  if (active.length > 1) return undefined;
  return active[0] ?? newSet ?? [...oldSets].sort(byAge).at(-1);
}

function isSaturated(deployment: Deployment, set: ReplicaSet): boolean {
  const desired = desiredOf(deployment);
  const noted = Number(set.metadata.annotations?.[DESIRED_REPLICAS]);
  return replicasOf(set) === desired && noted === desired && availableOf(set) === desired;
}

function shareProportionally(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  activeOld: readonly ReplicaSet[],
): readonly Resize[] {
  const sets = [...activeOld, ...(newSet !== undefined && replicasOf(newSet) > 0 ? [newSet] : [])];
  const total = sum(sets, replicasOf);
  const desired = desiredOf(deployment);
  const allowed = desired === 0 ? 0 : desired + margins(deployment).surge;
  const toAdd = allowed - total;
  const growing = toAdd > 0;
  // Larger sets first; of equal ones the younger when growing, the older when shrinking.
  const ordered = [...sets].sort(
    (a, b) => replicasOf(b) - replicasOf(a) || (growing ? byAge(b, a) : byAge(a, b)),
  );
  let added = 0;
  const sizes = ordered.map((replicaSet) => {
    const share = proportion(deployment, replicaSet, allowed, toAdd - added);
    added += share;
    return { replicaSet, replicas: replicasOf(replicaSet) + share };
  });
  const [largest] = sizes;
  if (largest !== undefined) {
    sizes[0] = { ...largest, replicas: Math.max(0, largest.replicas + toAdd - added) };
  }
  return sizes;
}

/** The set's part of `toAdd`: as much of the whole as it was of the former whole, at most what is `left`. */
function proportion(deployment: Deployment, set: ReplicaSet, allowed: number, left: number): number {
  const desired = desiredOf(deployment);
  const knownReplicas = deployment.status.replicas ?? 0;
  const size = replicasOf(set);
  if (size === 0 || left === 0) return 0;
  const former = Number(set.metadata.annotations?.[MAX_REPLICAS] ?? 0) || knownReplicas;
  if (former === 0 && desired !== 0) return 0;
  const fraction = desired === 0 ? -size : Math.round((size * allowed) / former) - size;
  return left > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
}
