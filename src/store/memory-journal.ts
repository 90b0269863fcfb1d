/**
 * The journal of tests, simulations and forks: durable at once, within the process. It outlives a store, so a
 * crash is a new store over the same journal. History is kept until compaction.
 */
import { assert } from "#base";
import { StoreError } from "./errors.ts";
import type { ExclusiveJournal, JournalCommit, JournalHost, JournalState, Recovered } from "./journal.ts";
import { Leases } from "./leases.ts";
import { SortedMap, type RecordTree } from "./record-tree.ts";
import type { Revision } from "./store.ts";

export class MemoryJournal implements ExclusiveJournal {
  readonly kind = "exclusive";
  /** The state at the compacted revision; a clone before each change, so that readers keep theirs. */
  #base: JournalState;
  /** Commits after it. */
  #log: JournalCommit[] = [];
  /** The state at the end of the log. */
  readonly #head: { tree: RecordTree; leases: Leases; revision: Revision };
  #host: JournalHost | undefined;

  /** Starts empty at revision 1, as etcd does, or from a state (a fork). */
  constructor(state?: JournalState) {
    this.#base = state ?? { tree: new SortedMap(), leases: new Leases(), revision: 1 as Revision };
    this.#head = {
      tree: this.#base.tree.clone(),
      leases: this.#base.leases.clone(),
      revision: this.#base.revision,
    };
  }

  async open(host: JournalHost): Promise<Recovered> {
    this.#host = host;
    const { tree, leases, revision } = this.#head;
    return { tree: tree.clone(), leases: leases.clone(), revision, compactedRevision: this.#base.revision };
  }

  async append(batch: readonly JournalCommit[]): Promise<void> {
    // Leave the caller's stack, as every other journal does.
    await Promise.resolve();
    for (const commit of batch) {
      assert(commit.revision === this.#head.revision + 1, "A journal numbers commits without gaps");
      applyCommit(this.#head, commit);
      this.#head.revision = commit.revision;
      this.#log.push(commit);
    }
    this.#host?.apply(batch);
  }

  async stateAt(revision: Revision): Promise<JournalState> {
    this.#requireHistory(revision);
    const state = { tree: this.#base.tree.clone(), leases: this.#base.leases.clone() };
    for (const commit of this.#log) {
      if (commit.revision > revision) break;
      applyCommit(state, commit);
    }
    return { ...state, revision };
  }

  async commitsAfter(after: Revision, limit: number): Promise<readonly JournalCommit[]> {
    this.#requireHistory(after);
    const first = after - this.#base.revision;
    return this.#log.slice(first, first + limit);
  }

  async compact(revision: Revision): Promise<void> {
    if (revision <= this.#base.revision) return;
    this.#base = await this.stateAt(revision);
    this.#log = this.#log.filter((commit) => commit.revision > revision);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#host = undefined;
  }

  #requireHistory(revision: Revision): void {
    if (revision >= this.#base.revision) return;
    throw new StoreError(
      "compacted",
      `Cannot read revision ${revision}: compacted at ${this.#base.revision}`,
    );
  }
}

/** Applies a commit to a state that the caller owns. */
export function applyCommit(
  state: { readonly tree: RecordTree; readonly leases: Leases },
  commit: JournalCommit,
): void {
  for (const entry of commit.entries) {
    if (entry.type === "put") {
      state.tree.set(entry.record.key, entry.record);
      state.leases.set(entry.record.key, entry.expiresAtMs);
    } else {
      state.tree.delete(entry.key);
      state.leases.set(entry.key, undefined);
    }
  }
}
