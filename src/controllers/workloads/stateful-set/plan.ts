/**
 * What a StatefulSet's pods need next. Pure. Ordered sets take one step at a time and wait for each pod to be available
 * before the next; parallel ones make and delete all at once. Updates go from the highest ordinal down, one by one.
 */
import type { Pod, StatefulSet } from "#api";
import { availableInMs, isEnded } from "../pod-state.ts";
import { REVISION_LABEL } from "../revision-history.ts";
import { ordinalOf } from "./identity.ts";

/** The steps that may be taken now; none when the set waits or is as asked. */
export interface StatefulPlan {
  /** Ordinals to make, in order, each from the current or the update revision. */
  readonly create: readonly { readonly ordinal: number; readonly fromCurrent: boolean }[];
  /** Pods to delete, in order, and why. */
  readonly delete: readonly { readonly pod: Pod; readonly why: "ended" | "scale" | "update" }[];
}

/** What one turn saw. */
export interface StatefulView {
  readonly set: StatefulSet;
  readonly pods: readonly Pod[];
  readonly currentRevision: string;
  readonly updateRevision: string;
  readonly nowMs: number;
}

const NOTHING: StatefulPlan = { create: [], delete: [] };

/** The lowest ordinal. */
export function startOf({ spec }: StatefulSet): number {
  return spec.ordinals?.start ?? 0;
}

/** The revision that a pod was made from. */
export function revisionOf(pod: Pod): string {
  return pod.metadata.labels?.[REVISION_LABEL] ?? "";
}

/** Available, and not on its way out. */
function isHealthy(pod: Pod | undefined, view: StatefulView): boolean {
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return false;
  return availableInMs(pod, view.set.spec.minReadySeconds ?? 0, view.nowMs) === 0;
}

/** Plans for the pods that carry an ordinal of the set. */
export function planStatefulSet(view: StatefulView): StatefulPlan {
  const { set, pods } = view;
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod) ?? -1, pod]));
  const start = startOf(set);
  const end = start + (set.spec.replicas ?? 1);
  const wanted = Array.from({ length: end - start }, (_, at) => start + at);
  const condemned = [...byOrdinal.keys()]
    .filter((ordinal) => ordinal < start || ordinal >= end)
    .sort((a, b) => b - a);
  const slots = wanted.map((ordinal) => ({ ordinal, pod: byOrdinal.get(ordinal) }));
  const surplus = condemned.flatMap((ordinal) => byOrdinal.get(ordinal) ?? []);
  const parallel = set.spec.podManagementPolicy === "Parallel";
  const plan = parallel ? planParallel(slots, surplus, view) : planOrdered(slots, surplus, view);
  return plan ?? planUpdate(slots, view);
}

interface Slot {
  readonly ordinal: number;
  readonly pod: Pod | undefined;
}

/** The first thing to do or to wait for; undefined when all wanted pods are well and no other is left. */
function planOrdered(
  slots: readonly Slot[],
  surplus: readonly Pod[],
  view: StatefulView,
): StatefulPlan | undefined {
  for (const slot of slots) {
    if (slot.pod === undefined) return { ...NOTHING, create: [creation(slot.ordinal, view)] };
    if (isEnded(slot.pod) && !slot.pod.metadata.deletionTimestamp) {
      return { ...NOTHING, delete: [{ pod: slot.pod, why: "ended" }] };
    }
    if (!isHealthy(slot.pod, view)) return waitOrUpdate(slots, view);
  }
  const [highest] = surplus;
  if (highest === undefined) return undefined;
  if (surplus.some(({ metadata }) => metadata.deletionTimestamp !== undefined)) return NOTHING;
  return { ...NOTHING, delete: [{ pod: highest, why: "scale" }] };
}

/** A broken pod of an old revision may be what the update is to mend: it is replaced without waiting for it. */
function waitOrUpdate(slots: readonly Slot[], view: StatefulView): StatefulPlan {
  const unhealthy = slots.filter(({ pod }) => pod !== undefined && !isHealthy(pod, view));
  const alone = unhealthy.length === 1 && slots.every(({ pod }) => pod !== undefined);
  return alone ? planUpdate(slots, view) : NOTHING;
}

function planParallel(
  slots: readonly Slot[],
  surplus: readonly Pod[],
  view: StatefulView,
): StatefulPlan | undefined {
  const create = slots.filter(({ pod }) => pod === undefined).map(({ ordinal }) => creation(ordinal, view));
  const ended = slots.flatMap(({ pod }) => (pod !== undefined && isEnded(pod) ? [pod] : []));
  const gone = [
    ...ended.map((pod) => ({ pod, why: "ended" }) as const),
    ...surplus.map((pod) => ({ pod, why: "scale" }) as const),
  ].filter(({ pod }) => pod.metadata.deletionTimestamp === undefined);
  return create.length + gone.length === 0 ? undefined : { create, delete: gone };
}

/** Rolling updates replace the highest pod of an old revision, once all above it are well. */
function planUpdate(slots: readonly Slot[], view: StatefulView): StatefulPlan {
  const { set, updateRevision } = view;
  if (set.spec.updateStrategy.type === "OnDelete") return NOTHING;
  const lowest = startOf(set) + (set.spec.updateStrategy.rollingUpdate?.partition ?? 0);
  for (const { ordinal, pod } of slots.toReversed()) {
    if (ordinal < lowest) break;
    if (
      pod !== undefined &&
      revisionOf(pod) !== updateRevision &&
      pod.metadata.deletionTimestamp === undefined
    ) {
      return { ...NOTHING, delete: [{ pod, why: "update" }] };
    }
    if (!isHealthy(pod, view)) return NOTHING;
  }
  return NOTHING;
}

function creation(ordinal: number, { set }: StatefulView): StatefulPlan["create"][number] {
  const { type, rollingUpdate } = set.spec.updateStrategy;
  const below = rollingUpdate?.partition ?? set.status.currentReplicas ?? 0;
  const fromCurrent = type !== "OnDelete" && ordinal < startOf(set) + below;
  return { ordinal, fromCurrent };
}
