/**
 * The lister of an informer in the server's process: the server's own state at one revision, and the keys of declared
 * indices. It holds no object: each is decoded by the server when somebody looks at it. Invariant: each index lists
 * exactly the keys of the objects at that revision that give its value.
 */
import type { KubeObject } from "#api";
import { assert } from "#base";
import type { Lister, ObjectKey } from "./client.ts";
import type { CollectionState, Version, VersionChange } from "./handler.ts";
import { controllerUids } from "./indexed-cache.ts";

type IndexValues<T> = (object: T) => readonly string[];

/** Keys by value; the keys are the records' own strings. */
class KeyIndex<T> {
  readonly values: IndexValues<T>;
  readonly #buckets = new Map<string, Set<string>>();

  constructor(values: IndexValues<T>) {
    this.values = values;
  }

  add(key: string, object: T): void {
    for (const value of this.values(object)) {
      const bucket = this.#buckets.get(value);
      if (bucket === undefined) this.#buckets.set(value, new Set([key]));
      else bucket.add(key);
    }
  }

  remove(key: string, object: T): void {
    for (const value of this.values(object)) {
      const bucket = this.#buckets.get(value);
      bucket?.delete(key);
      if (bucket?.size === 0) this.#buckets.delete(value);
    }
  }

  keys(value: string): Iterable<string> {
    return this.#buckets.get(value) ?? [];
  }

  *counts(): Iterable<readonly [string, number]> {
    for (const [value, { size }] of this.#buckets) yield [value, size];
  }
}

const EMPTY: CollectionState = {
  revision: 0,
  get: () => undefined,
  at: () => undefined,
  versions: () => [],
  object: () => undefined,
};

/** Indices that need no declaration; made when first asked. */
const STANDARD: Readonly<Record<string, IndexValues<KubeObject>>> = { owner: controllerUids };

export class FollowedCache<T extends KubeObject> implements Lister<T> {
  readonly #indices = new Map<string, KeyIndex<T>>();
  /** Keys of a selection, which would be dear to find again; undefined when everything is selected. */
  readonly #members: Set<string> | undefined;
  #state = EMPTY;

  /** `selective`: the collection is few of many. */
  constructor(selective: boolean) {
    this.#members = selective ? new Set() : undefined;
  }

  get state(): CollectionState {
    return this.#state;
  }

  get({ namespace = "", name }: ObjectKey): T | undefined {
    const version = this.#state.get(namespace, name);
    return version === undefined ? undefined : this.object(version);
  }

  list(namespace = ""): readonly T[] {
    const objects: T[] = [];
    for (const version of this.versions(namespace)) objects.push(this.object(version));
    return objects;
  }

  by(index: string, value: string): readonly T[] {
    const objects: T[] = [];
    for (const key of this.#index(index).keys(value)) {
      const version = this.#state.at(key);
      assert(version !== undefined, `Index "${index}" lists "${key}", which is not there`);
      objects.push(this.object(version));
    }
    return objects;
  }

  counts(index: string): Iterable<readonly [string, number]> {
    return this.#index(index).counts();
  }

  /** Declares an index; what is there already is indexed at once. */
  addIndex(name: string, values: IndexValues<T>): void {
    if (this.#indices.has(name)) return;
    const index = new KeyIndex(values);
    for (const version of this.versions("")) index.add(version.key, this.object(version));
    this.#indices.set(name, index);
  }

  object(version: Version): T {
    return this.#state.object(version) as T;
  }

  *versions(namespace: string): Iterable<Version> {
    if (this.#members === undefined) return yield* this.#state.versions(namespace);
    for (const key of this.#members) {
      const version = this.#state.at(key);
      if (version !== undefined && (namespace === "" || version.index.namespace === namespace)) yield version;
    }
  }

  /** Moves to `state`, which differs from the present one by `changes`. */
  move(state: CollectionState, changes: Iterable<VersionChange>): void {
    this.#state = state;
    for (const { previous, current } of changes) {
      if (previous !== undefined) this.#remove(previous);
      if (current !== undefined) this.#add(current);
    }
  }

  #index(name: string): KeyIndex<T> {
    const standard = STANDARD[name];
    if (standard !== undefined) this.addIndex(name, standard);
    const found = this.#indices.get(name);
    assert(found !== undefined, `No index "${name}" was declared before it was asked`);
    return found;
  }

  #add(version: Version): void {
    this.#members?.add(version.key);
    if (this.#indices.size === 0) return;
    const object = this.object(version);
    for (const index of this.#indices.values()) index.add(version.key, object);
  }

  #remove(version: Version): void {
    this.#members?.delete(version.key);
    if (this.#indices.size === 0) return;
    const object = this.object(version);
    for (const index of this.#indices.values()) index.remove(version.key, object);
  }
}

/** How `after` differs from what `cache` shows; an object made anew under one name goes and comes. */
export function differences<T extends KubeObject>(
  cache: FollowedCache<T>,
  after: CollectionState,
): readonly VersionChange[] {
  const gone: VersionChange[] = [];
  const other: VersionChange[] = [];
  for (const previous of cache.versions("")) {
    const current = after.at(previous.key);
    if (current?.index.uid !== previous.index.uid)
      gone.push({ previous, current: undefined, last: previous });
  }
  for (const current of after.versions("")) {
    const before = cache.state.at(current.key);
    if (before?.modRevision === current.modRevision) continue;
    const previous = before?.index.uid === current.index.uid ? before : undefined;
    other.push({ previous, current, last: undefined });
  }
  return [...gone, ...other];
}
