/** The door of `store`: the revisioned key-value store, its journals, and the history checkers. */
export { type CommitHistory, type CommitRule, checkCommits } from "./checker/check-commits.ts";
export {
  checkWatch,
  type ReceivedEvent,
  type ReceivedItem,
  type WatchHistory,
  type WatchRule,
} from "./checker/check-watch.ts";
export type {
  LoggedEvent,
  Operation,
  RecordedCommit,
  RecordedRead,
  RecordedWrite,
  Violation,
} from "./checker/history.ts";
export { StoreError, type StoreErrorCode } from "./errors.ts";
export type {
  Describe,
  ExclusiveJournal,
  Journal,
  JournalCommit,
  JournalEntry,
  JournalHost,
  JournalState,
  Recovered,
  SharedJournal,
} from "./journal.ts";
export { EtcdJournal, type EtcdJournalOptions } from "./etcd/etcd-journal-node.ts";
export { MemoryJournal } from "./memory-journal.ts";
export { RevisionStore, type StoreDeps, type StoreOptions } from "./revision-store.ts";
export { revisionText, withRevision, writeWithRevision } from "./revision-text.ts";
export type {
  CommitResult,
  Cursor,
  RecordIndex,
  Revision,
  Snapshot,
  Store,
  StoredRecord,
  StoreEvent,
  Txn,
  WatchOptions,
  Write,
} from "./store.ts";
export { SqliteJournal, type SqliteJournalOptions } from "./sqlite/sqlite-journal-node.ts";
