/**
 * How server-side apply sees a type: which values are one (`leaf`), which are taken apart by field, by key or
 * by value. Compiled from the type tables on first use. Values that no table describes (`deduced`) are
 * objects taken apart by field, and all else one.
 */
import type { Field, ListOf, MapOf, Schema, Type } from "../schema/mod.ts";
import { fieldElement, keyElements, valueElement } from "./path-element.ts";

export type Topology = Leaf | ObjectTopology | ListTopology | Deduced;

/** One value. */
export interface Leaf {
  readonly kind: "leaf";
  /** A list, map or message that is one value, so that sets must not reach below it. */
  readonly composite: boolean;
}

/** No table: told by the value. */
export interface Deduced {
  readonly kind: "deduced";
}

/** A message or a map, taken apart by field. */
export class ObjectTopology {
  readonly kind = "object";
  readonly #of: Type | MapOf;
  #declared: ReadonlyMap<string, Member> | undefined;
  #sorted: readonly Member[] | undefined;

  constructor(of: Type | MapOf) {
    this.#of = of;
  }

  /** All members in canonical order, if the type has no others than it declares. */
  get members(): readonly Member[] | undefined {
    if (this.#of.form === "map" || this.#of.keepsUnknown) return undefined;
    this.#sorted ??= [...this.#members().values()].sort((a, b) => (a.element < b.element ? -1 : 1));
    return this.#sorted;
  }

  /** What a member is; `undefined` for a name that the type does not have. */
  member(name: string): Member | undefined {
    const of = this.#of;
    if (of.form === "map") return this.#rest(name, topologyOf(of.values));
    return this.#members().get(name) ?? (of.keepsUnknown ? this.#rest(name, DEDUCED) : undefined);
  }

  #members(): ReadonlyMap<string, Member> {
    this.#declared ??= new Map(
      (this.#of.form === "map" ? [] : [...this.#of.fields.values()]).map((field) => [
        field.name,
        new Member(field.name, true, () => topologyOf(field.of, field)),
      ]),
    );
    return this.#declared;
  }

  #rest(name: string, topology: Topology): Member {
    return new Member(name, false, () => topology);
  }
}

/** A field of a message, or an entry of a map. */
export class Member {
  readonly name: string;
  /** Its path element. */
  readonly element: string;
  /** By the type, not by a map or by chance. */
  readonly declared: boolean;
  /** The name is also that of something every object inherits. */
  readonly inherited: boolean;
  readonly #compile: () => Topology;
  #topology: Topology | undefined;
  #textBefore: string | undefined;

  constructor(name: string, declared: boolean, compile: () => Topology) {
    this.name = name;
    this.element = fieldElement(name);
    this.declared = declared;
    this.inherited = name in Object.prototype;
    this.#compile = compile;
  }

  /** How the element is printed between others. */
  get textBefore(): string {
    this.#textBefore ??= `,${JSON.stringify(this.element)}:`;
    return this.#textBefore;
  }

  /** Compiled when it is first asked for: types are recursive. */
  get topology(): Topology {
    this.#topology ??= this.#compile();
    return this.#topology;
  }
}

/** A keyed list or a set, taken apart by item. */
export class ListTopology {
  readonly kind = "list";
  /** Sorted; none for a set of scalars. */
  readonly keys: readonly string[];
  readonly #items: Schema;
  readonly #defaults: readonly unknown[];
  readonly #element: (values: readonly unknown[]) => string;
  #topology: Topology | undefined;

  constructor(list: ListOf) {
    const items = list.items;
    this.#items = items;
    this.keys = [...list.keys].sort();
    this.#element = keyElements(this.keys);
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
    return this.#element(values);
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
