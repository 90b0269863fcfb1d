/**
 * Writers over a shared journal: the journal compares and numbers, other programs write too. What is pending
 * elsewhere cannot be known, so `pending` is the published state.
 */
import { StoreError } from "./errors.ts";
import type { SharedJournal } from "./journal.ts";
import { limits } from "./limits.ts";
import type { CommitResult, Revision, StoredRecord, Txn } from "./store.ts";
import type { Published, Writer } from "./writer.ts";

export class SharedWriter implements Writer {
  readonly #journal: SharedJournal;
  readonly #published: Published;
  #underWay = 0;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(journal: SharedJournal, published: Published) {
    this.#journal = journal;
    this.#published = published;
  }

  pending(key: string): { readonly record: StoredRecord | undefined; readonly seen: Revision } {
    return { record: this.#published.get(key), seen: this.#published.revision() };
  }

  async commit(txn: Txn): Promise<CommitResult> {
    if (this.#underWay >= limits.pendingTransactions) {
      throw new StoreError("overloaded", `Cannot commit: ${this.#underWay} transactions wait already`);
    }
    this.#underWay += 1;
    try {
      const { seen, ...result } = await this.#journal.commit(txn);
      await this.#published.settled(seen);
      return result;
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#idle?.resolve();
    }
  }

  idle(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    this.#idle = Promise.withResolvers<void>();
    return this.#idle.promise;
  }
}
