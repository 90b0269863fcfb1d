/**
 * Upstreams' answers by question, for their TTL and no longer than ours. The least recently used goes first. Entries are
 * never fetched ahead of time.
 */
import type { Clock } from "#base";
import type { ForwardedAnswer } from "./handler.ts";
import { maxCacheEntries, maxCacheTtlSeconds } from "./limits.ts";
import type { PreparedAnswer } from "./message.ts";
import { responseCodes } from "./record.ts";

interface CacheEntry {
  readonly prepared: PreparedAnswer;
  readonly storedAt: number;
  readonly expiresAt: number;
}

export class AnswerCache {
  readonly #clock: Clock;
  readonly #entries = new Map<string, CacheEntry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): ForwardedAnswer | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const now = this.#clock.monotonic();
    this.#entries.delete(key);
    if (now >= entry.expiresAt) return undefined;
    this.#entries.set(key, entry);
    return { prepared: entry.prepared, ageSeconds: Math.floor((now - entry.storedAt) / 1000) };
  }

  /** Keeps answers and denials that have a TTL; a denial's is that of its SOA. */
  put(key: string, prepared: PreparedAnswer, ttlSeconds: number | undefined): void {
    const { code } = prepared;
    if (code !== responseCodes.NOERROR && code !== responseCodes.NXDOMAIN) return;
    const seconds = Math.min(ttlSeconds ?? 0, maxCacheTtlSeconds);
    if (seconds <= 0) return;
    const now = this.#clock.monotonic();
    this.#entries.delete(key);
    this.#entries.set(key, { prepared, storedAt: now, expiresAt: now + seconds * 1000 });
    if (this.#entries.size > maxCacheEntries) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
  }
}
