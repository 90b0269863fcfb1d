/**
 * How server-side apply sees a type: which values are one (`leaf`), which are taken apart by field, by key or
 * by value. Compiled from the type tables on first use. Values that no table describes (`deduced`) are
 * objects taken apart by field, and all else one.
 */
import type { Field, ListOf, MapOf, Schema, Type } from "../schema/mod.ts";
import { MAX_CACHED_ELEMENTS } from "./limits.ts";
import { fieldElement, keyElements, valueElement } from "./path-element.ts";

export type Topology = Leaf | ObjectTopology | ListTopology | Deduced;

/** One value. */
export interface Leaf {
  readonly kind: "leaf";
  /** A list, map or message that is one value, so that sets must not reach below it. */
  readonly composite: boolean;
}

/** A value that is taken apart by field, if it can be. */
abstract class Container {
  /** Entries of a map, and fields that no table describes: few names recur. */
  readonly #entries = new Map<string, Member>();

  /** What a member is; `undefined` for a name that the type does not have. */
  abstract member(name: string): Member | undefined;

  /** What such entries are. */
  protected abstract get rest(): Topology;

  protected entry(name: string): Member {
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      entry = new Member(name, false, () => this.rest);
      if (this.#entries.size >= MAX_CACHED_ELEMENTS) this.#entries.clear();
      this.#entries.set(name, entry);
    }
    return entry;
  }
}

/** No table: told by the value. */
export class Deduced extends Container {
  readonly kind = "deduced";

  member(name: string): Member {
    return this.entry(name);
  }

  protected get rest(): Topology {
    return this;
  }
}

/** A message or a map, taken apart by field. */
export class ObjectTopology extends Container {
  readonly kind = "object";
  readonly #of: Type | MapOf;
  #declared: ReadonlyMap<string, Member> | undefined;

  constructor(of: Type | MapOf) {
    super();
    this.#of = of;
  }

  member(name: string): Member | undefined {
    const of = this.#of;
    if (of.form === "map") return this.entry(name);
    this.#declared ??= new Map(
      [...of.fields.values()].map((field) => [
        field.name,
        new Member(field.name, true, () => topologyOf(field.of, field)),
      ]),
    );
    return this.#declared.get(name) ?? (of.keepsUnknown ? this.entry(name) : undefined);
  }

  protected get rest(): Topology {
    return this.#of.form === "map" ? topologyOf(this.#of.values) : DEDUCED;
  }
}

/** A field of a message, or an entry of a map. */
export class Member {
  /** Its path element. */
  readonly element: string;
  /** By the type, not by a map or by chance. */
  readonly declared: boolean;
  readonly #compile: () => Topology;
  #topology: Topology | undefined;

  constructor(name: string, declared: boolean, compile: () => Topology) {
    this.element = fieldElement(name);
    this.declared = declared;
    this.#compile = compile;
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
  readonly #elements = new Map<string, string>();
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
    if (this.keys.length === 1)
      return this.#elementOf((item as Record<string, unknown>)[this.keys[0] as string]);
    const values: unknown[] = [];
    for (let i = 0; i < this.keys.length; i++) {
      const value = (item as Record<string, unknown>)[this.keys[i] as string] ?? this.#defaults[i];
      if (value === undefined) return undefined;
      values.push(value);
    }
    return this.#element(values);
  }

  /** The names of items recur in every object of a kind. */
  #elementOf(given: unknown): string | undefined {
    const value = given ?? this.#defaults[0];
    if (typeof value !== "string") return value === undefined ? undefined : this.#element([value]);
    let element = this.#elements.get(value);
    if (element === undefined) {
      element = this.#element([value]);
      if (this.#elements.size >= MAX_CACHED_ELEMENTS) this.#elements.clear();
      this.#elements.set(value, element);
    }
    return element;
  }
}

const SCALAR: Leaf = { kind: "leaf", composite: false };
const ATOMIC: Leaf = { kind: "leaf", composite: true };
export const DEDUCED = new Deduced();

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
