/**
 * What makes changes durable, and the only source of revisions. The store's tree is written only from what a
 * journal hands to its host, own writes included.
 *
 * An exclusive journal (memory, SQLite) has one writer, this process: the store checks preconditions itself,
 * numbers commits without gaps and pipelines them. A shared journal (etcd) decides and numbers by itself.
 */
import type { Leases } from "./leases.ts";
import type { RecordTree } from "./record-tree.ts";
import type { CommitResult, RecordIndex, Revision, StoredRecord, Txn } from "./store.ts";

/** Makes the index of a value that some other program wrote. Never throws: what it cannot read it leaves empty. */
export type Describe = (key: string, value: Uint8Array) => RecordIndex;

export type JournalEntry =
  | {
      readonly type: "put";
      readonly record: StoredRecord;
      /** When the key goes away by itself, in ms since the epoch; absent without a lease, or when the journal sees to it. */
      readonly expiresAtMs?: number;
    }
  | { readonly type: "delete"; readonly key: string };

/** All writes of one transaction; the records carry the same revision as `modRevision`. */
export interface JournalCommit {
  readonly revision: Revision;
  readonly entries: readonly JournalEntry[];
}

/** The state at `revision`. The receiver owns the tree and may write to it. */
export interface JournalState {
  readonly revision: Revision;
  readonly tree: RecordTree;
  readonly leases: Leases;
}

export interface Recovered extends JournalState {
  readonly compactedRevision: Revision;
  /** What the operator should know, such as records that were cut off. */
  readonly warning?: string;
}

/** The store, as its journal sees it. Every call is synchronous and must not be made before `open` resolved. */
export interface JournalHost {
  /** Durable commits in revision order. Commits at or below the store's revision are repeats, and ignored. */
  apply(commits: readonly JournalCommit[]): void;
  /** Somebody compacted: history before `revision` is gone. */
  compacted(revision: Revision): void;
  /** History between the store's revision and this state is lost: start over from here. */
  reset(state: Recovered): void;
  /** The end: nothing later will become durable. */
  failed(error: Error): void;
}

interface JournalBase extends AsyncDisposable {
  /** Reads and verifies everything, then begins to follow. Rejects with `StoreError` `corrupt`. */
  open(host: JournalHost, describe: Describe, signal: AbortSignal): Promise<Recovered>;
  /** The state at an older revision that is not compacted. */
  stateAt(revision: Revision): Promise<JournalState>;
  /** Commits after `after`, in order, at least one and about `limit` events; empty at the end. */
  commitsAfter(after: Revision, limit: number): Promise<readonly JournalCommit[]>;
  compact(revision: Revision): Promise<void>;
}

export interface ExclusiveJournal extends JournalBase {
  readonly kind: "exclusive";
  /**
   * Makes a batch durable as one record, hands it to the host, then resolves. Called again before it resolved, it keeps
   * the order. After the first rejection every later call rejects and writes nothing.
   */
  append(batch: readonly JournalCommit[]): Promise<void>;
}

export interface SharedJournal extends JournalBase {
  readonly kind: "shared";
  /** Resolves with the decision, perhaps before the host has seen the commit. A conflict names a revision to wait for. */
  commit(txn: Txn): Promise<SharedResult>;
  /** A revision at least as new as every commit that anybody was told of. */
  newest(): Promise<Revision>;
}

/** `seen`: answers leave only when the store has reached this revision; 0 when nothing need be waited for. */
export type SharedResult = CommitResult & { readonly seen: Revision };

export type Journal = ExclusiveJournal | SharedJournal;
