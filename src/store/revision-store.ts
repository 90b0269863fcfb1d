/**
 * The store over a journal. `#apply` is the only place that changes what readers see: a whole batch at once
 * (tree, leases, ring, head), then the answers, then the watchers.
 */
import { assert, type Env } from "#base";
import { Epoch } from "./epoch.ts";
import { StoreError } from "./errors.ts";
import { ExclusiveWriter } from "./exclusive-writer.ts";
import type { Describe, Journal, JournalCommit, JournalHost, Recovered } from "./journal.ts";
import { type LeaseHost, LeaseKeeper } from "./lease-keeper.ts";
import { Leases } from "./leases.ts";
import { limits } from "./limits.ts";
import { type MeasuredClock, measuredClock } from "./measured-clock.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { applyEvent, type RecordTree, SortedMap, TreeSnapshot } from "./record-tree.ts";
import { eventsOf } from "./replay.ts";
import { RevisionWaiters } from "./revision-waiters.ts";
import { SharedWriter } from "./shared-writer.ts";
import { SnapshotHistory } from "./snapshot-history.ts";
import { Slabs } from "./slabs.ts";
import type {
  CommitResult,
  Cursor,
  Revision,
  Snapshot,
  Store,
  StoredRecord,
  StoreEvent,
  Txn,
  WatchOptions,
} from "./store.ts";
import type { Published, Writer } from "./writer.ts";

/** The store owns the journal and disposes it. */
export interface StoreDeps {
  readonly journal: Journal;
  /** Indexes values that were not written through this store. */
  readonly describe: Describe;
}

export interface StoreOptions {
  /** Bytes of old versions kept in memory. Default 16 MB. */
  readonly ringBytes?: number;
  /** Events kept in memory. Default 262,144. */
  readonly ringEvents?: number;
}

/** Start it once; after `failed` or dispose make a new one over a reopened journal. */
export class RevisionStore implements Store {
  readonly #env: Env;
  readonly #journal: Journal;
  readonly #describe: Describe;
  readonly #options: StoreOptions;
  readonly #history: SnapshotHistory;
  readonly #waiters = new RevisionWaiters();
  readonly #clock: MeasuredClock;
  readonly #keeper: LeaseKeeper;
  #writer: Writer | undefined;
  #epoch: Epoch;
  #tree: RecordTree = new SortedMap();
  #leases = new Leases();
  /** Where the values of this epoch's records lie, for as long as the tree or the ring has them. */
  #slabs = new Slabs();
  /** The head as a snapshot, made when somebody asks. */
  #head: TreeSnapshot | undefined;
  #notReady: string | undefined = "the store has not started";
  #failure: StoreError | undefined;
  #disposing: Promise<void> | undefined;

  constructor(env: Env, deps: StoreDeps, options: StoreOptions = {}) {
    this.#env = env;
    this.#journal = deps.journal;
    this.#describe = deps.describe;
    this.#options = options;
    this.#history = new SnapshotHistory(env.clock, deps.journal);
    this.#epoch = this.#newEpoch(0 as Revision, 0 as Revision);
    this.#clock = measuredClock(env.clock);
    this.#keeper = new LeaseKeeper({ clock: this.#clock, log: env.log }, this.#leaseHost());
  }

  async start(signal: AbortSignal): Promise<void> {
    const recovered = await this.#journal.open(this.#journalHost(), this.#describe, signal);
    if (recovered.warning !== undefined) {
      this.#env.log.warn("The journal was repaired", { detail: recovered.warning });
    }
    this.#restore(recovered);
    this.#writer =
      this.#journal.kind === "exclusive"
        ? new ExclusiveWriter(this.#clock, this.#journal, this.#published())
        : new SharedWriter(this.#journal, this.#published());
    this.#notReady = undefined;
  }

  ready(): string | undefined {
    return this.#failure?.message ?? this.#notReady;
  }

  get revision(): Revision {
    return this.#epoch.revision;
  }

  get compactedRevision(): Revision {
    return this.#epoch.compactedRevision;
  }

  snapshot(): TreeSnapshot {
    this.#head ??= new TreeSnapshot(this.#tree.clone(), this.revision);
    return this.#head;
  }

  async snapshotAt(revision: Revision): Promise<Snapshot> {
    if (revision > this.revision) {
      throw new StoreError("future", `Cannot read revision ${revision}: the newest is ${this.revision}`);
    }
    if (revision < this.compactedRevision) {
      throw new StoreError(
        "compacted",
        `Cannot read revision ${revision}: compacted at ${this.compactedRevision}`,
      );
    }
    if (revision === this.revision) return this.snapshot();
    return this.#history.at(revision, this.snapshot(), this.#epoch.ring);
  }

  recalls(revision: Revision): boolean {
    return revision >= this.#epoch.ring.base;
  }

  async latest(caller?: { readonly signal: AbortSignal }): Promise<Snapshot> {
    if (this.#journal.kind === "shared") await this.settled(await this.#journal.newest(), caller?.signal);
    return this.snapshot();
  }

  pending(key: string): { readonly record: StoredRecord | undefined; readonly seen: Revision } {
    return this.#requireWriter().pending(key);
  }

  settled(revision: Revision, signal?: AbortSignal): Promise<void> {
    if (revision <= this.revision) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return this.#waiters.wait(revision, signal);
  }

  async commit(txn: Txn): Promise<CommitResult> {
    const { writes } = txn;
    assert(
      writes.length < 2 || new Set(writes.map(({ key }) => key)).size === writes.length,
      "A transaction writes a key at most once",
    );
    return await this.#requireWriter().commit(txn);
  }

  watch(options: WatchOptions): Cursor {
    return this.#epoch.watch(options);
  }

  async compact(revision: Revision): Promise<void> {
    if (revision > this.revision) {
      throw new StoreError("future", `Cannot compact revision ${revision}: the newest is ${this.revision}`);
    }
    if (revision <= this.compactedRevision) return;
    await this.#journal.compact(revision);
    this.#compacted(revision);
  }

  /** A store of its own that begins with this one's published state; costs a pointer. Start it before use. */
  fork(env: Env): RevisionStore {
    const state = { tree: this.#tree.clone(), leases: this.#leases.clone(), revision: this.revision };
    const journal = new MemoryJournal(state);
    return new RevisionStore(env, { journal, describe: this.#describe }, this.#options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposing ??= this.#dispose();
    return this.#disposing;
  }

  async #dispose(): Promise<void> {
    this.#keeper.stop();
    const writer = this.#writer;
    this.#writer = undefined;
    if (this.#failure === undefined) await writer?.idle();
    await this.#journal[Symbol.asyncDispose]();
    this.#end(new StoreError("closed", "The store is closed"));
  }

  #requireWriter(): Writer {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#writer === undefined) throw new StoreError("closed", "The store is not open");
    return this.#writer;
  }

  #restore(state: Recovered): void {
    this.#tree = state.tree;
    this.#leases = state.leases;
    this.#head = undefined;
    this.#history.reset();
    this.#epoch.end(new StoreError("compacted", `History before revision ${state.revision} was lost`));
    this.#epoch = this.#newEpoch(state.revision, state.compactedRevision);
    this.#keeper.arm();
  }

  #newEpoch(revision: Revision, compacted: Revision): Epoch {
    const slabs = new Slabs();
    this.#slabs = slabs;
    const ring = {
      events: this.#options.ringEvents ?? limits.ringEvents,
      bytes: this.#options.ringBytes ?? limits.ringBytes,
      overheadBytes: limits.eventOverheadBytes,
      dropped: ({ previous }: StoreEvent) => {
        if (previous !== undefined) slabs.release(previous);
      },
    };
    const past = {
      stateAt: async (at: Revision) => {
        const snapshot = await this.#history.at(at, this.snapshot(), this.#epoch.ring);
        return { tree: snapshot.tree() };
      },
      commitsAfter: (after: Revision, limit: number) => this.#journal.commitsAfter(after, limit),
    };
    return new Epoch(this.#env, past, revision, compacted, { ...limits, ring });
  }

  #apply(commits: readonly JournalCommit[]): void {
    const before = this.revision;
    for (const commit of commits) this.#applyCommit(commit);
    if (this.revision === before) return;
    this.#head = undefined;
    this.#history.published(() => this.snapshot(), this.#epoch.ring);
    this.#keeper.arm();
    this.#waiters.release(this.revision);
    this.#epoch.published();
  }

  #applyCommit(commit: JournalCommit): void {
    if (commit.revision <= this.revision) return;
    if (this.#journal.kind === "exclusive") {
      assert(commit.revision === this.revision + 1, "A journal hands over commits without gaps");
    }
    const events = eventsOf(this.#tree, commit);
    for (const event of events) applyEvent(this.#tree, event);
    for (const entry of commit.entries) {
      if (entry.type === "put") {
        this.#slabs.adopt(entry.record);
        this.#leases.set(entry.record.key, entry.expiresAtMs);
      } else this.#leases.set(entry.key, undefined);
    }
    this.#epoch.add(events, commit.revision);
  }

  #compacted(revision: Revision): void {
    if (revision <= this.compactedRevision) return;
    this.#epoch.compact(revision);
    this.#history.compact(revision);
  }

  #end(error: StoreError): void {
    this.#failure ??= error;
    this.#keeper.stop();
    this.#waiters.rejectAll(this.#failure);
    this.#epoch.end(this.#failure);
  }

  #failed(cause: Error): void {
    if (this.#failure !== undefined) return;
    this.#env.log.error("The journal failed: nothing more is written", { error: String(cause) });
    this.#end(new StoreError("failed", `The journal failed: ${cause.message}`, { cause }));
  }

  #published(): Published {
    return {
      revision: () => this.revision,
      get: (key) => this.#tree.get(key),
      settled: (revision) => this.settled(revision),
      failed: (error) => this.#failed(error),
    };
  }

  #leaseHost(): LeaseHost {
    return {
      leases: () => this.#leases,
      get: (key) => this.#tree.get(key),
      commit: (txn) => this.commit(txn),
    };
  }

  #journalHost(): JournalHost {
    return {
      apply: (commits) => this.#apply(commits),
      compacted: (revision) => this.#compacted(revision),
      reset: (state) => {
        this.#restore(state);
        this.#waiters.release(state.revision);
      },
      failed: (error) => this.#failed(error),
    };
  }
}
