/**
 * Keys that go away by themselves (events after an hour). At most one entry for each live key, ordered by
 * expiry; a clone costs a pointer, so that a fork carries its leases along.
 */
import { SortedMap } from "./record-tree.ts";

/** Milliseconds since the epoch need 13 digits until the year 2286; 15 keep text order for ever. */
const digits = 15;

export class Leases {
  readonly #expiryByKey: SortedMap<number>;
  readonly #keysByExpiry: SortedMap<string>;

  constructor(expiryByKey = new SortedMap<number>(), keysByExpiry = new SortedMap<string>()) {
    this.#expiryByKey = expiryByKey;
    this.#keysByExpiry = keysByExpiry;
  }

  get size(): number {
    return this.#expiryByKey.size;
  }

  expiryOf(key: string): number | undefined {
    return this.#expiryByKey.get(key);
  }

  /** Sets, moves or (with undefined) ends the lease of `key`. */
  set(key: string, expiresAtMs: number | undefined): void {
    const old = this.#expiryByKey.get(key);
    if (old === expiresAtMs) return;
    if (old !== undefined) this.#keysByExpiry.delete(slot(key, old));
    if (expiresAtMs === undefined) {
      this.#expiryByKey.delete(key);
      return;
    }
    this.#expiryByKey.set(key, expiresAtMs);
    this.#keysByExpiry.set(slot(key, expiresAtMs), key);
  }

  /** When the next key expires, in ms since the epoch. */
  next(): number | undefined {
    const first = this.#keysByExpiry.firstKey();
    return first === undefined ? undefined : Number(first.slice(0, digits));
  }

  /** Keys whose time has come, soonest first. They stay until `set` ends their lease. */
  due(nowMs: number, max: number): readonly string[] {
    const keys: string[] = [];
    for (const key of this.#keysByExpiry.range("", String(nowMs + 1).padStart(digits, "0"))) {
      if (keys.length === max) break;
      keys.push(key);
    }
    return keys;
  }

  clone(): Leases {
    return new Leases(this.#expiryByKey.clone(), this.#keysByExpiry.clone());
  }
}

function slot(key: string, expiresAtMs: number): string {
  return String(expiresAtMs).padStart(digits, "0") + key;
}
