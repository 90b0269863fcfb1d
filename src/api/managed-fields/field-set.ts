/**
 * Sets of field paths, kept as the very objects of FieldsV1, so that reading and writing them costs nothing:
 *
 *   { "f:spec": { "f:replicas": {}, "f:template": { ".": {}, "f:x": {} } } }
 *   is the set  .spec.replicas  .spec.template  .spec.template.x
 *
 * A node without entries is a member; one with entries is a member only with an entry `.`; the root is none.
 * Nodes are immutable and shared between sets, and their entries stand in canonical order. An operation that
 * changes nothing returns its first operand.
 */
import { isObject } from "../patch/json.ts";
import { canonicalElement, compareElements, SELF } from "./path-element.ts";

export type FieldSet = { readonly [element: string]: FieldSet };

/** The empty set; as a node, a member without children. */
export const EMPTY: FieldSet = Object.freeze({});

export function isEmpty(node: FieldSet): boolean {
  for (const _ in node) return false;
  return true;
}

/** Whether a node below the root is in the set itself. */
export function isMember(node: FieldSet): boolean {
  return node[SELF] !== undefined || isEmpty(node);
}

/** The node with itself as a member. */
export function asMember(node: FieldSet | undefined): FieldSet {
  if (node === undefined || isMember(node)) return node ?? EMPTY;
  return { [SELF]: EMPTY, ...node };
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmpty(b)) return a;
  return isEmpty(a) ? b : unionEntries(a, b);
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return select(a, b, false, (x, y) =>
    y === undefined ? undefined : node(isMember(x) && isMember(y), intersection(x, y)),
  );
}

/** Members of `a` that are not members of `b`; children of a removed member stay. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return isEmpty(b) ? a : select(a, b, true, (x, y) => differenceNode(x, y));
}

/** As `difference`, but a member of `b` removes everything below it too. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(b)) return a;
  return select(a, b, true, (x, y) => {
    if (y === undefined) return x;
    return isMember(y) ? undefined : node(isMember(x), recursiveDifference(x, y));
  });
}

/** True when every member of `a` is one of `b`. */
export function isSubset(a: FieldSet, b: FieldSet): boolean {
  return isEmpty(difference(a, b));
}

export function has(set: FieldSet, path: readonly string[]): boolean {
  let at: FieldSet | undefined = set;
  for (const element of path) {
    at = at[element];
    if (at === undefined) return false;
  }
  return path.length > 0 && isMember(at);
}

/** All members, in canonical order. */
export function* pathsOf(set: FieldSet, prefix: readonly string[] = []): Generator<readonly string[]> {
  for (const [element, child] of Object.entries(set)) {
    if (element === SELF) continue;
    const path = [...prefix, element];
    if (isMember(child)) yield path;
    yield* pathsOf(child, path);
  }
}

/** The set of the given paths: `setOf([["f:spec", "f:replicas"]])`. */
export function setOf(paths: Iterable<readonly string[]>): FieldSet {
  const builder = new FieldSetBuilder();
  for (const path of paths) builder.add(path, EMPTY);
  return builder.build();
}

/**
 * The set in canonical spelling and order; itself when it is so already. `undefined` when it is none:
 * FieldsV1 that a client made up.
 */
export function canonical(set: unknown): FieldSet | undefined {
  if (!isObject(set)) return undefined;
  let same = true;
  let last = "";
  const entries: [string, FieldSet][] = [];
  for (const key of Object.keys(set)) {
    const element = canonicalElement(key);
    const child = canonical(set[key]);
    if (element === undefined || child === undefined) return undefined;
    same &&= element === key && child === set[key] && (last === "" || compareElements(last, element) < 0);
    last = element;
    entries.push([element, child]);
  }
  if (same) return set as FieldSet;
  return Object.fromEntries(entries.sort(([a], [b]) => compareElements(a, b)));
}

/** Collects paths with what is below them, in any order. */
export class FieldSetBuilder {
  #below: FieldSet | undefined;
  #children: Map<string, FieldSetBuilder> | undefined;

  /** Adds the node `below` at `path`, which is not empty. The caller may change `path` afterwards. */
  add(path: readonly string[], below: FieldSet): void {
    let at: FieldSetBuilder = this;
    for (const element of path) {
      at.#children ??= new Map();
      let next = at.#children.get(element);
      if (next === undefined) at.#children.set(element, (next = new FieldSetBuilder()));
      at = next;
    }
    at.#below = at.#below === undefined ? below : unionNode(at.#below, below);
  }

  build(): FieldSet {
    if (this.#children === undefined) return this.#below ?? EMPTY;
    const set: Draft = {};
    for (const [element, child] of this.#children) set[element] = child.build();
    return this.#below === undefined ? inOrder(set) : unionNode(inOrder(set), this.#below);
  }
}

type Draft = { [element: string]: Draft };

/**
 * Walks `a` beside `b`; `change` gives what stays of each entry. `keepMissing`: what `b` lacks stays without
 * asking.
 */
function select(
  a: FieldSet,
  b: FieldSet,
  keepMissing: boolean,
  change: (x: FieldSet, y: FieldSet | undefined) => FieldSet | undefined,
): FieldSet {
  let draft: Draft | undefined;
  const elements = Object.keys(a);
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i] as string;
    if (element === SELF) continue;
    const x = a[element] as FieldSet;
    const y = b[element];
    const kept = y === undefined && keepMissing ? x : change(x, y);
    if (kept === x) {
      if (draft !== undefined) draft[element] = x;
      continue;
    }
    draft ??= Object.fromEntries(elements.slice(0, i).map((one) => [one, a[one] as FieldSet]));
    if (kept !== undefined) draft[element] = kept;
  }
  if (draft === undefined) return a;
  delete draft[SELF];
  return draft;
}

function differenceNode(x: FieldSet, y: FieldSet | undefined): FieldSet | undefined {
  if (y === undefined) return x;
  const children = difference(x, y);
  const member = isMember(x) && !isMember(y);
  return children === x && member === isMember(x) ? x : node(member, children);
}

/** A node from its membership and the set of its children, `undefined` when both are nothing. */
function node(member: boolean, children: FieldSet): FieldSet | undefined {
  const { [SELF]: self, ...rest } = children;
  const bare = self === undefined ? children : rest;
  if (isEmpty(bare)) return member ? EMPTY : undefined;
  if (!member) return bare;
  return self === undefined ? { [SELF]: EMPTY, ...bare } : children;
}

function unionNode(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  if (isEmpty(a)) return asMember(b);
  if (isEmpty(b)) return asMember(a);
  return unionEntries(a, b);
}

function unionEntries(a: FieldSet, b: FieldSet): FieldSet {
  let draft: Draft | undefined;
  let grown = false;
  for (const element of Object.keys(b)) {
    const x = a[element];
    const y = b[element] as FieldSet;
    const joined = x === undefined ? y : element === SELF ? x : unionNode(x, y);
    if (joined === x) continue;
    grown ||= x === undefined;
    draft ??= { ...a };
    draft[element] = joined;
  }
  if (draft === undefined) return a;
  return grown ? inOrder(draft) : draft;
}

/** The node with its entries in canonical order. */
export function inOrder(set: FieldSet): FieldSet {
  const elements = Object.keys(set);
  if (isSorted(elements)) return set;
  const ordered: Draft = {};
  for (const element of elements.sort(compareElements)) ordered[element] = set[element] as FieldSet;
  return ordered;
}

function isSorted(elements: readonly string[]): boolean {
  for (let i = 1; i < elements.length; i++) {
    if (compareElements(elements[i - 1] as string, elements[i] as string) > 0) return false;
  }
  return true;
}
