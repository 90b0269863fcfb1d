/**
 * What a deployment needs next, decided from one observation of it and its replica sets. Pure. A plan holds only the steps
 * that may be taken now; the next turn, which sees their effects, plans the rest.
 *
 *   being deleted -> status · pause changed -> condition · paused or resized -> scale · Recreate | RollingUpdate
 */
import { type Deployment, type ReplicaSet, same } from "#api";
import { controllerReference } from "../claim.ts";
import {
  countedStatus,
  hasDeadline,
  isComplete,
  pauseStatus,
  rolloutStatus,
  withNewSetCondition,
} from "./deployment-status.ts";
import {
  byAge,
  newSetAnnotations,
  nextRevision,
  REVISION,
  type Rollout,
  rolloutOf,
  sizeAnnotations,
} from "./revisions.ts";
import {
  desiredOf,
  isRolling,
  isScaling,
  margins,
  newSetReplicas,
  type Resize,
  replicasOf,
  scaleAll,
  shrinkOldSets,
} from "./sizes.ts";
import { TEMPLATE_HASH, templateHash } from "../template-hash.ts";

/** What one turn saw. */
export interface Observation {
  readonly deployment: Deployment;
  /** All that the deployment controls. */
  readonly sets: readonly ReplicaSet[];
  /** True when a pod of the set has not ended yet, also while it terminates. */
  readonly hasRunningPods: (set: ReplicaSet) => boolean;
  readonly nowMs: number;
}

export type Step =
  | { readonly kind: "create"; readonly set: ReplicaSet; readonly statusAfter: Deployment["status"] }
  | { readonly kind: "update"; readonly set: ReplicaSet }
  | { readonly kind: "resize"; readonly set: ReplicaSet; readonly from: number }
  | { readonly kind: "delete"; readonly set: ReplicaSet }
  | { readonly kind: "status"; readonly status: Deployment["status"]; readonly revision?: string };

/** The steps to take now, in order; none when all is as asked. */
export function planDeployment(seen: Observation): readonly Step[] {
  const { deployment, sets, nowMs } = seen;
  const rollout = rolloutOf(deployment, sets);
  if (deployment.metadata.deletionTimestamp !== undefined) return [countOnly(seen, rollout)];
  const paused = pauseStatus(deployment, nowMs);
  if (paused !== undefined) return [{ kind: "status", status: paused }];
  const synced = syncNewSet(seen, rollout);
  if (synced.length > 0) return synced;
  if (deployment.spec.paused === true || isScaling(deployment, sets)) return planScaling(seen, rollout);
  return isRolling(deployment) ? planRolling(seen, rollout) : planRecreate(seen, rollout);
}

function planScaling(seen: Observation, rollout: Rollout): readonly Step[] {
  const { deployment } = seen;
  const resizes = toSteps(deployment, scaleAll(deployment, rollout.newSet, rollout.oldSets));
  const cleanup = deployment.spec.paused === true ? deleteHistory(deployment, rollout.oldSets) : [];
  return [...resizes, ...cleanup, countOnly(seen, rollout)];
}

function planRolling(seen: Observation, rollout: Rollout): readonly Step[] {
  const { deployment, sets } = seen;
  const { newSet, oldSets } = rollout;
  if (newSet === undefined) return [createSet(seen, oldSets)];
  const replicas = newSetReplicas(deployment, sets, replicasOf(newSet));
  const grown = toSteps(deployment, [{ replicaSet: newSet, replicas }]);
  if (grown.length > 0) return grown;
  const shrunk = toSteps(deployment, shrinkOldSets(deployment, newSet, oldSets));
  if (shrunk.length > 0) return [...shrunk, rolloutStep(seen, rollout)];
  return finish(seen, rollout);
}

function planRecreate(seen: Observation, rollout: Rollout): readonly Step[] {
  const { deployment } = seen;
  const { newSet, oldSets } = rollout;
  const active = oldSets.filter((set) => replicasOf(set) > 0);
  const emptied = toSteps(
    deployment,
    active.map((replicaSet) => ({ replicaSet, replicas: 0 })),
  );
  if (emptied.length > 0) return [...emptied, rolloutStep(seen, rollout)];
  if (oldSets.some((set) => set.status.replicas > 0 || seen.hasRunningPods(set)))
    return [rolloutStep(seen, rollout)];
  if (newSet === undefined) return [createSet(seen, oldSets)];
  const grown = toSteps(deployment, [{ replicaSet: newSet, replicas: desiredOf(deployment) }]);
  return grown.length > 0 ? grown : finish(seen, rollout);
}

function finish(seen: Observation, rollout: Rollout): readonly Step[] {
  const complete = isComplete(seen.deployment, seen.deployment.status);
  const cleanup = complete ? deleteHistory(seen.deployment, rollout.oldSets) : [];
  return [...cleanup, rolloutStep(seen, rollout)];
}

/** Brings the existing new set's annotations and the deployment's revision up to date. */
function syncNewSet(seen: Observation, { newSet, oldSets }: Rollout): readonly Step[] {
  const { deployment, nowMs } = seen;
  if (newSet === undefined) return [];
  const annotations = newSetAnnotations(deployment, newSet, nextRevision(oldSets));
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  if (
    !same(annotations, newSet.metadata.annotations) ||
    (newSet.spec.minReadySeconds ?? 0) !== minReadySeconds
  ) {
    const spec = { ...newSet.spec, minReadySeconds };
    return [{ kind: "update", set: { ...newSet, metadata: { ...newSet.metadata, annotations }, spec } }];
  }
  const revision = annotations[REVISION] ?? "";
  const lacksCondition =
    hasDeadline(deployment) && !deployment.status.conditions?.some(({ type }) => type === "Progressing");
  if (deployment.metadata.annotations?.[REVISION] === revision && !lacksCondition) return [];
  const status = lacksCondition
    ? withNewSetCondition(deployment.status, newSet, true, nowMs)
    : deployment.status;
  return [{ kind: "status", status, revision }];
}

function createSet(seen: Observation, oldSets: readonly ReplicaSet[]): Step {
  const { deployment, nowMs } = seen;
  const { spec, metadata } = deployment;
  const hash = templateHash(spec.template, deployment.status.collisionCount);
  const labels = { ...spec.template.metadata.labels, [TEMPLATE_HASH]: hash };
  const replicas = newSetReplicas(deployment, oldSets, 0);
  const set: ReplicaSet = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace ?? "",
      labels,
      annotations: {
        ...newSetAnnotations(deployment, undefined, nextRevision(oldSets)),
        ...sizeAnnotations(desiredOf(deployment), margins(deployment).surge),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      minReadySeconds: spec.minReadySeconds ?? 0,
      selector: {
        ...spec.selector,
        matchLabels: { ...spec.selector?.matchLabels, [TEMPLATE_HASH]: hash },
      },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
    status: { replicas: 0 },
  };
  const statusAfter = hasDeadline(deployment)
    ? withNewSetCondition(deployment.status, set, false, nowMs)
    : deployment.status;
  return { kind: "create", set, statusAfter };
}

/** Sets of the wanted size, whose annotations say so too, need no step. */
function toSteps(deployment: Deployment, resizes: readonly Resize[]): readonly Step[] {
  const noted = sizeAnnotations(desiredOf(deployment), margins(deployment).surge);
  return resizes.flatMap(({ replicaSet, replicas }) => {
    const annotations = { ...replicaSet.metadata.annotations, ...noted };
    if (replicas === replicasOf(replicaSet) && same(annotations, replicaSet.metadata.annotations)) return [];
    const set = {
      ...replicaSet,
      metadata: { ...replicaSet.metadata, annotations },
      spec: { ...replicaSet.spec, replicas },
    };
    return [{ kind: "resize", set, from: replicasOf(replicaSet) } as const];
  });
}

/** Old, empty sets beyond the history limit, oldest first. */
function deleteHistory(deployment: Deployment, oldSets: readonly ReplicaSet[]): readonly Step[] {
  const limit = deployment.spec.revisionHistoryLimit;
  if (limit === undefined || limit === 2 ** 31 - 1) return [];
  const alive = oldSets.filter(({ metadata }) => metadata.deletionTimestamp === undefined).sort(byAge);
  return alive
    .slice(0, Math.max(0, alive.length - limit))
    .filter(isSettledEmpty)
    .map((set) => ({ kind: "delete", set }));
}

function isSettledEmpty({ metadata, spec, status }: ReplicaSet): boolean {
  const observed = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  return observed && status.replicas === 0 && (spec.replicas ?? 1) === 0;
}

function countOnly({ deployment, sets, nowMs }: Observation, { newSet }: Rollout): Step {
  return { kind: "status", status: countedStatus(deployment, sets, newSet, nowMs) };
}

function rolloutStep({ deployment, sets, nowMs }: Observation, { newSet }: Rollout): Step {
  const counted = countedStatus(deployment, sets, newSet, nowMs);
  return { kind: "status", status: rolloutStatus(deployment, counted, sets, newSet, nowMs) };
}
