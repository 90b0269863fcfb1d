/**
 * The thread of the SQLite journal. Appends run at once, one transaction each; long jobs (reading the state,
 * compaction) run one after the other in slices, with appends between. After the first failed write nothing is
 * written any more: a commit after it would leave a hole.
 */
import { parentPort } from "node:worker_threads";
import { StoreError } from "../errors.ts";
import type { JournalReply, JournalRequest, StatePage } from "./protocol.ts";
import { SqliteLog } from "./sqlite-log-node.ts";

class JournalThread {
  #log: SqliteLog | undefined;
  #failure: unknown;
  /** The end of the queue of long jobs. */
  #jobs: Promise<void> = Promise.resolve();

  handle(request: JournalRequest): void {
    if (request.op === "append") {
      this.#answer(request.id, () => this.#append(request));
      return;
    }
    this.#jobs = this.#jobs.then(async () => {
      try {
        reply({ id: request.id, result: await this.#run(request) });
      } catch (error) {
        reply(failure(request.id, error));
      }
    });
  }

  #answer(id: number, run: () => unknown): void {
    try {
      reply({ id, result: run() });
    } catch (error) {
      reply(failure(id, error));
    }
  }

  #append(request: JournalRequest & { readonly op: "append" }): void {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      this.#open().append(request.first, request.last, request.payload);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  async #run(request: Exclude<JournalRequest, { readonly op: "append" }>): Promise<unknown> {
    switch (request.op) {
      case "open":
        this.#log = new SqliteLog(request.path, request.maxBytes);
        return this.#log.recover((page) => sendPage(request.id, page));
      case "state":
        return this.#readState(request.id, request.revision);
      case "batches":
        return this.#readBatches(request.after, request.limit);
      case "compact":
        return this.#compact(request.revision);
      case "close":
        this.#log?.close();
        this.#log = undefined;
        return undefined;
    }
  }

  async #readState(id: number, revision: number): Promise<void> {
    const log = this.#open();
    log.requireHistory(revision);
    let row = Number.MIN_SAFE_INTEGER;
    for (let rows = log.baseRows(row); rows.length > 0; rows = log.baseRows(row)) {
      row = rows[rows.length - 1]?.number ?? row;
      sendPage(id, { type: "rows", rows });
      await turn();
    }
    let number = 0;
    for (
      let rows = log.batches(number, revision, 16);
      rows.length > 0;
      rows = log.batches(number, revision, 16)
    ) {
      sendPage(id, { type: "batches", payloads: rows.map(({ payload }) => payload) });
      number = rows[rows.length - 1]?.number ?? number;
      await turn();
    }
  }

  #readBatches(after: number, limit: number): readonly Uint8Array[] {
    const log = this.#open();
    log.requireHistory(after);
    const rows = log.batches(log.batchBefore(after), Number.MAX_SAFE_INTEGER, Math.min(limit, 16));
    return rows.map(({ payload }) => payload);
  }

  async #compact(revision: number): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const log = this.#open();
    try {
      log.compact(revision);
      while (log.fold()) await turn();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  #open(): SqliteLog {
    if (this.#log === undefined) throw new StoreError("closed", "The journal is not open");
    return this.#log;
  }
}

function reply(message: JournalReply): void {
  parentPort?.postMessage(message);
}

/** Gives the bytes away: a page is not read here any more. */
function sendPage(id: number, page: StatePage): void {
  const bytes = page.type === "rows" ? page.rows.map(({ put }) => put) : page.payloads;
  const buffers = new Set(bytes.map(({ buffer }) => buffer as ArrayBuffer));
  parentPort?.postMessage({ id, page } satisfies JournalReply, [...buffers]);
}

function failure(id: number, error: unknown): JournalReply {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof StoreError ? error.code : "failed";
  return { id, error: { code: code === "corrupt" || code === "compacted" ? code : "failed", message } };
}

/** Lets appends in between. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const thread = new JournalThread();
parentPort?.on("message", (request: JournalRequest) => thread.handle(request));
