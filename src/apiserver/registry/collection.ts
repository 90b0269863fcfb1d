/**
 * WATCH for an informer in this process: a cursor, and the snapshot at the cursor's revision. The state
 * costs a pointer and is never the head's but by chance: it moves when the follower asks for what is next, and the changes
 * tell what it moved over. Now and then the snapshot of a quiet collection is made anew, since an old one keeps old versions
 * of everything else. Objects are decoded when somebody looks at them.
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
import { keyOf, rangeOf } from "./keys.ts";
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

/** The collection at one revision. */
export interface CollectionState {
  readonly revision: Revision;
  get(namespace: string, name: string): StoredRecord | undefined;
  at(key: string): StoredRecord | undefined;
  /** In order of their keys; all namespaces for `""`. */
  versions(namespace: string): Iterable<StoredRecord>;
  object(version: StoredRecord): unknown;
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
  readonly #request: ResourceRequest;
  readonly #selection: Selection;
  readonly #cursor: Cursor;
  readonly #timer: { cancel(): void };
  #renewal: { cancel(): void };
  readonly #onAbort = (): void => this[Symbol.dispose]();
  readonly #show: (object: KubeObject) => unknown;
  #state: CollectionState;
  /** Lets the state show a newer snapshot, in which the collection is the same. */
  #renew: (snapshot: Snapshot) => void = () => {};
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
    this.#registry = registry;
    this.#request = request;
    this.#selection = selection;
    this.#show = show;
    const range = rangeOf(request.resource, this.#scope());
    this.#cursor = cursorOf(registry, { ...range, after: snapshot.revision, ...selection.topic });
    this.#state = this.#stateOf(snapshot);
    this.#renewal = this.#renewLater();
    const seconds = options.timeoutSeconds > 0 ? options.timeoutSeconds : MIN_WATCH_SECONDS;
    this.#timer = registry.env.clock.timer(seconds * 1000, this.#onAbort).unref();
    const { signal } = request.call;
    signal.addEventListener("abort", this.#onAbort, { once: true });
    // Whoever went while the call was on its way tells nobody again.
    if (signal.aborted) this[Symbol.dispose]();
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
        this.#state = this.#stateOf(await this.#snapshot());
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
    this.#renewal.cancel();
    this.#request.call.signal.removeEventListener("abort", this.#onAbort);
    this.#cursor[Symbol.dispose]();
    this.#wake?.();
  }

  #scope(): string {
    const { namespace } = this.#request.info;
    return namespace === "" ? (this.#selection.namespace ?? "") : namespace;
  }

  /** At the cursor: the head, unless there was more than one batch to take. */
  async #snapshot(): Promise<Snapshot> {
    const { store } = this.#registry;
    const { revision } = this.#cursor;
    return revision >= store.revision ? store.snapshot() : store.snapshotAt(revision);
  }

  #renewLater(): { cancel(): void } {
    const { env, store } = this.#registry;
    const renew = (): void => {
      if (this.#cursor.revision >= store.revision) this.#renew(store.snapshot());
      this.#renewal = this.#renewLater();
    };
    return env.clock.timer(RENEWAL_MS, renew).unref();
  }

  #stateOf(first: Snapshot): CollectionState {
    let snapshot = first;
    this.#renew = (fresh) => {
      snapshot = fresh;
    };
    const { resource } = this.#request;
    const scope = this.#scope();
    const selected = (record: StoredRecord | undefined): StoredRecord | undefined =>
      record !== undefined && this.#selects(record) ? record : undefined;
    return {
      get revision() {
        return snapshot.revision;
      },
      get: (namespace, name) =>
        scope === "" || namespace === scope
          ? selected(snapshot.get(keyOf(resource, namespace, name)))
          : undefined,
      at: (key) => selected(snapshot.get(key)),
      versions: (namespace) => this.#versions(snapshot, namespace),
      object: (version) => this.#show(this.#registry.views.object(resource, version)),
    };
  }

  *#versions(snapshot: Snapshot, namespace: string): Iterable<StoredRecord> {
    const scope = this.#scope();
    if (scope !== "" && namespace !== "" && namespace !== scope) return;
    const { from, to } = rangeOf(this.#request.resource, namespace === "" ? scope : namespace);
    for (const record of snapshot.range(from, to)) if (this.#selects(record)) yield record;
  }

  #selects(record: StoredRecord): boolean {
    return this.#selection.everything || this.#selection.matches(record);
  }

  #changeOf({ type, record, previous, revision }: StoreEvent): VersionChange | undefined {
    const was = previous !== undefined && this.#selects(previous) ? previous : undefined;
    const is = type === "put" && this.#selects(record) ? record : undefined;
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
