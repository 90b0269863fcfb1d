/** How transactions reach a journal: pipelined on an overlay (exclusive), or decided by the journal (shared). */
import type { CommitResult, Revision, StoredRecord, Txn } from "./store.ts";

/** The published side of the store, which a writer reads and waits for. */
export interface Published {
  revision(): Revision;
  get(key: string): StoredRecord | undefined;
  settled(revision: Revision): Promise<void>;
  /** A journal refused a batch: the end of the store. */
  failed(error: Error): void;
}

export interface Writer {
  commit(txn: Txn): Promise<CommitResult>;
  pending(key: string): { readonly record: StoredRecord | undefined; readonly seen: Revision };
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}
