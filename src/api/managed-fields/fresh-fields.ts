/**
 * The node of a value that was not there before: everything in it is a member.
 *
 *   [{ name: "c", image: "i" }]   ->   {".":{},"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{}}}
 */
import { isObject } from "../patch/json.ts";
import { EMPTY, type FieldSet } from "./field-set.ts";
import { type GrowingSet, NOTHING } from "./growing-set.ts";
import { SELF } from "./path-element.ts";
import type { Deduced, ListTopology, ObjectTopology, Topology } from "./topology.ts";

/** An empty value, or one that is not taken apart, is a member without children. */
export function allFieldsOf(topology: Topology, value: unknown): FieldSet {
  switch (topology.kind) {
    case "leaf":
      return EMPTY;
    case "list":
      if (!Array.isArray(value) || value.length === 0) return EMPTY;
      return withItems(NOTHING.with(SELF, EMPTY), topology, value).set;
    case "object":
    case "deduced":
      if (!isObject(value) || !hasMembers(value)) return EMPTY;
      return withMembers(NOTHING.with(SELF, EMPTY), topology, value).set;
  }
}

/** Items without keys are left out. */
export function withItems(set: GrowingSet, topology: ListTopology, list: readonly unknown[]): GrowingSet {
  let grown = set;
  for (const item of list) {
    const element = topology.element(item);
    if (element !== undefined) grown = grown.with(element, allFieldsOf(topology.items, item));
  }
  return grown;
}

function withMembers(
  set: GrowingSet,
  topology: ObjectTopology | Deduced,
  object: Readonly<Record<string, unknown>>,
): GrowingSet {
  let grown = set;
  for (const name of Object.keys(object)) {
    const member = topology.member(name);
    const value = object[name];
    if (member === undefined || value === undefined) continue;
    grown = grown.with(member.element, allFieldsOf(member.topology, value));
  }
  return grown;
}

function hasMembers(object: object): boolean {
  for (const _ in object) return true;
  return false;
}
