/**
 * Follows a key range of the store for an index in memory: the state at the start, then every change, as
 * soon as it is published and at the latest when `catchUp()` is called. So an index is never behind the
 * head when it is asked, and its cursor never falls behind the ring. Should history be lost all the same,
 * the owner starts again from the state.
 */
import { type Cursor, type Store, type StoreEvent, StoreError } from "#store";
import { WATCH_BATCH } from "../limits.ts";
import type { KeyRange } from "../registry/keys.ts";

export type Change = Pick<StoreEvent, "type" | "record" | "previous">;

export class Follower {
  readonly #store: Store;
  readonly #range: KeyRange;
  readonly #apply: (change: Change) => void;
  readonly #lost: () => void;
  #cursor: Cursor | undefined;

  /** `lost` is called instead of changes that history no longer has: it must start everything again. */
  constructor(store: Store, range: KeyRange, apply: (change: Change) => void, lost: () => void) {
    this.#store = store;
    this.#range = range;
    this.#apply = apply;
    this.#lost = lost;
  }

  start(): void {
    this.stop();
    const snapshot = this.#store.snapshot();
    for (const record of snapshot.range(this.#range.from, this.#range.to)) {
      this.#apply({ type: "put", record, previous: undefined });
    }
    this.#cursor = this.#store.watch({ ...this.#range, after: snapshot.revision });
    this.#arm(this.#cursor);
  }

  stop(): void {
    this.#cursor?.[Symbol.dispose]();
    this.#cursor = undefined;
  }

  /** Applies what has been published and not been seen. */
  catchUp(): void {
    try {
      for (let changes = this.#take(); changes.length > 0; changes = this.#take())
        changes.forEach(this.#apply);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "compacted") throw error;
      this.#lost();
    }
  }

  #take(): readonly Change[] {
    return this.#cursor?.take(WATCH_BATCH) ?? [];
  }

  #arm(cursor: Cursor): void {
    cursor.onReady(() => {
      if (cursor !== this.#cursor) return;
      try {
        this.catchUp();
      } catch {
        return; // the store has failed or closed: whoever asks next meets the same error
      }
      if (cursor === this.#cursor) this.#arm(cursor);
    });
  }
}
