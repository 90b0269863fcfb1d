/**
 * The fields that an applied object sets, by the topology of its type: leaves, items of keyed lists and sets, entries of
 * maps, and objects that are empty. Checks the object's form on the way.
 */
import { isObject } from "../patch/json.ts";
import { ManagedFieldsError } from "./errors.ts";
import { asMember, EMPTY, type FieldSet, FieldSetBuilder } from "./field-set.ts";
import { fieldElement, printElement } from "./path-element.ts";
import { DEDUCED, type ListTopology, type ObjectTopology, type Topology } from "./topology.ts";

/**
 * The set of an object. With `strict`, throws `ManagedFieldsError` `untyped` for fields that the type does not declare,
 * values of a wrong form, and items that are double or lack a key; without, such things are taken as they come.
 */
export function fieldsOf(topology: Topology, object: unknown, strict: boolean): FieldSet {
  const builder = new FieldSetBuilder();
  new FieldWalk(builder, strict).visit(topology, object);
  return builder.build();
}

class FieldWalk {
  readonly #builder: FieldSetBuilder;
  readonly #strict: boolean;
  readonly #path: string[] = [];

  constructor(builder: FieldSetBuilder, strict: boolean) {
    this.#builder = builder;
    this.#strict = strict;
  }

  visit(topology: Topology, value: unknown): void {
    switch (topology.kind) {
      case "leaf":
        return this.#member();
      case "deduced":
        return isObject(value) ? this.#members(undefined, value) : this.#member();
      case "object":
        if (isObject(value)) this.#members(topology, value);
        else if (value !== null) this.#refuse("expected an object");
        return;
      case "list":
        if (Array.isArray(value)) this.#items(topology, value);
        else if (value !== null) this.#refuse("expected a list");
    }
  }

  #members(topology: ObjectTopology | undefined, object: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(object)) {
      const member = topology?.member(name);
      this.#path.push(member?.element ?? fieldElement(name));
      if (topology !== undefined && member === undefined) this.#refuse("field not declared in schema");
      this.visit(member?.topology ?? DEDUCED, value);
      const empty = value === null || (isObject(value) && Object.keys(value).length === 0);
      if (empty || member?.declared !== true) this.#member();
      this.#path.pop();
    }
  }

  #items(topology: ListTopology, list: readonly unknown[]): void {
    const seen = new Set<string>();
    for (const item of list) {
      const element = topology.element(item);
      if (element === undefined) {
        this.#refuse(`an item lacks one of its keys ${topology.keys.join(", ")}`);
        continue;
      }
      this.#path.push(element);
      if (seen.has(element)) this.#refuse("duplicate entries for key");
      seen.add(element);
      this.visit(topology.items, item);
      this.#member();
      this.#path.pop();
    }
  }

  #member(): void {
    if (this.#path.length > 0) this.#builder.add(this.#path, EMPTY);
  }

  #refuse(detail: string): void {
    if (!this.#strict) return;
    const path = this.#path.map(printElement).join("");
    throw new ManagedFieldsError(
      "untyped",
      `Cannot read the applied object: ${path === "" ? "." : path}: ${detail}`,
    );
  }
}

/** The node of a value that was not there before, or is no longer: everything in it is a member. */
export function allFieldsOf(topology: Topology, value: unknown): FieldSet {
  const list = topology.kind === "list" && Array.isArray(value) ? value : undefined;
  if (list !== undefined && topology.kind === "list") {
    const builder = new FieldSetBuilder();
    for (const [element, items] of groupItems(topology, list)) {
      builder.add([element], items.length === 1 ? allFieldsOf(topology.items, items[0]) : EMPTY);
    }
    return asMember(builder.build());
  }
  if ((topology.kind !== "object" && topology.kind !== "deduced") || !isObject(value)) return EMPTY;
  const names = Object.keys(value);
  if (names.length === 0) return EMPTY;
  const node: Record<string, FieldSet> = { ".": EMPTY };
  for (const name of names.sort()) {
    const member = topology.kind === "object" ? topology.member(name) : undefined;
    node[member?.element ?? fieldElement(name)] = allFieldsOf(member?.topology ?? DEDUCED, value[name]);
  }
  return node;
}

/** The items by their elements, in the order of first appearance; items without keys are left out. */
export function groupItems(
  topology: ListTopology,
  list: readonly unknown[],
): ReadonlyMap<string, readonly unknown[]> {
  const groups = new Map<string, unknown[]>();
  for (const item of list) {
    const element = topology.element(item);
    if (element === undefined) continue;
    const group = groups.get(element);
    if (group === undefined) groups.set(element, [item]);
    else group.push(item);
  }
  return groups;
}
