/**
 * What an applied object no longer says: fields that the manager applied last time and does not apply now go,
 * unless somebody else owns them.
 */
import type { JsonObject } from "../patch/json.ts";
import { difference, EMPTY, type FieldSet, intersection, isEmpty, isSubset, union } from "./field-set.ts";
import { fieldsOf } from "./fields-of.ts";
import type { Manager, Managers } from "./managers.ts";
import { convertFrom, convertTo, type VersionedType } from "./ownership.ts";
import { removeItems } from "./remove-items.ts";
import { withNamedFields } from "./schema-set.ts";
import { type Topology, topologyOf } from "./topology.ts";

/** `managers` already has what the manager applies now; `last` is what it applied before. */
export function prune(
  merged: JsonObject,
  managers: Managers,
  last: Manager | undefined,
  versioned: VersionedType,
): JsonObject {
  if (last === undefined || isEmpty(last.set)) return merged;
  if (last.apiVersion === versioned.apiVersion) {
    const topology = topologyOf(versioned.type);
    return pruneAt(topology, merged, last.set, ownedHere(managers, versioned, topology, merged));
  }
  const other = versioned.otherVersion?.(last.apiVersion);
  if (other === undefined) return merged;
  const topology = topologyOf(other.type);
  const there = convertTo(other, merged, versioned.type);
  const owned = unionOf(managers, last.apiVersion);
  const keptHere = unionOf(managers, versioned.apiVersion);
  const pruned = pruneAt(topology, there, last.set, owned);
  return pruned === there
    ? merged
    : keepOwned(topologyOf(versioned.type), merged, convertFrom(other, pruned), keptHere);
}

function pruneAt(topology: Topology, merged: JsonObject, last: FieldSet, owned: FieldSet): JsonObject {
  if (isSubset(last, owned)) return merged;
  const named = (set: FieldSet): FieldSet => withNamedFields(topology, set);
  const all = named(fieldsOf(topology, merged, false));
  const lastNamed = named(last);
  const bare = removed(topology, merged, lastNamed);
  const keep = union(named(fieldsOf(topology, bare, false)), named(owned));
  const pruned = removed(topology, merged, difference(all, keep));
  const gone = difference(all, named(fieldsOf(topology, pruned, false)));
  return removed(topology, merged, intersection(gone, lastNamed));
}

/** Fields that only managers of other versions own count as well, as they look in this version. */
function ownedHere(
  managers: Managers,
  versioned: VersionedType,
  topology: Topology,
  merged: JsonObject,
): FieldSet {
  let owned = unionOf(managers, versioned.apiVersion);
  for (const apiVersion of new Set([...managers.values()].map((manager) => manager.apiVersion))) {
    const other = apiVersion === versioned.apiVersion ? undefined : versioned.otherVersion?.(apiVersion);
    if (other === undefined) continue;
    const there = convertTo(other, merged, versioned.type);
    const otherTopology = topologyOf(other.type);
    const unowned = difference(fieldsOf(otherTopology, there, false), unionOf(managers, apiVersion));
    const rest = convertFrom(other, removed(otherTopology, there, unowned));
    owned = union(owned, fieldsOf(topology, rest, false));
  }
  return owned;
}

/** `pruned` with what is owned in this version put back. */
function keepOwned(topology: Topology, merged: JsonObject, pruned: JsonObject, owned: FieldSet): JsonObject {
  const named = (set: FieldSet): FieldSet => withNamedFields(topology, set);
  const keep = union(named(fieldsOf(topology, pruned, false)), named(owned));
  return removed(topology, merged, difference(named(fieldsOf(topology, merged, false)), keep));
}

function unionOf(managers: Managers, apiVersion: string): FieldSet {
  let owned = EMPTY;
  for (const manager of managers.values()) {
    if (manager.apiVersion === apiVersion) owned = union(owned, manager.set);
  }
  return owned;
}

function removed(topology: Topology, object: JsonObject, paths: FieldSet): JsonObject {
  return (removeItems(topology, object, paths) ?? {}) as JsonObject;
}
