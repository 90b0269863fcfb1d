/**
 * What changed between two versions of an object: paths added, removed and modified, each path in one of the sets only.
 * Null and absent are the same. Shared subtrees are skipped, so comparing with a patched copy costs what the patch touched.
 */
import { equalJson, isObject } from "../patch/json.ts";
import { allFieldsOf, groupItems } from "./fields-of.ts";
import { EMPTY, type FieldSet, FieldSetBuilder, isEmpty, recursiveDifference } from "./field-set.ts";
import { fieldElement } from "./path-element.ts";
import { DEDUCED, type ListTopology, type ObjectTopology, type Topology } from "./topology.ts";

export interface Comparison {
  readonly added: FieldSet;
  readonly removed: FieldSet;
  readonly modified: FieldSet;
}

export function compare(topology: Topology, before: unknown, after: unknown): Comparison {
  const walk = new CompareWalk();
  walk.both(topology, before, after);
  return { added: walk.added.build(), removed: walk.removed.build(), modified: walk.modified.build() };
}

/** The comparison without the given fields and all below them. */
export function without(comparison: Comparison, fields: FieldSet): Comparison {
  if (isEmpty(fields)) return comparison;
  return {
    added: recursiveDifference(comparison.added, fields),
    removed: recursiveDifference(comparison.removed, fields),
    modified: recursiveDifference(comparison.modified, fields),
  };
}

class CompareWalk {
  readonly added = new FieldSetBuilder();
  readonly removed = new FieldSetBuilder();
  readonly modified = new FieldSetBuilder();
  readonly #path: string[] = [];

  both(topology: Topology, before: unknown, after: unknown): void {
    if (before === after) return;
    switch (topology.kind) {
      case "leaf":
        return this.#leaf(before, after);
      case "deduced":
        return this.#deduced(before, after);
      case "object": {
        const [a, b] = [objectOf(before), objectOf(after)];
        return a === undefined && b === undefined ? this.#leaf(before, after) : this.#members(topology, a, b);
      }
      case "list": {
        const [a, b] = [listOf(before), listOf(after)];
        return a === undefined && b === undefined
          ? this.#leaf(before, after)
          : this.#items(topology, a ?? [], b ?? []);
      }
    }
  }

  #leaf(before: unknown, after: unknown): void {
    if (this.#path.length > 0 && !equalJson(before ?? null, after ?? null))
      this.modified.add(this.#path, EMPTY);
  }

  #deduced(before: unknown, after: unknown): void {
    const [a, b] = [objectOf(before), objectOf(after)];
    if (a !== undefined || b !== undefined) this.#members(undefined, a, b);
    if (!isObject(before) || !isObject(after)) this.#leaf(before, after);
  }

  #members(topology: ObjectTopology | undefined, before: Members = {}, after: Members = {}): void {
    for (const name of Object.keys(after)) {
      this.#member(topology, name, Object.hasOwn(before, name) ? before[name] : undefined, after[name]);
    }
    for (const name of Object.keys(before)) {
      if (!Object.hasOwn(after, name)) this.#member(topology, name, before[name], undefined);
    }
  }

  #member(topology: ObjectTopology | undefined, name: string, before: unknown, after: unknown): void {
    if (before === after || (before == null && after == null)) return;
    const member = topology?.member(name);
    this.#one(member?.element ?? fieldElement(name), member?.topology ?? DEDUCED, before, after);
  }

  #one(element: string, topology: Topology, before: unknown, after: unknown): void {
    this.#path.push(element);
    if (before === undefined) this.added.add(this.#path, allFieldsOf(topology, after));
    else if (after === undefined) this.removed.add(this.#path, allFieldsOf(topology, before));
    else this.both(topology, before, after);
    this.#path.pop();
  }

  /** Doubles under one element are compared as one value; between doubles and a single item it is a change of form. */
  #items(topology: ListTopology, before: readonly unknown[], after: readonly unknown[]): void {
    const a = groupItems(topology, before);
    const b = groupItems(topology, after);
    for (const element of new Set([...a.keys(), ...b.keys()])) {
      const [old = [], now = []] = [a.get(element), b.get(element)];
      if (old.length < 2 && now.length < 2) {
        this.#one(element, topology.items, old[0], now[0]);
        continue;
      }
      if (old.length > 1 && now.length > 1) {
        if (!equalJson(old, now)) this.#mark(this.modified, element);
        continue;
      }
      if (now.length === 1) this.#one(element, topology.items, undefined, now[0]);
      if (old.length === 1) this.#one(element, topology.items, old[0], undefined);
      this.#mark(now.length > 1 ? this.added : this.removed, element);
    }
  }

  #mark(builder: FieldSetBuilder, element: string): void {
    builder.add([...this.#path, element], EMPTY);
  }
}

type Members = Readonly<Record<string, unknown>>;

/** An object that has members. */
function objectOf(value: unknown): Members | undefined {
  return isObject(value) && Object.keys(value).length > 0 ? value : undefined;
}

/** A list that has items. */
function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value : undefined;
}
