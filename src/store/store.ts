/**
 * The store: the whole state as one immutable tree by key, made durable by a journal.
 *
 * Invariants: nothing is readable or watchable before it is durable; the tree's one writer is the journal's
 * tail; revisions come only from the journal and only grow (with gaps over etcd); a stored value never
 * contains its own revision.
 */

import type { Env } from "#base";

/** A position in history: etcd's revision, `metadata.resourceVersion` on the wire. */
export type Revision = number & { readonly Revision: unique symbol };

/** What is known of a record without decoding it. Made by the writer, or by `StoreOptions.describe` on replay. */
export interface RecordIndex {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** uids of `metadata.ownerReferences`. */
  readonly owners: readonly string[];
  /** Declared trigger fields, as `{ "spec.nodeName": "n1" }`. */
  readonly triggers: Readonly<Record<string, string>> | undefined;
  /** Where in `value` the bytes `"resourceVersion":"...",` belong (after uid, in bytes). */
  readonly revisionOffset: number;
  /** The part of `value` that is `,"managedFields":[...]`, in bytes; both 0 when it has none or it is not known. */
  readonly managersStart: number;
  readonly managersEnd: number;
}

/**
 * One version of one key. Immutable, shared by every reader; `value` must not be written to. Its bytes may move, so
 * whoever keeps them for long keeps the record and not a view.
 */
export interface StoredRecord {
  readonly key: string;
  readonly value: Uint8Array;
  readonly index: RecordIndex;
  readonly createRevision: Revision;
  readonly modRevision: Revision;
  /** 1 for a key just created. */
  readonly version: number;
}

export type Write =
  | {
      readonly type: "put";
      readonly key: string;
      readonly value: Uint8Array;
      readonly index: RecordIndex;
      readonly leaseSeconds?: number;
    }
  | { readonly type: "delete"; readonly key: string };

/** Compare-and-swap: every check must hold at commit. `modRevision` 0 means that the key is absent. */
export interface Txn {
  readonly checks: readonly { readonly key: string; readonly modRevision: number }[];
  /** At most one write for each key, and never two of one resource (a watcher resumes by revision). */
  readonly writes: readonly Write[];
}

/** The revision of the commit (all writes of one transaction share it), or the key whose check failed. */
export type CommitResult =
  | { readonly committed: true; readonly revision: Revision }
  | { readonly committed: false; readonly conflict: string };

/** An immutable view at a revision. Costs a pointer; keeps its versions alive while referenced. */
export interface Snapshot {
  readonly revision: Revision;
  get(key: string): StoredRecord | undefined;
  /** Records with `from <= key < to` in key order; stop iterating at any time. */
  range(from: string, to: string): Iterable<StoredRecord>;
  count(from: string, to: string): number;
}

/** A put or a delete. For a delete `record` is the last version, with `modRevision` the delete's revision. */
export interface StoreEvent {
  readonly type: "put" | "delete";
  readonly revision: Revision;
  readonly record: StoredRecord;
  /** The version before; absent when the event creates the key. */
  readonly previous: StoredRecord | undefined;
}

/** Which events wake a cursor. The key range always filters; a topic narrows what wakes it and what it sees. */
export interface WatchOptions {
  readonly from: string;
  readonly to: string;
  /** Deliver events with `revision > after`. Throws `StoreError` `compacted` when history no longer has them. */
  readonly after: Revision;
  /** Only events whose record, or previous record, has this namespace, name or trigger value. */
  readonly topic?: {
    readonly namespace?: string;
    readonly name?: string;
    readonly trigger?: readonly [field: string, value: string];
  };
  /** Only while `Store.recalls` what comes next: after that `compacted`, where others go on from the journal. */
  readonly recent?: boolean;
}

/** A place in the shared ring of events, never a queue of its own. */
export interface Cursor extends Disposable {
  /** Every matching event up to here has been returned by `take`. Moves with the store when nothing matches. */
  readonly revision: Revision;
  /**
   * The next events in revision order, at most `max` (a transaction is never split, so one larger than `max` comes whole),
   * synchronously; empty when there is none yet. None newer than `through`, so that many cursors can be shown the same.
   * Throws `compacted` when the cursor fell out of history.
   */
  take(max: number, through?: Revision): readonly StoreEvent[];
  /** Resolves when `take` may return something (or would throw); rejects on abort. */
  wait(signal: AbortSignal): Promise<void>;
  /** The same without a promise: `wake` runs once, after the next publish that matches. */
  onReady(wake: () => void): void;
}

export interface Store extends AsyncDisposable {
  start(signal: AbortSignal): Promise<void>;
  /** Undefined when ready; after a failed sync the store is dead and says so. */
  ready(): string | undefined;
  /** The newest durable and applied revision. */
  readonly revision: Revision;
  /** The oldest revision that can still be read. */
  readonly compactedRevision: Revision;
  /** The head, or an older revision still in memory or in the journal. Throws `compacted` or `future`. */
  snapshot(): Snapshot;
  snapshotAt(revision: Revision): Promise<Snapshot>;
  /** Whether all that came after it is in memory, so that nothing has to be read from the journal. */
  recalls(revision: Revision): boolean;
  /**
   * A head at least as new as every commit that anybody was told of before the call, by other programs over the same
   * etcd too (a GET without resourceVersion). The same as `snapshot()` when this process is the only writer. The caller
   * is asked for its signal only when there is something to wait for.
   */
  latest(caller?: { readonly signal: AbortSignal }): Promise<Snapshot>;
  /**
   * The newest version including writes still in flight, for read-modify-write loops that pipeline. An answer
   * computed from it leaves only after `settled(seen)`.
   */
  pending(key: string): { readonly record: StoredRecord | undefined; readonly seen: Revision };
  /** Resolves when `revision` is durable and applied; rejects with `StoreError` `failed` when it never will be. */
  settled(revision: Revision, signal?: AbortSignal): Promise<void>;
  /** Resolves after the transaction is durable and applied, or with the conflict (itself durable). */
  commit(txn: Txn): Promise<CommitResult>;
  watch(options: WatchOptions): Cursor;
  compact(revision: Revision): Promise<void>;
  /** A store of its own that begins with this one's published state; costs a pointer. Start it before use. */
  fork(env: Env): Store;
}
