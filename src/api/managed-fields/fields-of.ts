/**
 * The fields that an applied object sets, by the topology of its type: leaves, items of keyed lists and sets,
 * entries of maps, and objects that are empty. Checks the object's form on the way.
 */
import { isObject } from "../patch/json.ts";
import { ManagedFieldsError } from "./errors.ts";
import { EMPTY, type FieldSet, FieldSetBuilder } from "./field-set.ts";
import { fieldElement, printElement } from "./path-element.ts";
import { DEDUCED, type ListTopology, type ObjectTopology, type Topology } from "./topology.ts";

/**
 * The set of an object. With `strict`, throws `ManagedFieldsError` `untyped` for fields that the type does
 * not declare, values of a wrong form, and items that are double or lack a key; without, such things are
 * taken as they come.
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
