/**
 * What a change of an object does to the ownership of others: managers lose the fields that the change sets
 * otherwise or removes. A manager that wrote in another version of the API is compared in that version.
 */
import { canonical } from "../codec/decode.ts";
import type { Type } from "../schema/mod.ts";
import type { JsonObject } from "../patch/json.ts";
import { Comparison } from "./compare.ts";
import { EMPTY, type FieldSet, isEmpty, setOf } from "./field-set.ts";
import { difference, interned, intersection } from "./interned-sets.ts";
import { fieldElement } from "./path-element.ts";
import { type Manager, type Managers, setFields } from "./managers.ts";
import { reconciled } from "./schema-set.ts";
import { topologyOf } from "./topology.ts";

/** Another version of the API that a manager may have written in. */
export interface OtherVersion {
  readonly type: Type;
  /** From the version of the request. */
  convert(object: JsonObject): JsonObject;
  /** Back to the version of the request. */
  convertBack(object: JsonObject): JsonObject;
}

/** The type that an operation works on, with the versions that other managers may have used. */
export interface VersionedType {
  readonly type: Type;
  /** `apps/v1`. */
  readonly apiVersion: string;
  /** `undefined` for a version that is served no more: its managers are forgotten. */
  readonly otherVersion?: ((apiVersion: string) => OtherVersion | undefined) | undefined;
  /** Fields that the operation's (sub)resource does not own, as `setOfFields` makes them. */
  readonly resetFields?: FieldSet | undefined;
}

/** `object` of `type` in the other version; completed first, since parts may have been taken out. */
export function convertTo(other: OtherVersion, object: JsonObject, type: Type): JsonObject {
  return other.convert(canonical(type, object) as JsonObject);
}

/** The way back. */
export function convertFrom(other: OtherVersion, object: JsonObject): JsonObject {
  return other.convertBack(canonical(other.type, object) as JsonObject);
}

/** `[["status"], ["metadata", "labels"]]` as a set. */
export function setOfFields(paths: readonly (readonly string[])[]): FieldSet {
  return setOf(paths.map((path) => path.map(fieldElement)));
}

/** Identity and bookkeeping of an object, which nobody owns. */
const UNOWNED: FieldSet = interned(
  setOfFields([
    ["apiVersion"],
    ["kind"],
    ["metadata"],
    ["metadata", "clusterName"],
    ["metadata", "creationTimestamp"],
    ["metadata", "generation"],
    ["metadata", "managedFields"],
    ["metadata", "name"],
    ["metadata", "namespace"],
    ["metadata", "resourceVersion"],
    ["metadata", "selfLink"],
    ["metadata", "uid"],
  ]),
);

/** Fields of a set that a manager may own. */
export function ownable(set: FieldSet): FieldSet {
  return difference(set, UNOWNED);
}

/** Drops managers of versions that are gone, and brings sets in line with types that have changed. */
export function reconcileManagers(managers: Managers, versioned: VersionedType): void {
  for (const [id, manager] of managers) {
    const type = typeAt(versioned, manager.apiVersion);
    if (type === undefined) managers.delete(id);
    else setFields(managers, id, reconciled(topologyOf(type), manager.set));
  }
}

export interface Conflict {
  readonly id: string;
  readonly manager: Manager;
  readonly set: FieldSet;
}

/** A change of the object as it looks to each manager. */
export class Change {
  readonly #versioned: VersionedType;
  readonly #before: JsonObject;
  readonly #after: JsonObject;
  readonly #comparisons = new Map<string, Comparison>();

  constructor(versioned: VersionedType, before: JsonObject, after: JsonObject) {
    this.#versioned = versioned;
    this.#before = before;
    this.#after = after;
  }

  /** In the version of the request, without the fields that it resets. */
  get comparison(): Comparison {
    return this.at(this.#versioned.apiVersion);
  }

  at(apiVersion: string): Comparison {
    let found = this.#comparisons.get(apiVersion);
    if (found === undefined) {
      found = this.#compare(apiVersion);
      this.#comparisons.set(apiVersion, found);
    }
    return found;
  }

  /** Fields of managers other than `exceptId` that the change sets to something else. */
  conflicts(managers: Managers, exceptId: string | undefined): readonly Conflict[] {
    const conflicts: Conflict[] = [];
    for (const [id, manager] of managers) {
      if (id === exceptId) continue;
      const set = intersection(manager.set, this.at(manager.apiVersion).changed);
      if (!isEmpty(set)) conflicts.push({ id, manager, set });
    }
    return conflicts;
  }

  /** Takes what is removed, and the conflicting fields, from everybody but `exceptId`. */
  takeFrom(managers: Managers, exceptId: string | undefined): void {
    for (const { id, manager, set } of this.conflicts(managers, exceptId)) {
      setFields(managers, id, difference(manager.set, set));
    }
    for (const [id, manager] of managers) {
      if (id !== exceptId)
        setFields(managers, id, difference(manager.set, this.at(manager.apiVersion).removed));
    }
  }

  #compare(apiVersion: string): Comparison {
    const { type, apiVersion: own, otherVersion, resetFields = EMPTY } = this.#versioned;
    if (apiVersion === own) return new Comparison(topologyOf(type), this.#before, this.#after, resetFields);
    const other = otherVersion?.(apiVersion);
    if (other === undefined) return new Comparison(topologyOf(type), undefined, undefined);
    const [before, after] = [convertTo(other, this.#before, type), convertTo(other, this.#after, type)];
    return new Comparison(topologyOf(other.type), before, after, resetFields);
  }
}

function typeAt(
  { type, apiVersion: own, otherVersion }: VersionedType,
  apiVersion: string,
): Type | undefined {
  return apiVersion === own ? type : otherVersion?.(apiVersion)?.type;
}
