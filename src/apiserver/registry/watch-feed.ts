/**
 * What a watch shows: a cursor on the store's ring and the selection that filters it. A feed is pulled; a
 * watcher that does not pull costs nothing but its place. An update that enters or leaves the selection
 * shows as ADDED or DELETED.
 */
import type { StatusBody } from "#api";
import type { Timer } from "#base";
import {
  type Cursor,
  type Revision,
  type Snapshot,
  type StoreEvent,
  StoreError,
  type StoredRecord,
} from "#store";
import {
  BOOKMARK_INTERVAL_MS,
  LAST_BOOKMARK_MS,
  MAX_WATCH_MS,
  MIN_WATCH_SECONDS,
  WATCH_BATCH,
} from "../limits.ts";
import { isInProcess } from "../answers.ts";
import { rangeOf } from "./keys.ts";
import type { ListOptions } from "./list-options.ts";
import type { Versioned } from "./records.ts";
import type { Registry } from "./registry.ts";
import type { ResourceRequest } from "./resource-request.ts";
import { expiredAt } from "./revisions.ts";
import type { Selection } from "./selection.ts";

/** Records of the state looked at between two looks at the clock. */
const STRIDE = 256;

export type FeedEvent =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly record: Versioned }
  | { readonly type: "BOOKMARK"; readonly revision: Revision; readonly endsInitial: boolean }
  | { readonly type: "ERROR"; readonly status: StatusBody };

/** Events in order. */
export interface Batch {
  readonly events: readonly FeedEvent[];
  /**
   * Names the batch for sharing between watchers that see everything of a resource; undefined when
   * filtered.
   */
  readonly shared: string | undefined;
}

/** Pull `next()` until it gives `undefined`; then, or at any time, dispose. */
export interface WatchFeed extends Disposable {
  /** The next events, at least one; `undefined` when the watch is over. */
  next(): Promise<Batch | undefined>;
}

/** A watch that could not begin: one ERROR event. */
export class FailedFeed implements WatchFeed {
  #status: StatusBody | undefined;

  constructor(status: StatusBody) {
    this.#status = status;
  }

  async next(): Promise<Batch | undefined> {
    const status = this.#status;
    this.#status = undefined;
    return status === undefined ? undefined : { events: [{ type: "ERROR", status }], shared: undefined };
  }

  [Symbol.dispose](): void {
    this.#status = undefined;
  }
}

/** Where a feed begins, and what it was asked for. */
export interface CursorFeedOptions {
  readonly options: ListOptions;
  readonly selection: Selection;
  readonly after: Revision;
  /** The state to show first, at `after`. */
  readonly initial: Snapshot | undefined;
}

/** A watch on the store. The constructor throws 410 when history no longer has what comes after `after`. */
export class CursorFeed implements WatchFeed {
  readonly #registry: Registry;
  readonly #selection: Selection;
  readonly #range: { readonly from: string; readonly to: string };
  readonly #after: Revision;
  /** The head when it began: until it has come so far, a bookmark would say nothing. */
  readonly #opened: Revision;
  readonly #signal: AbortSignal;
  readonly #goesInLaps: boolean;
  #cursor: Cursor | undefined;
  #initial: Iterator<StoredRecord> | undefined;
  #owesInitialEnd: boolean;
  #bookmarkDue = false;
  #ended = false;
  #armed = false;
  #wake: (() => void) | undefined;
  #endTimer: Timer | undefined;
  #bookmarkTimer: Timer | undefined;
  readonly #onAbort = (): void => this.#end();

  constructor(
    registry: Registry,
    request: ResourceRequest,
    { options, selection, ...more }: CursorFeedOptions,
  ) {
    const { info, resource } = request;
    const { signal } = request.call;
    this.#registry = registry;
    this.#selection = selection;
    this.#after = more.after;
    this.#opened = registry.store.revision;
    this.#goesInLaps = !isInProcess(request.call);
    this.#range = rangeOf(resource, info.namespace === "" ? (selection.namespace ?? "") : info.namespace);
    this.#signal = signal;
    this.#owesInitialEnd = options.sendInitialEvents === true && options.allowWatchBookmarks;
    this.#initial = more.initial?.range(this.#range.from, this.#range.to)[Symbol.iterator]();
    this.#open();
    signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#startTimers(options);
    if (signal.aborted) this.#end();
  }

  async next(): Promise<Batch | undefined> {
    while (!this.#ended) {
      await this.#ready();
      const through = await this.#turn();
      if (this.#ended) break;
      const batch = this.#take(through);
      if (batch.events.length > 0) return batch;
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#end();
  }

  #open(): void {
    try {
      this.#cursor = this.#registry.store.watch({
        ...this.#range,
        after: this.#after,
        ...this.#selection.topic,
      });
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "compacted") throw error;
      throw expiredAt(this.#after);
    }
  }

  #startTimers({ timeoutSeconds, allowWatchBookmarks }: ListOptions): void {
    const { clock, random } = this.#registry.env;
    const seconds = timeoutSeconds > 0 ? timeoutSeconds : MIN_WATCH_SECONDS * (1 + random.float());
    const ms = Math.min(seconds * 1000, MAX_WATCH_MS);
    this.#endTimer = clock.timer(ms, this.#onAbort).unref();
    if (!allowWatchBookmarks) return;
    // The first says when a watch that resumed has caught up, so that its reader need not wait to know.
    this.#bookmarkDue = this.#initial === undefined;
    this.#armBookmark(clock.monotonic() + ms - LAST_BOOKMARK_MS);
  }

  /** The next bookmark: after the interval, or shortly before the watch ends, when that is sooner. */
  #armBookmark(last: number): void {
    const { clock } = this.#registry.env;
    const delay = Math.min(BOOKMARK_INTERVAL_MS, last - clock.monotonic());
    if (delay <= 0) return;
    const timer = clock.timer(delay, () => {
      this.#bookmarkDue = true;
      this.#wake?.();
      if (!this.#ended) this.#armBookmark(last);
    });
    this.#bookmarkTimer = timer.unref();
  }

  get #isInitial(): boolean {
    return this.#initial !== undefined || this.#owesInitialEnd;
  }

  /** Resolves when it may go on, with how far. */
  #turn(): Promise<Revision> {
    const { laps, store, turns } = this.#registry;
    if (this.#goesInLaps && !this.#isInitial) return laps.turn();
    return turns.turn().then(() => store.revision);
  }

  #bookmarkIsDue(cursor: Cursor): boolean {
    return this.#bookmarkDue && cursor.revision >= this.#opened;
  }

  #take(through: Revision): Batch {
    if (this.#initial !== undefined) return { events: this.#takeInitial(), shared: undefined };
    if (this.#owesInitialEnd) {
      this.#owesInitialEnd = false;
      return {
        events: [{ type: "BOOKMARK", revision: this.#after, endsInitial: true }],
        shared: undefined,
      };
    }
    const cursor = this.#cursor;
    if (cursor === undefined) return { events: [], shared: undefined };
    let taken: readonly StoreEvent[];
    try {
      taken = cursor.take(WATCH_BATCH, through);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "compacted") throw error;
      this.#cursor = undefined;
      this.#end();
      return {
        events: [{ type: "ERROR", status: expiredAt(cursor.revision).toStatus() }],
        shared: undefined,
      };
    }
    const events = this.#shown(taken);
    const shared = this.#selection.everything && taken.length > 0 ? nameOf(taken) : undefined;
    if (events.length > 0 || !this.#bookmarkIsDue(cursor)) return { events, shared };
    this.#bookmarkDue = false;
    return {
      events: [{ type: "BOOKMARK", revision: cursor.revision, endsInitial: false }],
      shared: undefined,
    };
  }

  #takeInitial(): FeedEvent[] {
    const events: FeedEvent[] = [];
    const { turns } = this.#registry;
    let looked = 0;
    while (this.#initial !== undefined && events.length < WATCH_BATCH) {
      if (++looked % STRIDE === 0 && turns.spent) break;
      const { value, done } = this.#initial.next();
      if (done === true) this.#initial = undefined;
      else if (this.#selection.matches(value)) events.push({ type: "ADDED", record: value });
    }
    return events;
  }

  #shown(taken: readonly StoreEvent[]): FeedEvent[] {
    const events: FeedEvent[] = [];
    const all = this.#selection.everything;
    for (const { type, record, previous, revision } of taken) {
      const was = previous !== undefined && (all || this.#selection.matches(previous));
      if (type === "delete") {
        if (all || was || this.#selection.matches(record)) events.push({ type: "DELETED", record });
        continue;
      }
      const is = all || this.#selection.matches(record);
      if (is) events.push({ type: was ? "MODIFIED" : "ADDED", record });
      else if (was) events.push({ type: "DELETED", record: { ...previous, modRevision: revision } });
    }
    return events;
  }

  #ready(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#ended || this.#cursor === undefined) return resolve();
      if (this.#isInitial || this.#bookmarkIsDue(this.#cursor)) return resolve();
      this.#wake = resolve;
      if (this.#armed) return;
      this.#armed = true;
      this.#cursor.onReady(() => {
        this.#armed = false;
        this.#wake?.();
      });
    });
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#endTimer?.cancel();
    this.#bookmarkTimer?.cancel();
    this.#cursor?.[Symbol.dispose]();
    this.#cursor = undefined;
    this.#initial = undefined;
    this.#wake?.();
  }
}

function nameOf(taken: readonly StoreEvent[]): string {
  return `${taken[0]?.revision}-${taken[taken.length - 1]?.revision}-${taken.length}`;
}
