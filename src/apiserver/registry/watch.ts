/**
 * WATCH: a cursor on the store's ring and the selection that decides what it shows. A feed is pulled; a
 * watcher that does not pull costs nothing but its place. An update that enters or leaves the selection
 * shows as ADDED or DELETED.
 */
import { type StatusBody, StatusError, expired } from "#api";
import {
  type Cursor,
  type Revision,
  type Snapshot,
  type StoreEvent,
  StoreError,
  type StoredRecord,
} from "#store";
import { BOOKMARK_INTERVAL_MS, MIN_WATCH_SECONDS, WATCH_BATCH } from "../limits.ts";
import { isTrue } from "../request-info.ts";
import { rangeOf } from "./keys.ts";
import { selectionOf } from "./list.ts";
import type { Outcome } from "./outcome.ts";
import type { Versioned } from "./records.ts";
import type { Registry } from "./registry.ts";
import type { ResourceRequest } from "./resource-request.ts";
import { awaitRevision, checkListOptions, requestedRevision } from "./revisions.ts";
import type { Selection } from "./selection.ts";

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

/** Opens a watch. */
export async function watch(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  const { info, resource, signal } = request;
  checkListOptions(info, true);
  const selection = selectionOf(registry, request);
  const wanted = requestedRevision(info.query.get("resourceVersion"));
  if (wanted !== undefined && wanted > 0) await awaitRevision(registry, wanted, signal);
  const wantsInitial = isTrue(info.query.get("sendInitialEvents"));
  const startsFromState = wanted === undefined || wanted === 0 || wantsInitial;
  const showsState = startsFromState && info.query.get("sendInitialEvents") !== "false";
  const snapshot = startsFromState ? registry.store.snapshot() : undefined;
  const feed = new WatchFeed(registry, request, {
    selection,
    after: snapshot?.revision ?? (wanted as Revision),
    initial: showsState ? snapshot : undefined,
    endsInitial: wantsInitial && isTrue(info.query.get("allowWatchBookmarks")),
  });
  return { type: "watch", resource, feed };
}

interface FeedOptions {
  readonly selection: Selection;
  readonly after: Revision;
  readonly initial: Snapshot | undefined;
  readonly endsInitial: boolean;
}

/** Pull `next()` until it gives `undefined`; then, or at any time, dispose. */
export class WatchFeed implements Disposable {
  readonly #registry: Registry;
  readonly #selection: Selection;
  readonly #range: { readonly from: string; readonly to: string };
  readonly #bookmarks: boolean;
  readonly #signal: AbortSignal;
  readonly #options: FeedOptions;
  #cursor: Cursor | undefined;
  #initial: Iterator<StoredRecord> | undefined;
  #owesInitialEnd: boolean;
  #bookmarkDue = false;
  #ended = false;
  #armed = false;
  #wake: (() => void) | undefined;
  readonly #timers: { cancel(): void }[] = [];
  readonly #onAbort = (): void => this.#end();

  constructor(registry: Registry, request: ResourceRequest, options: FeedOptions) {
    const { info, resource, signal } = request;
    this.#registry = registry;
    this.#options = options;
    this.#selection = options.selection;
    this.#range = rangeOf(
      resource,
      info.namespace === "" ? (options.selection.namespace ?? "") : info.namespace,
    );
    this.#bookmarks = isTrue(info.query.get("allowWatchBookmarks"));
    this.#signal = signal;
    this.#owesInitialEnd = options.endsInitial;
    this.#initial = options.initial?.range(this.#range.from, this.#range.to)[Symbol.iterator]();
    this.#open();
    signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#startTimers(info.query.get("timeoutSeconds"));
    if (signal.aborted) this.#end();
  }

  /** The next events, at least one; `undefined` when the watch is over. */
  async next(): Promise<Batch | undefined> {
    while (!this.#ended) {
      const batch = this.#take();
      if (batch.events.length > 0) return batch;
      await this.#ready();
      await this.#registry.turns.turn();
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
        after: this.#options.after,
        ...this.#topic(),
      });
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "compacted") throw error;
      throw tooOld(this.#options.after);
    }
  }

  #topic(): { topic?: { name?: string; trigger?: readonly [string, string] } } {
    const { name, trigger } = this.#selection;
    if (name !== undefined) return { topic: { name } };
    return trigger === undefined ? {} : { topic: { trigger } };
  }

  #startTimers(text: string | null): void {
    const { clock, random } = this.#registry.env;
    const asked = Number(text ?? "0");
    const seconds = asked > 0 ? asked : MIN_WATCH_SECONDS * (1 + random.float());
    this.#timers.push(clock.timer(seconds * 1000, () => this.#end()).unref());
    if (this.#bookmarks) this.#armBookmark();
  }

  #armBookmark(): void {
    const timer = this.#registry.env.clock.timer(BOOKMARK_INTERVAL_MS, () => {
      this.#bookmarkDue = true;
      this.#wake?.();
      if (!this.#ended) this.#armBookmark();
    });
    this.#timers[1] = timer.unref();
  }

  #take(): Batch {
    if (this.#initial !== undefined) return { events: this.#takeInitial(), shared: undefined };
    if (this.#owesInitialEnd) {
      this.#owesInitialEnd = false;
      return {
        events: [{ type: "BOOKMARK", revision: this.#options.after, endsInitial: true }],
        shared: undefined,
      };
    }
    const cursor = this.#cursor;
    if (cursor === undefined) return { events: [], shared: undefined };
    let taken: readonly StoreEvent[];
    try {
      taken = cursor.take(WATCH_BATCH);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "compacted") throw error;
      this.#cursor = undefined;
      this.#end();
      return { events: [{ type: "ERROR", status: tooOld(cursor.revision).toStatus() }], shared: undefined };
    }
    const events = this.#shown(taken);
    const shared = this.#selection.everything && taken.length > 0 ? nameOf(taken) : undefined;
    if (events.length > 0 || !this.#bookmarkDue) return { events, shared };
    this.#bookmarkDue = false;
    return {
      events: [{ type: "BOOKMARK", revision: cursor.revision, endsInitial: false }],
      shared: undefined,
    };
  }

  #takeInitial(): FeedEvent[] {
    const events: FeedEvent[] = [];
    while (this.#initial !== undefined && events.length < WATCH_BATCH) {
      const { value, done } = this.#initial.next();
      if (done === true) this.#initial = undefined;
      else if (this.#selection.matches(value)) events.push({ type: "ADDED", record: value });
    }
    return events.length > 0 || this.#initial !== undefined ? events : [...this.#take().events];
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
    for (const timer of this.#timers) timer.cancel();
    this.#cursor?.[Symbol.dispose]();
    this.#cursor = undefined;
    this.#initial = undefined;
    this.#wake?.();
  }
}

function nameOf(taken: readonly StoreEvent[]): string {
  return `${taken[0]?.revision}-${taken[taken.length - 1]?.revision}-${taken.length}`;
}

function tooOld(revision: Revision): StatusError {
  return expired(`too old resource version: ${revision}`);
}
