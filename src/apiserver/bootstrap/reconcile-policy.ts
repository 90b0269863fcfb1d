/**
 * How a bootstrap object meets the one that is there, as upstream: RBAC policy only ever gains what is missing
 * (an administrator's additions stay, and `autoupdate: "false"` stops even that); flow control takes the new spec; a
 * priority class is made once.
 */
import type { KubeObject } from "#api";

/** Fields that reconciling reads and writes. */
interface PolicyObject extends KubeObject {
  readonly rules?: readonly unknown[] | null;
  readonly subjects?: readonly unknown[];
  readonly roleRef?: unknown;
  readonly spec?: unknown;
}

export type Reconciled =
  | { readonly action: "none" }
  | { readonly action: "update" | "recreate"; readonly object: KubeObject };

const none: Reconciled = { action: "none" };

/** What has to happen to `existing` so that it holds all of `wanted`. */
export function reconcilePolicy(wanted: KubeObject, existing: KubeObject): Reconciled {
  return wanted.apiVersion.startsWith("rbac.")
    ? reconcileRbac(wanted, existing)
    : reconcileSpec(wanted, existing);
}

function reconcileRbac(wanted: PolicyObject, existing: PolicyObject): Reconciled {
  if (existing.metadata.annotations?.["rbac.authorization.kubernetes.io/autoupdate"] === "false") return none;
  if (!same(wanted.roleRef, existing.roleRef)) return { action: "recreate", object: wanted };
  const rules = union(existing.rules ?? [], wanted.rules ?? []);
  const subjects = union(existing.subjects ?? [], wanted.subjects ?? []);
  const labels = { ...wanted.metadata.labels, ...existing.metadata.labels };
  const annotations = { ...wanted.metadata.annotations, ...existing.metadata.annotations };
  const unchanged =
    rules.length === (existing.rules ?? []).length &&
    subjects.length === (existing.subjects ?? []).length &&
    same(labels, existing.metadata.labels ?? {}) &&
    same(annotations, existing.metadata.annotations ?? {});
  if (unchanged) return none;
  const lists = {
    ...(wanted.rules === undefined || "aggregationRule" in wanted ? {} : { rules }),
    ...(wanted.subjects === undefined ? {} : { subjects }),
  };
  const object = { ...existing, ...lists, metadata: { ...existing.metadata, labels, annotations } };
  return { action: "update", object };
}

function reconcileSpec(wanted: PolicyObject, existing: PolicyObject): Reconciled {
  const follows = existing.metadata.annotations?.["apf.kubernetes.io/autoupdate-spec"] === "true";
  if (!follows || wanted.spec === undefined || covers(existing.spec, wanted.spec)) return none;
  return { action: "update", object: { ...existing, spec: wanted.spec } as KubeObject };
}

function union(existing: readonly unknown[], wanted: readonly unknown[]): readonly unknown[] {
  const missing = wanted.filter((one) => !existing.some((other) => same(one, other)));
  return missing.length === 0 ? existing : [...existing, ...missing];
}

/** Equal but for key order. */
function same(a: unknown, b: unknown): boolean {
  return covers(a, b) && covers(b, a);
}

/** True when everything of `part` is in `whole`; lists must be equal. */
function covers(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part)) {
    return (
      Array.isArray(whole) && whole.length === part.length && part.every((one, i) => covers(whole[i], one))
    );
  }
  if (typeof part !== "object" || part === null) return whole === part;
  if (typeof whole !== "object" || whole === null) return false;
  return Object.entries(part).every(([key, value]) =>
    covers((whole as Readonly<Record<string, unknown>>)[key], value),
  );
}
