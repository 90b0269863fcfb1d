/**
 * WATCH for an informer in this process: a cursor, and the snapshot at the cursor's revision. The state
 * costs a pointer and is never the head's but by chance: it moves when the follower asks for what is next, and the changes
 * tell what it moved over. One that falls behind the ring ends, and its follower begins anew: thousands that read the journal
 * would each build the state in it. Now and then the snapshot of a quiet collection is made anew, since an old one keeps old versions
 * of everything else. Of the request it keeps what it needs: a process may have thousands of followers.
 */
import type { KubeObject } from "#api";
import {
  type Cursor,
  type Revision,
  type Snapshot,
  type StoredRecord,
  type StoreEvent,
  StoreError,
} from "#store";
import { FOLLOWED_BATCH, MIN_WATCH_SECONDS, RENEWAL_MS } from "../limits.ts";
import { type CollectionState, type Followed, selects, SnapshotState } from "./collection-state.ts";
import { rangeOf } from "./keys.ts";
import type { ListOptions } from "./list-options.ts";
import type { Registry } from "./registry.ts";
import type { ResourceRequest } from "./resource-request.ts";
import { expiredAt } from "./revisions.ts";
import type { Selection } from "./selection.ts";

/** One object of the selection as it changed; absent on either side when it was not, or is no longer, in there. */
export interface VersionChange {
  readonly previous: StoredRecord | undefined;
  readonly current: StoredRecord | undefined;
  /** When it is no longer there: its last version, at the revision of its end. */
  readonly last: StoredRecord | undefined;
}

/** Where it is followed from. */
export interface FollowedOptions {
  readonly options: ListOptions;
  readonly selection: Selection;
  readonly snapshot: Snapshot;
}

/** A follower pulls `next()` until it gives `undefined`; then, or at any time, it disposes. */
export class FollowedCollection implements Disposable {
  readonly #registry: Registry;
  readonly #followed: Followed;
  readonly #cursor: Cursor;
  readonly #signal: AbortSignal;
  readonly #endsAtMs: number;
  readonly #onAbort = (): void => this[Symbol.dispose]();
  #timer: { cancel(): void };
  #state: SnapshotState;
  #ended = false;
  /** Where it ended: a cursor that is let go tells no more. */
  #end: Revision | undefined;
  #wake: (() => void) | undefined;

  /** `show` gives the form that was asked for. Throws 410 when what comes after the snapshot is no longer known. */
  constructor(
    registry: Registry,
    request: ResourceRequest,
    { options, selection, snapshot }: FollowedOptions,
    show: (object: KubeObject) => unknown,
  ) {
    const { resource, info, call } = request;
    const scope = info.namespace === "" ? (selection.namespace ?? "") : info.namespace;
    this.#registry = registry;
    const { views, indexes } = registry;
    this.#followed = { resource, selection, scope, views, indexes, show };
    const range = rangeOf(resource, scope);
    this.#cursor = cursorOf(registry, {
      ...range,
      after: snapshot.revision,
      recent: true,
      ...selection.topic,
    });
    this.#state = new SnapshotState(this.#followed, snapshot);
    const seconds = options.timeoutSeconds > 0 ? options.timeoutSeconds : MIN_WATCH_SECONDS;
    this.#endsAtMs = registry.env.clock.monotonic() + seconds * 1000;
    this.#timer = this.#tickLater();
    this.#signal = call.signal;
    this.#signal.addEventListener("abort", this.#onAbort, { once: true });
    // Whoever went while the call was on its way tells nobody again.
    if (this.#signal.aborted) this[Symbol.dispose]();
  }

  /** Everything up to here is in the state; it moves with the server while nothing of the collection changes. */
  get revision(): Revision {
    return this.#end ?? this.#cursor.revision;
  }

  get state(): CollectionState {
    return this.#state;
  }

  /** Moves on to what is newest, at least one change away; `undefined` when the server has ended it. */
  async next(): Promise<readonly VersionChange[] | undefined> {
    try {
      return await this.#next();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // History is gone, or the store: who begins anew hears which. What was taken last may not have been told.
      this.#end = this.#state.revision;
      this[Symbol.dispose]();
      return undefined;
    }
  }

  async #next(): Promise<readonly VersionChange[] | undefined> {
    while (!this.#ended) {
      const events = this.#cursor.take(FOLLOWED_BATCH);
      const changes = events.map((event) => this.#changeOf(event)).filter((change) => change !== undefined);
      if (events.length === 0) {
        await this.#ready();
        await this.#registry.turns.turn();
      } else if (changes.length > 0) {
        this.#state = new SnapshotState(this.#followed, await this.#snapshot());
        return changes;
      }
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#end ??= this.#cursor.revision;
    this.#timer.cancel();
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#cursor[Symbol.dispose]();
    this.#wake?.();
  }

  /** At the cursor: the head, unless there was more than one batch to take. */
  async #snapshot(): Promise<Snapshot> {
    const { store } = this.#registry;
    const { revision } = this.#cursor;
    return revision >= store.revision ? store.snapshot() : store.snapshotAt(revision);
  }

  /** Now and then a newer snapshot is shown, in which the collection is the same; at the end of its time it ends. */
  #tickLater(): { cancel(): void } {
    const { env, store } = this.#registry;
    const left = this.#endsAtMs - env.clock.monotonic();
    const tick = (): void => {
      if (left <= RENEWAL_MS) return this[Symbol.dispose]();
      if (this.#cursor.revision >= store.revision) this.#state.renew(store.snapshot());
      this.#timer = this.#tickLater();
    };
    return env.clock.timer(Math.min(RENEWAL_MS, left), tick).unref();
  }

  #changeOf({ type, record, previous, revision }: StoreEvent): VersionChange | undefined {
    const was = previous !== undefined && selects(this.#followed, previous) ? previous : undefined;
    const is = type === "put" && selects(this.#followed, record) ? record : undefined;
    if (is !== undefined) return { previous: was, current: is, last: undefined };
    if (was === undefined) return undefined;
    return {
      previous: was,
      current: undefined,
      last: type === "delete" ? record : { ...was, modRevision: revision },
    };
  }

  #ready(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#ended) return resolve();
      this.#wake = resolve;
      this.#cursor.onReady(resolve);
    });
  }
}

function cursorOf(registry: Registry, options: Parameters<Registry["store"]["watch"]>[0]): Cursor {
  try {
    return registry.store.watch(options);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== "compacted") throw error;
    throw expiredAt(options.after);
  }
}
