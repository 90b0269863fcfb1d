/**
 * Ownership after a create, update or patch: the manager gets the fields that changed, everybody else loses
 * them. A write that changes nothing leaves all entries, with their times, as they are.
 */
import type { ManagedFieldsEntry } from "../types/meta/object-meta.ts";
import type { JsonObject } from "../patch/json.ts";
import { isEmpty } from "./field-set.ts";
import { union } from "./interned-sets.ts";
import { emptyObject } from "./empty-object.ts";
import {
  capUpdaters,
  idOf,
  isReset,
  type Manager,
  type Managers,
  readManagers,
  writeManagers,
} from "./managers.ts";
import { Change, ownable, reconcileManagers, type VersionedType } from "./ownership.ts";

export interface TrackUpdateOptions extends VersionedType {
  /** The object before; `undefined` for a create. With its managedFields, if it has any. */
  readonly old: JsonObject | undefined;
  /** The object that will be stored, decoded and defaulted. */
  readonly new: JsonObject;
  /**
   * `metadata.managedFields` of the request as it was before decoding (which drops an empty list): absent
   * keeps the old object's, `[]` or `[{}]` forgets them, a list that parses replaces them, unless through a
   * subresource.
   */
  readonly requested: unknown;
  readonly manager: string;
  /** RFC 3339, in seconds. */
  readonly time: string;
  /** `""` or absent for the resource itself. */
  readonly subresource?: string | undefined;
}

/** The new `metadata.managedFields`; `undefined` when nobody is tracked. */
export function trackUpdate(options: TrackUpdateOptions): ManagedFieldsEntry[] | undefined {
  const managers = startingManagers(options);
  if (managers.size === 0 && options.old !== undefined) return undefined;
  recordUpdate(managers, options, options.old ?? emptyObject(options.type), options.new);
  return writeManagers(managers);
}

/** Books the change from `before` to `after` to the options' manager. */
export function recordUpdate(
  managers: Managers,
  options: Omit<TrackUpdateOptions, "old" | "new" | "requested">,
  before: JsonObject,
  after: JsonObject,
): void {
  reconcileManagers(managers, options);
  const change = new Change(options, before, after);
  const changed = ownable(change.comparison.changed);
  change.takeFrom(managers, undefined);
  if (!isEmpty(changed)) {
    const identity = {
      name: options.manager === "" ? "unknown" : options.manager,
      operation: "Update",
      apiVersion: options.apiVersion,
      subresource: options.subresource ?? "",
    } as const;
    const id = idOf(identity);
    const previous = managers.get(id);
    const set = previous === undefined ? changed : union(changed, previous.set);
    managers.set(id, { ...identity, time: options.time, set } satisfies Manager);
  }
  capUpdaters(managers);
}

function startingManagers({ old, requested, subresource = "" }: TrackUpdateOptions): Managers {
  const live = managedFieldsOf(old);
  if (subresource === "") {
    if (isReset(requested)) return new Map();
    const managers = readManagers(requested);
    if (managers !== undefined && managers.size > 0) return managers;
  }
  return readManagers(live) ?? new Map();
}

export function managedFieldsOf(object: JsonObject | undefined): unknown {
  const metadata = object?.["metadata"] as JsonObject | undefined;
  return metadata?.["managedFields"];
}
