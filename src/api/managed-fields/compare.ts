/**
 * What changed between two versions of an object, both canonical: a null is a value. Shared subtrees are
 * skipped, so comparing with a patched copy costs what the patch touched.
 *
 *   { a: 1, b: 2 } -> { b: 3, c: 4 }     changed: .b .c     removed: .a
 */
import { equalJson, getKey, isObject } from "../patch/json.ts";
import { asMember, EMPTY, type FieldSet, inOrder, isEmpty, recursiveDifference } from "./field-set.ts";
import { allFieldsOf } from "./fresh-fields.ts";
import { interned } from "./interned-sets.ts";
import { fieldElement } from "./path-element.ts";
import { DEDUCED, type ListTopology, type ObjectTopology, type Topology } from "./topology.ts";

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
    if (found === undefined) return EMPTY;
    const set = recursiveDifference(found, this.#except);
    return isEmpty(set) ? EMPTY : interned(set);
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
type Draft = Record<string, FieldSet>;

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
      return changesForm && !equalJson(before ?? null, after ?? null) ? asMember(node) : node;
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
  topology: ObjectTopology | typeof DEDUCED,
  before: Members,
  after: Members,
  modified: boolean,
): FieldSet | undefined {
  let draft: Draft | undefined;
  const declared = topology.kind === "object" ? topology.members : undefined;
  if (declared !== undefined) {
    for (const member of declared) {
      const value = member.inherited ? getKey(after, member.name) : after[member.name];
      if (value === undefined) continue;
      const old = member.inherited ? getKey(before, member.name) : before[member.name];
      const child = difference(member.topology, old, value, modified);
      if (child !== undefined) (draft ??= {})[member.element] = child;
    }
    return draft;
  }
  for (const name of Object.keys(after).sort()) {
    const member = topology.kind === "object" ? topology.member(name) : undefined;
    const child = difference(member?.topology ?? DEDUCED, getKey(before, name), after[name], modified);
    if (child !== undefined) (draft ??= {})[fieldElement(name)] = child;
  }
  return draft;
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
  let draft: Draft | undefined;
  const olds = groupItems(topology, before);
  for (const [element, now] of groupItems(topology, after)) {
    const child = groupDifferences(topology.items, olds.get(element) ?? [], now, modified);
    if (child !== undefined) (draft ??= {})[element] = child;
  }
  return draft === undefined ? undefined : inOrder(draft);
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
