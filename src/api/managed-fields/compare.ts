/**
 * What changed between two versions of an object, both canonical: a null is a value. Shared subtrees are
 * skipped, so comparing with a patched copy costs what the patch touched.
 *
 *   { a: 1, b: 2 } -> { b: 3, c: 4 }     changed: .b .c     removed: .a
 */
import { equalJson, getKey, isObject } from "../patch/json.ts";
import { asMember, EMPTY, type FieldSet } from "./field-set.ts";
import { allFieldsOf, withItems } from "./fresh-fields.ts";
import { type GrowingSet, NOTHING } from "./growing-set.ts";
import { interned, recursiveDifference } from "./interned-sets.ts";
import type { Deduced, ListTopology, ObjectTopology, Topology } from "./topology.ts";

export class Comparison {
  readonly #topology: Topology;
  readonly #before: unknown;
  readonly #after: unknown;
  readonly #except: FieldSet;
  #changed: FieldSet | undefined;
  #removed: FieldSet | undefined;

  /** Fields in `except`, and all below them, are left out. */
  constructor(topology: Topology, before: unknown, after: unknown, except: FieldSet = EMPTY) {
    this.#topology = topology;
    this.#before = before;
    this.#after = after;
    this.#except = except;
  }

  /** Added or set to something else. */
  get changed(): FieldSet {
    this.#changed ??= this.#look(this.#before, this.#after, true);
    return this.#changed;
  }

  get removed(): FieldSet {
    this.#removed ??= this.#look(this.#after, this.#before, false);
    return this.#removed;
  }

  #look(before: unknown, after: unknown, modified: boolean): FieldSet {
    const found = differences(this.#topology, before, after, modified);
    return found === undefined ? EMPTY : recursiveDifference(found, this.#except);
  }
}

/** The items by their elements, in the order of first appearance; items without keys are left out. */
function groupItems(
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

type Members = Readonly<Record<string, unknown>>;

/** What `after` has and `before` has not; with `modified`, also what differs. `undefined` for nothing. */
function differences(
  topology: Topology,
  before: unknown,
  after: unknown,
  modified: boolean,
): FieldSet | undefined {
  if (before === after) return undefined;
  switch (topology.kind) {
    case "leaf":
      break;
    case "object":
    case "deduced": {
      const [a, b] = [membersOf(before), membersOf(after)];
      if (a === undefined && b === undefined) break;
      const node = b === undefined ? undefined : memberDifferences(topology, a ?? {}, b, modified);
      const changesForm = topology.kind === "deduced" && modified && !(isObject(before) && isObject(after));
      return changesForm && !equalJson(before ?? null, after ?? null) ? interned(asMember(node)) : node;
    }
    case "list": {
      const [a, b] = [itemsOf(before), itemsOf(after)];
      if (a === undefined && b === undefined) break;
      return b === undefined ? undefined : itemDifferences(topology, a ?? [], b, modified);
    }
  }
  return modified && !equalJson(before ?? null, after ?? null) ? EMPTY : undefined;
}

function memberDifferences(
  topology: ObjectTopology | Deduced,
  before: Members,
  after: Members,
  modified: boolean,
): FieldSet | undefined {
  let found: GrowingSet | undefined;
  for (const name of Object.keys(after)) {
    const member = topology.member(name);
    const value = after[name];
    if (member === undefined || value === undefined) continue;
    const child = difference(member.topology, getKey(before, name), value, modified);
    if (child !== undefined) found = (found ?? NOTHING).with(member.element, child);
  }
  return found?.set;
}

function difference(
  topology: Topology,
  before: unknown,
  after: unknown,
  modified: boolean,
): FieldSet | undefined {
  return before === undefined ? allFieldsOf(topology, after) : differences(topology, before, after, modified);
}

/**
 * Doubles under one element are compared as one value; between doubles and a single item it is a change of
 * form.
 */
function itemDifferences(
  topology: ListTopology,
  before: readonly unknown[],
  after: readonly unknown[],
  modified: boolean,
): FieldSet | undefined {
  if (before.length === 0) {
    const all = withItems(NOTHING, topology, after);
    return all === NOTHING ? undefined : all.set;
  }
  let found: GrowingSet | undefined;
  const olds = groupItems(topology, before);
  for (const [element, now] of groupItems(topology, after)) {
    const child = groupDifferences(topology.items, olds.get(element) ?? [], now, modified);
    if (child !== undefined) found = (found ?? NOTHING).with(element, child);
  }
  return found?.set;
}

function groupDifferences(
  topology: Topology,
  old: readonly unknown[],
  now: readonly unknown[],
  modified: boolean,
): FieldSet | undefined {
  if (now.length > 1) return old.length > 1 && (!modified || equalJson(old, now)) ? undefined : EMPTY;
  return old.length === 1 ? differences(topology, old[0], now[0], modified) : allFieldsOf(topology, now[0]);
}

/** An object that has members. */
function membersOf(value: unknown): Members | undefined {
  if (!isObject(value)) return undefined;
  for (const _ in value) return value;
  return undefined;
}

/** A list that has items. */
function itemsOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value : undefined;
}
