/**
 * What becomes of an object, from the state of each owner that it names. Pure.
 */
import type { OwnerReference } from "#api";

/**
 * - `present`: it exists and stays.
 * - `waiting`: it is being deleted in the foreground and waits for its dependents.
 * - `absent`: the server says that it does not exist.
 * - `invalid`: a namespaced owner named by a cluster-scoped object: nobody can say whether it exists.
 */
export type OwnerState = "present" | "waiting" | "absent" | "invalid";

/** A reference, and what became of the owner that it names. */
export interface JudgedOwner {
  readonly reference: OwnerReference;
  readonly state: OwnerState;
}

export type Verdict =
  | { readonly kind: "keep" }
  /** Somebody owns it still; the other references are dropped. */
  | { readonly kind: "drop"; readonly keep: readonly OwnerReference[] }
  | { readonly kind: "delete"; readonly propagation: "Foreground" | "Background" | "Orphan" };

/** Decides for one object; `dependents` tells whether others name it as their owner. */
export function judge(
  owners: readonly JudgedOwner[],
  dependents: boolean,
  finalizers: readonly string[],
): Verdict {
  if (owners.length === 0) return { kind: "keep" };
  const present = owners.filter(({ state }) => state === "present" || state === "invalid");
  const gone = owners.length - present.length;
  if (present.length > 0) {
    return gone === 0 ? { kind: "keep" } : { kind: "drop", keep: present.map(({ reference }) => reference) };
  }
  const waiting = owners.some(({ state }) => state === "waiting");
  if (waiting && dependents) return { kind: "delete", propagation: "Foreground" };
  if (finalizers.includes("orphan")) return { kind: "delete", propagation: "Orphan" };
  if (finalizers.includes("foregroundDeletion")) return { kind: "delete", propagation: "Foreground" };
  return { kind: "delete", propagation: "Background" };
}
