/**
 * Decoded objects in two generations, bounded by bytes and by time: a hit moves a key into the young one; when that is
 * full, or after a while, the old one is dropped whole. An LRU in effect, without the cost of keeping an order; what
 * nobody looks at is gone after two periods. Of a key it keeps the two newest versions that were asked for, which is what
 * those who hear of a change look at, so that churn is not paid for with memory.
 */
import type { KubeObject } from "#api";
import type { Clock } from "#base";
import { DECODED_BYTES, DECODED_FACTOR, DECODED_PERIOD_MS } from "../limits.ts";
import type { Versioned } from "./records.ts";

interface Decoded {
  readonly record: Versioned;
  readonly object: KubeObject;
}

/** Of one key; `older` is the version before `newer` that was asked for, if any was. */
interface Entry {
  newer: Decoded;
  older: Decoded | undefined;
}

export class DecodedCache {
  readonly #clock: Clock;
  #young = new Map<string, Entry>();
  #old = new Map<string, Entry>();
  #youngBytes = 0;
  #isTimed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(record: Versioned): KubeObject | undefined {
    const entry = this.#young.get(record.key) ?? this.#revived(record.key);
    if (entry?.newer.record === record) return entry.newer.object;
    return entry?.older?.record === record ? entry.older.object : undefined;
  }

  set(record: Versioned, object: KubeObject): void {
    const decoded = { record, object };
    const entry = this.#young.get(record.key) ?? this.#revived(record.key);
    if (entry === undefined) {
      this.#keep(record.key, { newer: decoded, older: undefined });
    } else if (record.modRevision >= entry.newer.record.modRevision) {
      entry.older = entry.newer;
      entry.newer = decoded;
    } else {
      entry.older = decoded;
    }
  }

  #revived(key: string): Entry | undefined {
    const entry = this.#old.get(key);
    if (entry === undefined) return undefined;
    this.#old.delete(key);
    this.#keep(key, entry);
    return entry;
  }

  #keep(key: string, entry: Entry): void {
    this.#young.set(key, entry);
    this.#youngBytes += entry.newer.record.value.length * DECODED_FACTOR;
    if (this.#youngBytes >= DECODED_BYTES / 2) this.#age();
    if (this.#isTimed) return;
    this.#isTimed = true;
    this.#clock.timer(DECODED_PERIOD_MS, () => this.#tick()).unref();
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
    this.#clock.timer(DECODED_PERIOD_MS, () => this.#tick()).unref();
  }
}
