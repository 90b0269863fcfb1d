/**
 * A store that writes down what it was asked and answered, for the history checkers: commits, reads of single keys,
 * and what each watch cursor handed out. Transparent to the API server.
 */
import type { Env } from "#base";
import {
  checkCommits,
  checkWatch,
  type CommitResult,
  type Cursor,
  type Operation,
  type ReceivedItem,
  type RecordedCommit,
  type Revision,
  type RevisionStore,
  type Snapshot,
  type Store,
  type StoredRecord,
  type StoreEvent,
  type Txn,
  type WatchOptions,
} from "#store";
import { digestOfValue, type DurableLog, type IndexedEvent } from "./durable-log.ts";

interface RecordedWatch {
  readonly options: WatchOptions;
  readonly items: ReceivedItem[];
}

/** Every how many-th read is kept: they are many, and alike. */
const readsPerSample = 8;

/** What all stores of one simulated cluster did, one after the other. */
export class StoreHistory {
  readonly log: DurableLog;
  readonly #violation: (rule: string, message: string) => void;
  readonly #operations: Operation[] = [];
  readonly #watches: RecordedWatch[] = [];
  #time = 0;
  #reads = 0;

  constructor(log: DurableLog, violation: (rule: string, message: string) => void) {
    this.log = log;
    this.#violation = violation;
  }

  get sizes(): { readonly operations: number; readonly watches: number } {
    return { operations: this.#operations.length, watches: this.#watches.length };
  }

  /** The order of calls and answers; one thread, so a counter will do. */
  tick(): number {
    this.#time += 1;
    return this.#time;
  }

  async commit(txn: Txn, act: () => Promise<CommitResult>): Promise<CommitResult> {
    const writes = txn.writes.map((write) => ({
      key: write.key,
      value: write.type === "put" ? digestOfValue(write.value) : undefined,
    }));
    const invokedAt = this.tick();
    const from = this.log.revision;
    const commit = { type: "commit", invokedAt, checks: txn.checks, writes } as const;
    const at = this.#operations.push({ ...commit, returnedAt: undefined, outcome: "unknown" }) - 1;
    const outcome = await act();
    this.#operations[at] = { ...commit, returnedAt: this.tick(), outcome } satisfies RecordedCommit;
    this.#checkAnswer(txn, outcome, from);
    return outcome;
  }

  read(key: string, snapshot: Snapshot, takenAt: number, found: StoredRecord | undefined): void {
    this.#reads += 1;
    if (this.#reads % readsPerSample !== 0) return;
    this.#operations.push({
      type: "read",
      invokedAt: takenAt,
      returnedAt: takenAt,
      key,
      revision: snapshot.revision,
      found: found && { modRevision: found.modRevision, value: digestOfValue(found.value) },
    });
  }

  watch(options: WatchOptions): ReceivedItem[] {
    const items: ReceivedItem[] = [];
    this.#watches.push({ options, items });
    return items;
  }

  /** Runs the checkers over everything. `expired`: deletes that the store makes by itself. */
  check(): void {
    const { log } = this;
    for (const { rule, message } of checkCommits({ operations: this.#operations, log: log.events })) {
      const expiry = rule === "phantom-write" && /"key":"\/registry\/events\//.test(message);
      if (!expiry) this.#violation(`store ${rule}`, message);
    }
    for (const { options, items } of this.#watches) {
      if (items.length === 0) continue;
      const history = { after: options.after, selects: selectsOf(options), items };
      for (const { rule, message } of checkWatch(history, log.eventsIn(options.from, options.to)))
        this.#violation(`watch ${rule}`, `${options.from} after ${options.after}: ${message}`);
    }
  }

  /** At the moment of the answer, all that it says must be durable. */
  #checkAnswer({ checks }: Txn, outcome: CommitResult, from: number): void {
    if (outcome.committed) {
      if (outcome.revision > this.log.revision)
        this.#violation("store answer-before-durable", `revision ${outcome.revision} is not durable`);
      return;
    }
    const check = checks.find(({ key }) => key === outcome.conflict);
    const moments = this.log.between(outcome.conflict, from, this.log.revision);
    const held = moments.every((version) => {
      const revision = version?.object === undefined ? 0 : version.revision;
      return revision === check?.modRevision;
    });
    if (held)
      this.#violation("store conflict-before-durable", `${outcome.conflict} at ${check?.modRevision}`);
  }
}

export class RecordedStore implements Store {
  readonly #inner: RevisionStore;
  readonly #history: StoreHistory;

  constructor(inner: RevisionStore, history: StoreHistory) {
    this.#inner = inner;
    this.#history = history;
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#inner.start(signal);
  }

  ready(): string | undefined {
    return this.#inner.ready();
  }

  get revision(): Revision {
    return this.#inner.revision;
  }

  get compactedRevision(): Revision {
    return this.#inner.compactedRevision;
  }

  snapshot(): Snapshot {
    return this.#recorded(this.#inner.snapshot());
  }

  snapshotAt(revision: Revision): Promise<Snapshot> {
    return this.#inner.snapshotAt(revision);
  }

  recalls(revision: Revision): boolean {
    return this.#inner.recalls(revision);
  }

  async latest(caller?: { readonly signal: AbortSignal }): Promise<Snapshot> {
    return this.#recorded(await this.#inner.latest(caller));
  }

  pending(key: string): { readonly record: StoredRecord | undefined; readonly seen: Revision } {
    return this.#inner.pending(key);
  }

  settled(revision: Revision, signal?: AbortSignal): Promise<void> {
    return this.#inner.settled(revision, signal);
  }

  commit(txn: Txn): Promise<CommitResult> {
    return this.#history.commit(txn, () => this.#inner.commit(txn));
  }

  watch(options: WatchOptions): Cursor {
    return new RecordedCursor(this.#inner.watch(options), this.#history.watch(options));
  }

  compact(revision: Revision): Promise<void> {
    return this.#inner.compact(revision);
  }

  fork(env: Env): Store {
    return this.#inner.fork(env);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#inner[Symbol.asyncDispose]();
  }

  #recorded(snapshot: Snapshot): Snapshot {
    const takenAt = this.#history.tick();
    return {
      revision: snapshot.revision,
      get: (key) => {
        const found = snapshot.get(key);
        this.#history.read(key, snapshot, takenAt, found);
        return found;
      },
      range: (from, to) => snapshot.range(from, to),
      count: (from, to) => snapshot.count(from, to),
    };
  }
}

class RecordedCursor implements Cursor {
  readonly #inner: Cursor;
  readonly #items: ReceivedItem[];

  constructor(inner: Cursor, items: ReceivedItem[]) {
    this.#inner = inner;
    this.#items = items;
  }

  get revision(): Revision {
    return this.#inner.revision;
  }

  take(max: number): readonly StoreEvent[] {
    const events = this.#inner.take(max);
    if (events.length > 0) this.#items.push({ type: "events", events: events.map(received) });
    else this.#bookmark(this.#inner.revision);
    return events;
  }

  wait(signal: AbortSignal): Promise<void> {
    return this.#inner.wait(signal);
  }

  onReady(wake: () => void): void {
    this.#inner.onReady(wake);
  }

  [Symbol.dispose](): void {
    this.#inner[Symbol.dispose]();
  }

  #bookmark(revision: number): void {
    const last = this.#items.at(-1);
    if (last?.type === "bookmark" && last.revision === revision) return;
    this.#items.push({ type: "bookmark", revision });
  }
}

type Received = Extract<ReceivedItem, { type: "events" }>["events"][number] & IndexedEvent;

function received({ type, revision, record, previous }: StoreEvent): Received {
  const value = type === "put" ? digestOfValue(record.value) : undefined;
  return {
    key: record.key,
    revision,
    value,
    created: value !== undefined && previous === undefined,
    previous: previous === undefined ? undefined : digestOfValue(previous.value),
    index: type === "put" ? record.index : undefined,
    previousIndex: previous?.index,
  };
}

/** What a cursor asked for; the events of the log carry their indexes. */
function selectsOf({ from, to, topic }: WatchOptions): (event: { readonly key: string }) => boolean {
  return (event) => {
    const { key, index, previousIndex } = event as IndexedEvent;
    if (key < from || key >= to) return false;
    if (topic === undefined) return true;
    return [index, previousIndex].some((one) => {
      if (one === undefined) return false;
      if (topic.namespace !== undefined && one.namespace !== topic.namespace) return false;
      if (topic.name !== undefined && one.name !== topic.name) return false;
      if (topic.trigger === undefined) return true;
      return one.triggers?.[topic.trigger[0]] === topic.trigger[1];
    });
  };
}
