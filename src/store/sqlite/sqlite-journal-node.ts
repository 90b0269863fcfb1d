/** The SQLite journal: encodes batches, and leaves everything else to a thread of its own (`sqlite-thread-node.ts`). */
import { Buffer } from "node:buffer";
import { Worker } from "node:worker_threads";
import { StoreError } from "../errors.ts";
import type {
  ExclusiveJournal,
  JournalCommit,
  JournalHost,
  JournalState,
  Recovered,
  Describe,
} from "../journal.ts";
import { Leases } from "../leases.ts";
import { applyCommit } from "../memory-journal.ts";
import { SortedMap } from "../record-tree.ts";
import type { Revision, StoredRecord } from "../store.ts";
import { decodeBatch, decodePut, encodeBatch } from "./batch-codec.ts";
import type { JournalCall, JournalReply, OpenResult, StatePage } from "./protocol.ts";

export interface SqliteJournalOptions {
  /** The database file; its folder must exist. Beside it appear a `-wal` file and a `.made` mark. */
  readonly path: string;
  /** The file may not grow beyond this; reaching it is as fatal as a full disk. Default 64 GiB. */
  readonly maxBytes?: number;
}

interface Call {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly page: ((page: StatePage) => void) | undefined;
}

const defaultMaxBytes = 64 * 1024 ** 3;
/** The thread makes few objects; by default its young generation grows to 100 MB of resident memory. */
const threadYoungMb = 8;
/** A batch of some fifty pods; one that needs more grows it. */
const firstSpaceBytes = 256 * 1024;
/** A larger batch is rare, and its memory is not kept. */
const largestKeptBytes = 1024 * 1024;

/** Open it once; it keeps the file locked until disposed. */
export class SqliteJournal implements ExclusiveJournal {
  readonly kind = "exclusive";
  readonly #options: SqliteJournalOptions;
  readonly #calls = new Map<number, Call>();
  /** Of batches that are on disk: one for each that may be in flight. */
  readonly #spaces: BatchSpace[] = [];
  #nextId = 1;
  #worker: Worker | undefined;
  #host: JournalHost | undefined;
  #ended: StoreError | undefined;

  constructor(options: SqliteJournalOptions) {
    this.#options = options;
  }

  /** Starts the thread, ahead of `open`: that takes a while, and needs nothing of this one. */
  begin(): void {
    if (this.#worker !== undefined) return;
    const resourceLimits = { maxYoungGenerationSizeMb: threadYoungMb };
    const worker = new Worker(new URL("./sqlite-thread-node.ts", import.meta.url), { resourceLimits });
    worker.unref();
    worker.on("message", (reply: JournalReply) => this.#receive(reply));
    worker.on("error", (error) =>
      this.#lost(new StoreError("failed", `The journal's thread ended: ${error}`)),
    );
    worker.on("exit", () => this.#lost(new StoreError("closed", "The journal is closed")));
    this.#worker = worker;
  }

  async open(host: JournalHost, _describe: Describe, signal: AbortSignal): Promise<Recovered> {
    signal.throwIfAborted();
    this.#host = host;
    this.begin();
    const { path, maxBytes = defaultMaxBytes } = this.#options;
    const state = { tree: new SortedMap<StoredRecord>(), leases: new Leases() };
    const addAll = (page: StatePage) => addPage(state, page, Number.POSITIVE_INFINITY);
    const opened = (await this.#call({ op: "open", path, maxBytes }, addAll)) as OpenResult;
    const [revision, compactedRevision] = [opened.revision as Revision, opened.compactedRevision as Revision];
    const recovered = { ...state, revision, compactedRevision };
    if (opened.cut === 0) return recovered;
    return {
      ...recovered,
      warning: `${opened.cut} records behind a gap were cut off after revision ${revision}`,
    };
  }

  async append(batch: readonly JournalCommit[]): Promise<void> {
    const first = batch[0]?.revision ?? 0;
    const last = batch[batch.length - 1]?.revision ?? 0;
    const space = this.#spaces.pop() ?? new BatchSpace();
    const payload = encodeBatch(batch, (sizeBytes) => space.ofSize(sizeBytes));
    await this.#call({ op: "append", first, last, payload });
    this.#spaces.push(space);
    this.#host?.apply(batch);
  }

  async stateAt(revision: Revision): Promise<JournalState> {
    const state = { tree: new SortedMap<StoredRecord>(), leases: new Leases(), revision };
    await this.#call({ op: "state", revision }, (page) => addPage(state, page, revision));
    return state;
  }

  async commitsAfter(after: Revision, limit: number): Promise<readonly JournalCommit[]> {
    const payloads = (await this.#call({ op: "batches", after, limit })) as readonly Uint8Array[];
    return payloads.flatMap((payload) => decodeBatch(payload).filter((commit) => commit.revision > after));
  }

  async compact(revision: Revision): Promise<void> {
    await this.#call({ op: "compact", revision });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined || this.#ended !== undefined) return;
    // A thread that ended by itself has closed its file already.
    await this.#call({ op: "close" }).catch(() => {});
    await worker.terminate();
  }

  #call(call: JournalCall, page?: (page: StatePage) => void): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const worker = this.#worker;
    if (worker === undefined) return Promise.reject(new StoreError("closed", "The journal is not open"));
    const id = this.#nextId;
    this.#nextId += 1;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#calls.set(id, { resolve, reject, page });
    worker.ref();
    worker.postMessage({ ...call, id });
    return promise;
  }

  #receive(reply: JournalReply): void {
    const call = this.#calls.get(reply.id);
    if (call === undefined) return;
    if ("page" in reply) {
      call.page?.(reply.page);
      return;
    }
    this.#calls.delete(reply.id);
    if (this.#calls.size === 0) this.#worker?.unref();
    if ("error" in reply) call.reject(new StoreError(reply.error.code, reply.error.message));
    else call.resolve(reply.result);
  }

  #lost(error: StoreError): void {
    this.#ended ??= error;
    for (const call of this.#calls.values()) call.reject(this.#ended);
    this.#calls.clear();
    if (this.#ended.code === "failed") this.#host?.failed(this.#ended);
  }
}

/** Memory that the thread reads where it was written: used again and again, so that its pages are warm. */
class BatchSpace {
  #buffer = Buffer.from(new SharedArrayBuffer(firstSpaceBytes));

  ofSize(sizeBytes: number): Buffer<SharedArrayBuffer> {
    if (sizeBytes > largestKeptBytes) return Buffer.from(new SharedArrayBuffer(sizeBytes));
    if (sizeBytes > this.#buffer.length) this.#buffer = Buffer.from(new SharedArrayBuffer(2 * sizeBytes));
    return this.#buffer;
  }
}

/** Adds what a page has up to `revision`. */
function addPage(state: Pick<JournalState, "tree" | "leases">, page: StatePage, through: number): void {
  if (page.type === "rows") {
    for (const { key, revision, put } of page.rows) {
      applyCommit(state, { revision: revision as Revision, entries: [decodePut(key, revision, put)] });
    }
    return;
  }
  for (const payload of page.payloads) {
    for (const commit of decodeBatch(payload)) if (commit.revision <= through) applyCommit(state, commit);
  }
}
