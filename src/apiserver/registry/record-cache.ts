/**
 * What records were made into: objects, messages. In two generations, bounded by bytes and by time: a hit moves a key into
 * the young one; when that is full, or after a while, the old one is dropped whole. An LRU in effect, without the cost of
 * keeping an order; what nobody looks at is gone after two periods. Of a key it keeps the two newest versions that were
 * asked for, which is what those who hear of a change look at, so that churn is not paid for with memory.
 */
import type { Clock } from "#base";
import { RECORD_CACHE_PERIOD_MS } from "../limits.ts";
import type { Versioned } from "./records.ts";

interface Kept<T> {
  readonly record: Versioned;
  readonly form: T;
}

/** Of one key; `older` is the version before `newer` that was asked for, if any was. */
interface Entry<T> {
  newer: Kept<T>;
  older: Kept<T> | undefined;
}

/** Bounds of a cache. */
export interface RecordCacheOptions {
  /** Bytes of everything kept. */
  readonly bytes: number;
  /** A form is estimated at this many times the bytes of the stored value. */
  readonly factor: number;
}

/** Forms of records; `T` is one of them. */
export class RecordCache<T> {
  readonly #clock: Clock;
  readonly #options: RecordCacheOptions;
  #young = new Map<string, Entry<T>>();
  #old = new Map<string, Entry<T>>();
  #youngBytes = 0;
  #isTimed = false;

  constructor(clock: Clock, options: RecordCacheOptions) {
    this.#options = options;
    this.#clock = clock;
  }

  get(record: Versioned): T | undefined {
    const entry = this.#young.get(record.key) ?? this.#revived(record.key);
    if (entry?.newer.record === record) return entry.newer.form;
    return entry?.older?.record === record ? entry.older.form : undefined;
  }

  set(record: Versioned, form: T): void {
    const kept = { record, form };
    const entry = this.#young.get(record.key) ?? this.#revived(record.key);
    if (entry === undefined) {
      this.#keep(record.key, { newer: kept, older: undefined });
    } else if (record.modRevision >= entry.newer.record.modRevision) {
      entry.older = entry.newer;
      entry.newer = kept;
    } else {
      entry.older = kept;
    }
  }

  #revived(key: string): Entry<T> | undefined {
    const entry = this.#old.get(key);
    if (entry === undefined) return undefined;
    this.#old.delete(key);
    // Who looks again after so long looks at what is there now.
    entry.older = undefined;
    this.#keep(key, entry);
    return entry;
  }

  #keep(key: string, entry: Entry<T>): void {
    this.#young.set(key, entry);
    this.#youngBytes += entry.newer.record.value.length * this.#options.factor;
    if (this.#youngBytes >= this.#options.bytes / 2) this.#age();
    if (this.#isTimed) return;
    this.#isTimed = true;
    this.#clock.timer(RECORD_CACHE_PERIOD_MS, () => this.#tick()).unref();
  }

  #age(): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
  }

  #tick(): void {
    this.#isTimed = false;
    this.#age();
    if (this.#old.size === 0) return;
    this.#isTimed = true;
    this.#clock.timer(RECORD_CACHE_PERIOD_MS, () => this.#tick()).unref();
  }
}
