/** The store's errors, told apart by `code`. */
import { CodedError } from "#base";

export type StoreErrorCode =
  /** The revision was compacted away: list again. */
  | "compacted"
  /** The revision has not happened yet. */
  | "future"
  /** A sync failed or the journal broke; nothing more will become durable until the store is reopened. */
  | "failed"
  /** The store was disposed. */
  | "closed"
  /** A shared journal did not answer: the write may have happened, or not. */
  | "unavailable"
  /** The journal's bytes on disk do not verify. */
  | "corrupt"
  /** More transactions wait for the journal than `limits.pendingTransactions`. */
  | "overloaded";

export class StoreError extends CodedError<StoreErrorCode> {}
