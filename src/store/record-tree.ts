/**
 * The state as a B+ tree by key, copy on write: a clone costs a pointer, and writing to either side afterwards
 * copies only the nodes on the way (sorted-btree; clone 0.04 us, clone and set 4 us).
 */
import sortedBtree from "sorted-btree";
import type { Revision, Snapshot, StoredRecord, StoreEvent } from "./store.ts";

/** Keys order by UTF-16 unit, which is etcd's byte order for every key that Kubernetes writes. */
export function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

type Tree<V> = InstanceType<typeof sortedBtree.default<string, V>>;

/** A sorted map by string with cheap clones. */
export class SortedMap<V> {
  readonly #tree: Tree<V>;

  constructor(from?: SortedMap<V>) {
    this.#tree =
      from === undefined ? new sortedBtree.default<string, V>(undefined, compareKeys) : from.#tree.clone();
  }

  get size(): number {
    return this.#tree.size;
  }

  get(key: string): V | undefined {
    return this.#tree.get(key);
  }

  set(key: string, value: V): void {
    this.#tree.set(key, value);
  }

  delete(key: string): boolean {
    return this.#tree.delete(key);
  }

  firstKey(): string | undefined {
    return this.#tree.minKey();
  }

  clone(): SortedMap<V> {
    return new SortedMap(this);
  }

  /** Values with `from <= key < to`, in order. */
  *range(from: string, to: string): Generator<V, void> {
    // Most ranges that a write looks through are empty, and an iterator is dear.
    const first = this.#tree.getPairOrNextHigher(from);
    if (first === undefined || first[0] >= to) return;
    for (const [key, value] of this.#tree.entries(from)) {
      if (key >= to) return;
      yield value;
    }
  }

  values(): Iterable<V> {
    return this.#tree.values();
  }

  count(from: string, to: string): number {
    return this.#tree.forRange(from, to, false);
  }
}

/** All live records by key. */
export type RecordTree = SortedMap<StoredRecord>;

/** Applies one event to `tree`. */
export function applyEvent(tree: RecordTree, event: StoreEvent): void {
  if (event.type === "put") tree.set(event.record.key, event.record);
  else tree.delete(event.record.key);
}

/** Takes one event back out of `tree`; events are taken back newest first. */
export function revertEvent(tree: RecordTree, event: StoreEvent): void {
  if (event.previous === undefined) tree.delete(event.record.key);
  else tree.set(event.record.key, event.previous);
}

/** A tree that nobody writes to any more, at a revision. */
export class TreeSnapshot implements Snapshot {
  readonly revision: Revision;
  readonly #tree: RecordTree;

  constructor(tree: RecordTree, revision: Revision) {
    this.#tree = tree;
    this.revision = revision;
  }

  get(key: string): StoredRecord | undefined {
    return this.#tree.get(key);
  }

  range(from: string, to: string): Iterable<StoredRecord> {
    return this.#tree.range(from, to);
  }

  count(from: string, to: string): number {
    return this.#tree.count(from, to);
  }

  /** A tree of one's own with this content, at the cost of a pointer. */
  tree(): RecordTree {
    return this.#tree.clone();
  }
}
