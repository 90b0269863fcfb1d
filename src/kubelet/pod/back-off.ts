/**
 * Waits that double with each failure of a key and are forgotten when it has been well for twice the longest
 * wait: with 10 s and 300 s, a container that crashes at once waits 10, 20, 40 ... 300, 300 s; after 10
 * minutes of running it begins again. The first failure does not wait: it creates the entry.
 *
 * Times are of one clock. Where it is a wall clock, since a runtime tells when something failed, it may be set back: a
 * failure that is yet to come waits no longer.
 */
export interface BackOffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
}

interface Entry {
  waitMs: number;
  updatedMs: number;
}

export class BackOffTable {
  readonly #limits: BackOffLimits;
  readonly #entries = new Map<string, Entry>();

  constructor(limits: BackOffLimits) {
    this.#limits = limits;
  }

  /** The wait in force for `key`; 0 when it has none. */
  waitMs(key: string): number {
    return this.#entries.get(key)?.waitMs ?? 0;
  }

  /** How much is left at `now` of the wait after a failure at `failedMs`; 0 when nothing is. */
  leftMs(key: string, failedMs: number, now: number): number {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#expired(entry, failedMs) || failedMs > now) return 0;
    return Math.max(0, failedMs + entry.waitMs - now);
  }

  /** Like `leftMs`, counted from the last `fail`. */
  leftSinceUpdateMs(key: string, now: number): number {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#expired(entry, now)) return 0;
    return Math.max(0, entry.updatedMs + entry.waitMs - now);
  }

  /** Counts a failure at `failedMs`: the next one waits. */
  fail(key: string, failedMs: number, now: number): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#expired(entry, failedMs)) {
      this.#entries.set(key, { waitMs: this.#limits.firstMs, updatedMs: now });
    } else {
      entry.waitMs = Math.min(entry.waitMs * 2, this.#limits.maxMs);
      entry.updatedMs = now;
    }
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  #expired(entry: Entry, atMs: number): boolean {
    return atMs - entry.updatedMs > this.#limits.maxMs * 2;
  }
}
