/**
 * Server-side apply: the applied object is merged into the live one, the manager owns exactly what it
 * applied, and what it applied before and does not apply now goes unless another manager owns it. Setting
 * another manager's field to something else is a conflict, which `force` turns into a change of owner.
 * Source: KEP-555.
 */
import type { ManagedFieldsEntry } from "../types/meta/object-meta.ts";
import { equalJson, isObject, type JsonObject } from "../patch/json.ts";
import { applyConflict, type FieldConflict, fieldConflicts } from "./conflict.ts";
import { emptyObject } from "./empty-object.ts";
import { ManagedFieldsError } from "./errors.ts";
import { EMPTY, has, isEmpty, recursiveDifference } from "./field-set.ts";
import { interned } from "./interned-sets.ts";
import { fieldsOf } from "./fields-of.ts";
import { KUBECTL, lastAppliedFields, withLastApplied } from "./last-applied.ts";
import { idOf, type Managers, readManagers, writeManagers } from "./managers.ts";
import { merge } from "./merge.ts";
import { Change, ownable, reconcileManagers, type VersionedType } from "./ownership.ts";
import { prune } from "./prune.ts";
import { topologyOf } from "./topology.ts";
import { managedFieldsOf, recordUpdate } from "./track-update.ts";

export interface ApplyPatchOptions extends VersionedType {
  /** The object as it is, with its managedFields; `undefined` when the patch creates it. */
  readonly live: JsonObject | undefined;
  /** The applied object, as the client sent it. */
  readonly patch: unknown;
  readonly manager: string;
  readonly force: boolean;
  /** RFC 3339, in seconds. */
  readonly time: string;
  readonly subresource?: string | undefined;
}

/** Exactly one of two outcomes; a conflict becomes a 409 by `applyConflict`. */
export type ApplyPatchResult =
  | {
      readonly conflicts: undefined;
      /** Not defaulted, without managedFields; the live object's parts are shared. */
      readonly object: JsonObject;
      readonly managedFields: ManagedFieldsEntry[] | undefined;
      /** False when the patch says what is there already, though its manager may be new. */
      readonly changed: boolean;
    }
  | { readonly conflicts: readonly FieldConflict[] };

export { applyConflict };

/**
 * Throws `ManagedFieldsError`: `badRequest`, or `untyped` when the patch does not have the form of its type.
 */
export function applyPatch(options: ApplyPatchOptions): ApplyPatchResult {
  const { patch, type, apiVersion, manager } = options;
  const applied = checkPatch(patch, options);
  const live = withoutManagedFields(options.live ?? emptyObject(type));
  const managers = readManagers(managedFieldsOf(options.live)) ?? new Map();
  if (managers.size === 0) adopt(managers, options, live);
  let result = applyTo(new Map(managers), options, live, applied, options.force);
  if (result.conflicts !== undefined && manager === KUBECTL) {
    const allowed = lastAppliedFields(type, apiVersion, live);
    const conflicts = result.conflicts.filter(({ path }) => !has(allowed, path));
    result = conflicts.length > 0 ? { conflicts } : applyTo(new Map(managers), options, live, applied, true);
  }
  if (result.conflicts !== undefined || manager !== KUBECTL) return result;
  const object = withLastApplied(result.object, applied);
  return { ...result, object, changed: result.changed || !equalJson(object, result.object) };
}

function applyTo(
  managers: Managers,
  options: ApplyPatchOptions,
  live: JsonObject,
  applied: JsonObject,
  force: boolean,
): ApplyPatchResult {
  const topology = topologyOf(options.type);
  const { apiVersion } = options;
  const fields = recursiveDifference(fieldsOf(topology, applied, true), options.resetFields ?? EMPTY);
  const applies = isEmpty(fields) ? EMPTY : interned(fields);
  reconcileManagers(managers, options);
  const identity = {
    name: options.manager,
    operation: "Apply",
    apiVersion,
    subresource: options.subresource ?? "",
  } as const;
  const id = idOf(identity);
  const last = managers.get(id);
  managers.set(id, { ...identity, time: last?.time, set: applies });
  const merged = merge(topology, live, applied) as JsonObject;
  const object = prune(merged, managers, last, options);
  const change = new Change(options, live, object);
  const conflicts = force ? [] : change.conflicts(managers, id);
  if (conflicts.length > 0) return { conflicts: fieldConflicts(conflicts) };
  change.takeFrom(managers, id);
  const changed = object !== live && !equalJson(object, live);
  const set = ownable(applies);
  if (isEmpty(set)) managers.delete(id);
  else managers.set(id, { ...identity, time: changed ? options.time : last?.time, set });
  return { conflicts: undefined, object, managedFields: writeManagers(managers), changed };
}

/** An object that nobody is tracked for belongs to `before-first-apply`, as if updated from nothing. */
function adopt(managers: Managers, options: ApplyPatchOptions, live: JsonObject): void {
  recordUpdate(managers, { ...options, manager: "before-first-apply" }, emptyObject(options.type), live);
}

function checkPatch(patch: unknown, { type, apiVersion }: ApplyPatchOptions): JsonObject {
  const refuse = (detail: string): never => {
    throw new ManagedFieldsError("badRequest", `Cannot apply the patch: ${detail}`);
  };
  if (!isObject(patch)) return refuse("it must be an object");
  if (patch["apiVersion"] !== apiVersion || (type.gvk !== undefined && patch["kind"] !== type.gvk.kind)) {
    const given = `${String(patch["apiVersion"])} ${String(patch["kind"])}`;
    return refuse(`it is ${JSON.stringify(given)}, expected "${apiVersion} ${type.gvk?.kind ?? ""}"`);
  }
  if (managedFieldsOf(patch) != null) return refuse("metadata.managedFields must be nil");
  return patch;
}

function withoutManagedFields(object: JsonObject): JsonObject {
  if (managedFieldsOf(object) === undefined) return object;
  const { managedFields: _, ...metadata } = object["metadata"] as JsonObject;
  return { ...object, metadata };
}
