/**
 * Journals that behave as badly as a real one may, from a seed: revisions with gaps, a second writer between
 * ours, durability that comes late, repeats after a reconnect, foreign compaction, a sync that fails. For tests.
 */
import { assert, type Env } from "#base";
import { StoreError } from "./errors.ts";
import type {
  Describe,
  ExclusiveJournal,
  JournalCommit,
  JournalEntry,
  JournalHost,
  JournalState,
  Recovered,
  SharedJournal,
  SharedResult,
} from "./journal.ts";
import { Leases } from "./leases.ts";
import { applyCommit } from "./memory-journal.ts";
import { type RecordTree, SortedMap } from "./record-tree.ts";
import type { Revision, Txn, Write } from "./store.ts";

/** A shared journal with gaps, a second writer, late and repeated delivery. Outlives the stores opened over it. */
export class HostileJournal implements SharedJournal {
  readonly kind = "shared";
  readonly #env: Env;
  readonly #tree: RecordTree = new SortedMap();
  #revision = 1;
  #compacted = 1;
  #base: RecordTree = new SortedMap();
  #log: JournalCommit[] = [];
  #host: JournalHost | undefined;
  /** Commits of the log handed to the host. */
  #delivered = 0;
  #delivering = false;
  /** What the second writer does before each of our commits. */
  secondWriter: (() => Txn | undefined) | undefined;

  constructor(env: Env) {
    this.#env = env;
  }

  async open(host: JournalHost, _describe: Describe): Promise<Recovered> {
    this.#host = host;
    this.#delivered = this.#log.length;
    return {
      tree: this.#tree.clone(),
      leases: new Leases(),
      revision: this.#revision as Revision,
      compactedRevision: this.#compacted as Revision,
    };
  }

  async commit(txn: Txn): Promise<SharedResult> {
    await this.#pause();
    const foreign = this.secondWriter?.();
    if (foreign !== undefined) this.#decide(foreign);
    const result = this.#decide(txn);
    this.#deliverLater();
    return result;
  }

  /** A commit by somebody else. */
  async foreignCommit(txn: Txn): Promise<SharedResult> {
    const result = this.#decide(txn);
    this.#deliverLater();
    return result;
  }

  async foreignCompact(revision: Revision): Promise<void> {
    await this.compact(revision);
    this.#host?.compacted(revision);
  }

  /** The watch was away for so long that history is gone: everybody starts over. */
  async loseHistory(): Promise<void> {
    await this.compact(this.#revision as Revision);
    this.#delivered = this.#log.length;
    this.#host?.reset({
      tree: this.#tree.clone(),
      leases: new Leases(),
      revision: this.#revision as Revision,
      compactedRevision: this.#compacted as Revision,
    });
  }

  async newest(): Promise<Revision> {
    await this.#pause();
    this.#deliverLater();
    return this.#revision as Revision;
  }

  async stateAt(revision: Revision): Promise<JournalState> {
    this.#requireHistory(revision);
    const state = { tree: this.#base.clone(), leases: new Leases(), revision };
    for (const commit of this.#log) if (commit.revision <= revision) applyCommit(state, commit);
    return state;
  }

  async commitsAfter(after: Revision, limit: number): Promise<readonly JournalCommit[]> {
    this.#requireHistory(after);
    return this.#log.filter((commit) => commit.revision > after).slice(0, limit);
  }

  async compact(revision: Revision): Promise<void> {
    if (revision <= this.#compacted) return;
    this.#base = (await this.stateAt(revision)).tree;
    const kept = this.#log.filter((commit) => commit.revision > revision);
    this.#delivered = Math.max(0, this.#delivered - (this.#log.length - kept.length));
    this.#log = kept;
    this.#compacted = revision;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#host = undefined;
  }

  #decide(txn: Txn): SharedResult {
    for (const { key, modRevision } of txn.checks) {
      const found = this.#tree.get(key)?.modRevision ?? 0;
      if (found !== modRevision) {
        return { committed: false, conflict: key, seen: this.#revision as Revision };
      }
    }
    const revision = (this.#revision + 1 + this.#env.random.below(3)) as Revision;
    const entries = txn.writes.flatMap((write) => this.#entryOf(write, revision));
    const seen = (entries.length === 0 ? this.#revision : revision) as Revision;
    if (entries.length > 0) {
      this.#revision = revision;
      const commit = { revision, entries };
      applyCommit({ tree: this.#tree, leases: new Leases() }, commit);
      this.#log.push(commit);
    }
    return { committed: true, revision: seen, seen };
  }

  #entryOf(write: Write, revision: Revision): JournalEntry[] {
    const before = this.#tree.get(write.key);
    if (write.type === "delete") return before === undefined ? [] : [{ type: "delete", key: write.key }];
    const { key, value, index } = write;
    const createRevision = before?.createRevision ?? revision;
    const version = (before?.version ?? 0) + 1;
    return [{ type: "put", record: { key, value, index, createRevision, modRevision: revision, version } }];
  }

  #deliverLater(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    void this.#pause().then(() => {
      this.#delivering = false;
      const repeats = this.#env.random.below(4);
      const from = Math.max(0, this.#delivered - repeats);
      const commits = this.#log.slice(from);
      this.#delivered = this.#log.length;
      this.#host?.apply(commits);
    });
  }

  async #pause(): Promise<void> {
    for (let turns = this.#env.random.below(4); turns > 0; turns -= 1) await this.#env.clock.yield();
  }

  #requireHistory(revision: Revision): void {
    if (revision >= this.#compacted) return;
    throw new StoreError("compacted", `Cannot read revision ${revision}: compacted at ${this.#compacted}`);
  }
}

/** An exclusive journal whose batches become durable only when `release` says so, or fail. */
export class GatedJournal implements ExclusiveJournal {
  readonly kind = "exclusive";
  readonly #inner: ExclusiveJournal;
  readonly #held: { readonly batch: readonly JournalCommit[]; readonly gate: PromiseWithResolvers<void> }[] =
    [];
  #failed: Error | undefined;

  constructor(inner: ExclusiveJournal) {
    this.#inner = inner;
  }

  /** Batches that wait, oldest first, as numbers of transactions. */
  get held(): readonly number[] {
    return this.#held.map(({ batch }) => batch.length);
  }

  open(host: JournalHost, describe: Describe, signal: AbortSignal): Promise<Recovered> {
    return this.#inner.open(host, describe, signal);
  }

  async append(batch: readonly JournalCommit[]): Promise<void> {
    if (this.#failed !== undefined) throw this.#failed;
    const gate = Promise.withResolvers<void>();
    this.#held.push({ batch, gate });
    await gate.promise;
  }

  /** The oldest batch becomes durable. */
  async release(): Promise<void> {
    const next = this.#held.shift();
    assert(next !== undefined, "No batch waits");
    await this.#inner.append(next.batch);
    next.gate.resolve();
  }

  /** The oldest batch's sync fails, and with it all later ones. */
  fail(error: Error): void {
    this.#failed = error;
    for (const { gate } of this.#held.splice(0)) gate.reject(error);
  }

  stateAt(revision: Revision): Promise<JournalState> {
    return this.#inner.stateAt(revision);
  }

  commitsAfter(after: Revision, limit: number): Promise<readonly JournalCommit[]> {
    return this.#inner.commitsAfter(after, limit);
  }

  async compact(revision: Revision): Promise<void> {
    return this.#inner.compact(revision);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }
}
