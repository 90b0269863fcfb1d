/**
 * The smallest strategic merge patch from one pod status to another, so that the conditions and fields of
 * other writers are not touched. The pod's uid is part of it: a pod of the same name that came later is
 * never written.
 */
import { resizeTypes } from "./conditions.ts";
import { type PodStatus, same } from "#api";

type Json = Readonly<Record<string, unknown>>;

/** `undefined` when nothing changed. */
export function statusPatch(uid: string, from: PodStatus, to: PodStatus): Json | undefined {
  const changes: Record<string, unknown> = {};
  const before = from as Json;
  const after = to as Json;
  for (const [name, value] of Object.entries(after)) {
    if (same(before[name], value)) continue;
    if (name === "conditions") Object.assign(changes, conditionsPatch(from, to));
    else changes[name] = name === "podIPs" || name === "hostIPs" ? replaced(value as readonly Json[]) : value;
  }
  for (const name of Object.keys(before)) if (after[name] === undefined) changes[name] = null;
  if (Object.keys(changes).length === 0) return undefined;
  return { metadata: { uid }, status: changes };
}

function conditionsPatch(from: PodStatus, to: PodStatus): Json {
  const old = new Map((from.conditions ?? []).map((one) => [one.type, one]));
  const changed = (to.conditions ?? []).filter((one) => !same(old.get(one.type), one));
  const withoutGone = changed.map((one) => {
    const was = (old.get(one.type) ?? {}) as unknown as Json;
    const gone = Object.keys(was).filter((key) => (one as unknown as Json)[key] === undefined);
    return { ...one, ...Object.fromEntries(gone.map((key) => [key, null])) };
  });
  const kept = new Set((to.conditions ?? []).map((one) => one.type));
  const removed = resizeTypes.filter((type) => old.has(type) && !kept.has(type));
  const order = (to.conditions ?? []).map(({ type }) => ({ type }));
  return {
    "$setElementOrder/conditions": order,
    conditions: [...withoutGone, ...removed.map((type) => ({ type, $patch: "delete" }))],
  };
}

/** Lists merged by a key of which no old element stays. */
function replaced(items: readonly Json[]): readonly Json[] {
  return [...items, { $patch: "replace" }];
}
