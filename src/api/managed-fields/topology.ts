/**
 * How server-side apply sees a type: which values are one (`leaf`), which are taken apart by field, by key or by value.
 * Compiled from the type tables on first use. Values that no table describes (`deduced`) are objects taken apart by field,
 * and all else one.
 */
import type { Field, ListOf, Schema, Type } from "../schema/mod.ts";
import { fieldElement, keyElement, valueElement } from "./path-element.ts";

export type Topology = Leaf | ObjectTopology | ListTopology | Deduced;

export interface Leaf {
  readonly kind: "leaf";
  /** A list, map or message that is one value, so that sets must not reach below it. */
  readonly composite: boolean;
}

export interface Deduced {
  readonly kind: "deduced";
}

export class ObjectTopology {
  readonly kind = "object";
  readonly #of: Schema;
  readonly #children = new Map<string, Member>();

  constructor(of: Type | Schema) {
    this.#of = of;
  }

  /** What a member is; `undefined` for a name that the type does not have. */
  member(name: string): Member | undefined {
    const known = this.#children.get(name);
    if (known !== undefined) return known;
    const of = this.#of;
    if (of.form === "map") return this.#rest(topologyOf(of.values));
    if (of.form !== "message") return undefined;
    const field = of.fields.get(name);
    if (field === undefined) return of.keepsUnknown ? this.#rest(DEDUCED) : undefined;
    const member = { element: fieldElement(name), declared: true, topology: topologyOf(field.of, field) };
    this.#children.set(name, member);
    return member;
  }

  /** Names that the type declares, in no order that matters. */
  declares(name: string): boolean {
    return this.#of.form === "message" && this.#of.fields.has(name);
  }

  #rest(topology: Topology): Member {
    return { element: undefined, declared: false, topology };
  }
}

export interface Member {
  /** The path element, kept for declared fields. */
  readonly element: string | undefined;
  readonly declared: boolean;
  readonly topology: Topology;
}

export class ListTopology {
  readonly kind = "list";
  /** Sorted; none for a set of scalars. */
  readonly keys: readonly string[];
  readonly #items: Schema;
  readonly #defaults: readonly unknown[];
  #topology: Topology | undefined;

  constructor(list: ListOf) {
    const items = list.items;
    this.#items = items;
    this.keys = [...list.keys].sort();
    this.#defaults = this.keys.map((key) =>
      items.form === "message" ? items.fields.get(key)?.default : undefined,
    );
  }

  get items(): Topology {
    this.#topology ??= topologyOf(this.#items);
    return this.#topology;
  }

  /** The path element of an item, with the table's defaults for absent keys; `undefined` when it has none. */
  element(item: unknown): string | undefined {
    if (this.keys.length === 0) return valueElement(item);
    if (typeof item !== "object" || item === null) return undefined;
    const values: unknown[] = [];
    for (let i = 0; i < this.keys.length; i++) {
      const value = (item as Record<string, unknown>)[this.keys[i] as string] ?? this.#defaults[i];
      if (value === undefined) return undefined;
      values.push(value);
    }
    return keyElement(this.keys, values);
  }
}

const SCALAR: Leaf = { kind: "leaf", composite: false };
const ATOMIC: Leaf = { kind: "leaf", composite: true };
export const DEDUCED: Deduced = { kind: "deduced" };

/** A memo of a pure function over immutable types. */
const compiled = new WeakMap<Schema, Topology>();

/** `field` may say otherwise than the type of its value. */
export function topologyOf(schema: Schema, field?: Field): Topology {
  if (field?.topology === "atomic") return ATOMIC;
  if (schema.form === "message" && schema.atomic && field?.topology !== "granular") return ATOMIC;
  let topology = compiled.get(schema);
  if (topology === undefined) {
    topology = compile(schema);
    compiled.set(schema, topology);
  }
  return topology;
}

function compile(schema: Schema): Topology {
  switch (schema.form) {
    case "message":
      return schema.fields.size === 0 && schema.keepsUnknown ? DEDUCED : new ObjectTopology(schema);
    case "map":
      return schema.topology === "atomic" ? ATOMIC : new ObjectTopology(schema);
    case "list":
      return schema.topology === "set" || schema.topology === "map" ? new ListTopology(schema) : ATOMIC;
    case "union":
      return ATOMIC;
    case "scalar":
      return SCALAR;
  }
}
