/**
 * Managed fields across the scale subresource: its writers own `spec.replicas` of a Scale, which is a field
 * of the object itself under another path.
 */
import type { ManagedFieldsEntry } from "../types/meta/object-meta.ts";
import { difference, has, isEmpty, setOf, union } from "./field-set.ts";
import { idOf, type Manager, readManagers, type Managers, writeManagers } from "./managers.ts";
import { fieldElement } from "./path-element.ts";

const SCALE_VERSION = "autoscaling/v1";
const SCALE_REPLICAS = ["f:spec", "f:replicas"];

export interface ScaledObject {
  readonly managedFields: unknown;
  /** `apps/v1`. */
  readonly apiVersion: string;
  /** Names of fields: `["spec", "replicas"]`. */
  readonly replicasPath: readonly string[];
}

/** The entries of the Scale: of each manager that owns the replicas, just these. */
export function scaleManagedFields(object: ScaledObject): ManagedFieldsEntry[] | undefined {
  const path = object.replicasPath.map(fieldElement);
  const scale: Managers = new Map();
  for (const [id, manager] of readManagers(object.managedFields) ?? []) {
    if (!has(manager.set, path)) continue;
    scale.set(id, { ...manager, apiVersion: SCALE_VERSION, set: setOf([SCALE_REPLICAS]) });
  }
  return writeManagers(scale);
}

/** The entries of the object after a write of its Scale left the Scale with `scaleEntries`. */
export function parentManagedFields(
  object: ScaledObject,
  scaleEntries: ManagedFieldsEntry[] | undefined,
): ManagedFieldsEntry[] | undefined {
  const path = object.replicasPath.map(fieldElement);
  const replicas = setOf([path]);
  const scale = new Map<string, Manager>();
  for (const manager of (readManagers(scaleEntries) ?? new Map<string, Manager>()).values()) {
    if (!has(manager.set, SCALE_REPLICAS)) continue;
    const moved = { ...manager, apiVersion: object.apiVersion, set: replicas };
    scale.set(idOf(moved), moved);
  }
  const parent: Managers = new Map();
  for (const [id, manager] of readManagers(object.managedFields) ?? []) {
    const set = scale.has(id) ? union(manager.set, replicas) : difference(manager.set, replicas);
    if (!isEmpty(set)) parent.set(id, { ...manager, set });
    scale.delete(id);
  }
  return writeManagers(new Map([...parent, ...scale]));
}
