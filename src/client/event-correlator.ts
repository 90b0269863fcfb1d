/**
 * Decides what becomes of an event, as client-go's correlator: like events are counted in one object, more than
 * ten alike but for their text within ten minutes are combined, and one source may write 25 about an object at once
 * and one per five minutes after. Pure but for its bounded memory; the caller passes the time, of a clock that never goes
 * back.
 */
import { eventCacheSize } from "./limits.ts";

/** What happened, before it is an object. */
export interface Happening {
  readonly involved: InvolvedObject;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly component: string;
  readonly host: string;
}

export interface InvolvedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly fieldPath?: string | undefined;
}

/** An event object already written, which a repetition patches. */
export interface WrittenEvent {
  readonly namespace: string;
  readonly name: string;
  readonly count: number;
  readonly firstTimestamp: string;
}

export type Verdict =
  | { readonly kind: "drop" }
  | { readonly kind: "create"; readonly countKey: string; readonly message: string }
  | {
      readonly kind: "count";
      readonly countKey: string;
      readonly message: string;
      readonly known: WrittenEvent;
    };

const AGGREGATE_AFTER = 10;
const AGGREGATE_WINDOW_MS = 600_000;
const SPAM_BURST = 25;
const SPAM_REFILL_MS = 300_000;

interface Similar {
  /** Different ones, oldest first; no more than it takes to combine them. */
  texts: readonly string[];
  lastMs: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

export class EventCorrelator {
  readonly #similar = new Recent<Similar>();
  readonly #written = new Recent<WrittenEvent>();
  readonly #buckets = new Recent<Bucket>();

  judge(event: Happening, nowMs: number): Verdict {
    const { message, countKey } = this.#aggregate(event, nowMs);
    if (!this.#spend(sourceKey(event), nowMs)) return { kind: "drop" };
    const known = this.#written.get(countKey);
    if (known === undefined) return { kind: "create", countKey, message };
    return { kind: "count", countKey, message, known };
  }

  /** Notes what the server holds now, so that the next like event is counted in it. */
  wrote(countKey: string, written: WrittenEvent): void {
    this.#written.set(countKey, written);
  }

  #aggregate(event: Happening, nowMs: number): { message: string; countKey: string } {
    const key = aggregateKey(event);
    const found = this.#similar.get(key);
    const similar =
      found === undefined || nowMs - found.lastMs > AGGREGATE_WINDOW_MS
        ? { texts: [], lastMs: nowMs }
        : found;
    similar.lastMs = nowMs;
    if (!similar.texts.includes(event.message)) similar.texts = [...similar.texts, event.message];
    this.#similar.set(key, similar);
    if (similar.texts.length < AGGREGATE_AFTER) {
      return { message: event.message, countKey: `${key}\0${event.message}` };
    }
    // Which texts there were no longer matters, only that they are many.
    similar.texts = similar.texts.slice(1);
    return { message: `(combined from similar events): ${event.message}`, countKey: key };
  }

  #spend(key: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(key) ?? { tokens: SPAM_BURST, atMs: nowMs };
    bucket.tokens = Math.min(SPAM_BURST, bucket.tokens + (nowMs - bucket.atMs) / SPAM_REFILL_MS);
    bucket.atMs = nowMs;
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}

/** A map that forgets what was used longest ago. */
class Recent<V> {
  readonly #entries = new Map<string, V>();

  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= eventCacheSize) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}

function sourceKey(event: Happening): string {
  const { kind, namespace, name, uid, apiVersion } = event.involved;
  return [event.component, event.host, kind, namespace, name, uid, apiVersion].join("\0");
}

function aggregateKey(event: Happening): string {
  return [sourceKey(event), event.involved.fieldPath, event.type, event.reason].join("\0");
}
