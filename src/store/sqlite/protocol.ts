/** What the SQLite journal and its thread say to one another. Answers come in any order, each with its request's id. */

export type JournalCall =
  /** Pages of the whole state come first, then what was opened. */
  | { readonly op: "open"; readonly path: string; readonly maxBytes: number }
  /** One record: an encoded batch whose revisions are `first` to `last`. */
  | { readonly op: "append"; readonly first: number; readonly last: number; readonly payload: Uint8Array }
  /** The state at a revision: `pages` of base rows, then of batches, of which the last may go beyond it. */
  | { readonly op: "state"; readonly revision: number }
  /** Batches with commits after `after`, about `limit` entries. */
  | { readonly op: "batches"; readonly after: number; readonly limit: number }
  | { readonly op: "compact"; readonly revision: number }
  | { readonly op: "close" };

/** A live key of the base; `put` is what `decodePut` reads. */
export interface BaseRow {
  readonly key: string;
  readonly revision: number;
  readonly put: Uint8Array;
}

/** A part of the state, in order: first every base row, then the batches. */
export type StatePage =
  | { readonly type: "rows"; readonly rows: readonly BaseRow[] }
  | { readonly type: "batches"; readonly payloads: readonly Uint8Array[] };

/** What a file that was opened and verified holds. */
export interface OpenResult {
  readonly compactedRevision: number;
  readonly revision: number;
  /** Records after a gap, which were cut off. */
  readonly cut: number;
}

export type JournalRequest = JournalCall & { readonly id: number };

export type JournalReply =
  | { readonly id: number; readonly page: StatePage }
  | { readonly id: number; readonly result: unknown }
  | {
      readonly id: number;
      readonly error: { readonly code: "corrupt" | "failed" | "compacted"; readonly message: string };
    };
