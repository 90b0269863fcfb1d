/**
 * Writers that pipeline: a transaction is checked against the overlay (published state plus writes in flight),
 * numbered and queued in one synchronous step; batches follow one another into the journal, at most two in
 * flight. Every answer, refusals too, waits until the revision that it saw is durable and applied.
 *
 *   commit a, b | c, d, e            a, b are in the journal; c, d, e gather
 *   overlay: key -> newest version in flight
 */
import { assert } from "#base";
import { StoreError } from "./errors.ts";
import type { ExclusiveJournal, JournalCommit, JournalEntry } from "./journal.ts";
import { limits } from "./limits.ts";
import type { MeasuredClock } from "./measured-clock.ts";
import type { CommitResult, Revision, StoredRecord, Txn, Write } from "./store.ts";
import type { Published, Writer } from "./writer.ts";

interface InFlight {
  readonly record: StoredRecord | undefined;
  readonly revision: Revision;
}

export class ExclusiveWriter implements Writer {
  readonly #clock: MeasuredClock;
  readonly #journal: ExclusiveJournal;
  readonly #published: Published;
  readonly #overlay = new Map<string, InFlight>();
  /** The newest revision given out. */
  #reserved: number;
  #gathering: JournalCommit[] = [];
  #batches = 0;
  #flushing = false;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(clock: MeasuredClock, journal: ExclusiveJournal, published: Published) {
    this.#clock = clock;
    this.#journal = journal;
    this.#published = published;
    this.#reserved = published.revision();
  }

  pending(key: string): { readonly record: StoredRecord | undefined; readonly seen: Revision } {
    const inFlight = this.#overlay.get(key);
    if (inFlight !== undefined) return { record: inFlight.record, seen: inFlight.revision };
    return { record: this.#published.get(key), seen: this.#published.revision() };
  }

  async commit(txn: Txn): Promise<CommitResult> {
    let seen = this.#published.revision();
    for (const check of txn.checks) {
      const found = this.pending(check.key);
      if (found.seen > seen) seen = found.seen;
      if ((found.record?.modRevision ?? 0) === check.modRevision) continue;
      await this.#published.settled(found.seen);
      return { committed: false, conflict: check.key };
    }
    const revision = this.#enqueue(txn.writes) ?? seen;
    await this.#published.settled(revision);
    return { committed: true, revision };
  }

  idle(): Promise<void> {
    if (this.#batches === 0 && this.#gathering.length === 0) return Promise.resolve();
    this.#idle ??= Promise.withResolvers<void>();
    return this.#idle.promise;
  }

  /** Numbers the writes and queues them; undefined when there is nothing to write. */
  #enqueue(writes: readonly Write[]): Revision | undefined {
    if (this.#gathering.length >= limits.pendingTransactions) {
      throw new StoreError(
        "overloaded",
        `Cannot commit: ${this.#gathering.length} transactions wait already`,
      );
    }
    const revision = (this.#reserved + 1) as Revision;
    const entries: JournalEntry[] = [];
    for (const write of writes) {
      const entry = this.#entryOf(write, revision);
      if (entry !== undefined) entries.push(entry);
    }
    if (entries.length === 0) return undefined;
    this.#reserved = revision;
    for (const entry of entries) {
      if (entry.type === "put") this.#overlay.set(entry.record.key, { record: entry.record, revision });
      else this.#overlay.set(entry.key, { record: undefined, revision });
    }
    this.#gathering.push({ revision, entries });
    this.#scheduleFlush();
    return revision;
  }

  #entryOf(write: Write, revision: Revision): JournalEntry | undefined {
    const { record: before } = this.pending(write.key);
    if (write.type === "delete") return before === undefined ? undefined : { type: "delete", key: write.key };
    const record: StoredRecord = {
      key: write.key,
      value: write.value,
      index: write.index,
      createRevision: before?.createRevision ?? revision,
      modRevision: revision,
      version: (before?.version ?? 0) + 1,
    };
    if (write.leaseSeconds === undefined) return { type: "put", record };
    return { type: "put", record, expiresAtMs: this.#clock.now() + write.leaseSeconds * 1_000 };
  }

  /** Once the requests that this turn of the event loop has brought have joined: one batch, one sync. */
  #scheduleFlush(): void {
    if (this.#flushing || this.#batches >= limits.batchesInFlight) return;
    this.#flushing = true;
    void this.#clock.yield().then(() => {
      this.#flushing = false;
      if (this.#gathering.length > 0 && this.#batches < limits.batchesInFlight) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const batch = this.#takeBatch();
    this.#batches += 1;
    try {
      await this.#journal.append(batch);
    } catch (error) {
      this.#published.failed(error instanceof Error ? error : new Error(String(error)));
      this.#gathering = [];
      this.#finish();
      return;
    }
    for (const commit of batch) this.#forget(commit);
    this.#finish();
    if (this.#gathering.length > 0) this.#scheduleFlush();
  }

  #takeBatch(): readonly JournalCommit[] {
    let sizeBytes = 0;
    let count = 0;
    for (const commit of this.#gathering) {
      if (count >= limits.batchTransactions || sizeBytes >= limits.batchBytes) break;
      for (const entry of commit.entries) if (entry.type === "put") sizeBytes += entry.record.value.length;
      count += 1;
    }
    const batch = this.#gathering.slice(0, count);
    this.#gathering = this.#gathering.slice(count);
    return batch;
  }

  #forget(commit: JournalCommit): void {
    assert(commit.revision <= this.#published.revision(), "A durable commit was not handed to the store");
    for (const entry of commit.entries) {
      const key = entry.type === "put" ? entry.record.key : entry.key;
      if (this.#overlay.get(key)?.revision === commit.revision) this.#overlay.delete(key);
    }
  }

  #finish(): void {
    this.#batches -= 1;
    if (this.#batches > 0 || this.#gathering.length > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }
}
