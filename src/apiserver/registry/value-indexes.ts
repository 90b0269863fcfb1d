/**
 * Records by the value of a label or of a declared trigger field, so that a selected list costs what it returns. An
 * index is made when a list first asks for its key, and follows the store from then on; the least used make room. It
 * answers for the head only: older snapshots are read through.
 *
 *   "/registry/pods/ app" -> "web" -> [default/web-0, default/web-1]   in order of keys
 */
import type { Resource } from "#api";
import type { Snapshot, Store, StoredRecord } from "#store";
import { type Change, Follower } from "../authz/follower.ts";
import { MAX_INDEXED_RECORDS, MAX_VALUE_INDEXES } from "../limits.ts";
import { type KeyRange, rangeOf } from "./keys.ts";
import type { Selection } from "./selection.ts";

/** What an index is by: the value that a record has, if any. */
interface Facet {
  readonly name: string;
  readonly valueOf: (record: StoredRecord) => string | undefined;
}

export class ValueIndexes {
  readonly #store: Store;
  /** The one used last is the last. */
  readonly #indexes = new Map<string, ValueIndex>();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Records of `range` at the head among which are all that match, in order; `snapshot` reads through when no index
   * can tell, or it is no longer the head.
   */
  candidates(
    resource: Resource,
    selection: Selection,
    snapshot: Snapshot,
    range: KeyRange,
  ): Iterable<StoredRecord> {
    let best: readonly StoredRecord[] | undefined;
    for (const { facet, values } of termsOf(selection)) {
      const found = this.#index(resource, facet, snapshot)?.records(values, range);
      if (found !== undefined && (best === undefined || found.length < best.length)) best = found;
    }
    return best !== undefined && snapshot.revision === this.#store.revision
      ? best
      : snapshot.range(range.from, range.to);
  }

  stop(): void {
    for (const index of this.#indexes.values()) index.stop();
    this.#indexes.clear();
  }

  #index(resource: Resource, facet: Facet, snapshot: Snapshot): ValueIndex | undefined {
    const range = rangeOf(resource, "");
    const name = `${range.from} ${facet.name}`;
    let index = this.#indexes.get(name);
    if (index === undefined) {
      if (snapshot.count(range.from, range.to) > MAX_INDEXED_RECORDS) return undefined;
      index = new ValueIndex(this.#store, range, facet);
    }
    this.#indexes.delete(name);
    this.#indexes.set(name, index);
    const [oldest] = this.#indexes;
    if (this.#indexes.size > MAX_VALUE_INDEXES && oldest !== undefined) {
      oldest[1].stop();
      this.#indexes.delete(oldest[0]);
    }
    return index;
  }
}

/** The terms of a selection that name the values they want. */
function* termsOf(selection: Selection): Iterable<{ facet: Facet; values: readonly string[] }> {
  for (const { key, operator, values } of selection.labels.requirements) {
    if (operator !== "=" && operator !== "==" && operator !== "in") continue;
    yield { facet: { name: key, valueOf: ({ index }) => own(index.labels, key) }, values };
  }
  const { trigger } = selection;
  if (trigger === undefined) return;
  const [field, value] = trigger;
  // No label's key has a colon.
  yield { facet: { name: `:${field}`, valueOf: ({ index }) => own(index.triggers, field) }, values: [value] };
}

function own(values: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;
}

class ValueIndex {
  readonly #facet: Facet;
  readonly #follower: Follower;
  readonly #byValue = new Map<string, StoredRecord[]>();

  constructor(store: Store, range: KeyRange, facet: Facet) {
    this.#facet = facet;
    this.#follower = new Follower(store, range, this.#apply, () => this.#start());
    this.#start();
  }

  /** A copy, for those who take long. */
  records(values: readonly string[], { from, to }: KeyRange): readonly StoredRecord[] {
    this.#follower.catchUp();
    const parts = values.map((value) => {
      const records = this.#byValue.get(value) ?? [];
      return records.slice(placeOf(records, from), placeOf(records, to));
    });
    if (parts.length === 1) return parts[0] ?? [];
    return parts.flat().sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  stop(): void {
    this.#follower.stop();
  }

  #start(): void {
    this.#byValue.clear();
    this.#follower.start();
  }

  readonly #apply = ({ type, record, previous }: Change): void => {
    const value = type === "put" ? this.#facet.valueOf(record) : undefined;
    const before = previous === undefined ? undefined : this.#facet.valueOf(previous);
    if (before !== undefined && before !== value) this.#remove(before, record.key);
    if (value === undefined) return;
    const records = this.#byValue.get(value);
    if (records === undefined) return void this.#byValue.set(value, [record]);
    const place = placeOf(records, record.key);
    records.splice(place, records[place]?.key === record.key ? 1 : 0, record);
  };

  #remove(value: string, key: string): void {
    const records = this.#byValue.get(value) ?? [];
    const place = placeOf(records, key);
    if (records[place]?.key === key) records.splice(place, 1);
    if (records.length === 0) this.#byValue.delete(value);
  }
}

/** Where the first key at or behind `key` is. */
function placeOf(records: readonly StoredRecord[], key: string): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((records[middle] as StoredRecord).key >= key) high = middle;
    else low = middle + 1;
  }
  return low;
}
