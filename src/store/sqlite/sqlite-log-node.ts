/**
 * The journal's file. `batch` is the log: one row for each durable batch, numbered without gaps, each with a
 * checksum and with a hash that rolls over all before it. `base` is the state before the log: compaction folds
 * old batches into it, so that superseded versions go. SQLite in WAL mode with full sync: a row that is there is
 * on disk. The lock is held for as long as the file is open.
 *
 *   base (through batch 7) | batch 8: r41-r44 | batch 9: r45 | batch 10: r46-r80
 */
import { closeSync, openSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { StoreError } from "../errors.ts";
import { lastEntries } from "./batch-codec.ts";
import { markMade, requireMade } from "./made-mark-node.ts";
import type { BaseRow, OpenResult, StatePage } from "./protocol.ts";
import { addSums, equalBytes, roll, rowDigest, subtractSums } from "./row-digests-node.ts";

/** Of a new file: a batch costs a call or two for each page, and one of a single pod fits into one page. */
const newPageBytes = 8_192;
/** Version of this layout, in `PRAGMA user_version`. */
const layout = 1;

const schema = `
  CREATE TABLE IF NOT EXISTS meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    base_batch INTEGER NOT NULL, base_revision INTEGER NOT NULL, base_hash BLOB NOT NULL,
    base_digest INTEGER NOT NULL, compacted INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS base (
    key TEXT PRIMARY KEY, revision INTEGER NOT NULL, put BLOB NOT NULL, sum INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS batch (
    number INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL,
    sum INTEGER NOT NULL, hash BLOB NOT NULL, payload BLOB NOT NULL
  ) STRICT;
  DROP INDEX IF EXISTS batch_last;
`;

interface Meta {
  base_batch: number;
  base_revision: number;
  base_hash: Uint8Array;
  base_digest: number;
  compacted: number;
}

interface BatchRow {
  readonly number: number;
  readonly first: number;
  readonly last: number;
  readonly sum: number;
  readonly hash: Uint8Array;
  readonly payload: Uint8Array;
}

interface SummedRow extends BaseRow {
  readonly number: number;
  readonly sum: number;
}

/** Rows read at a time, so that no call holds the thread for long. */
const pageRows = 256;

export class SqliteLog {
  readonly #database: DatabaseSync;
  readonly #insertBatch: StatementSync;
  readonly #meta: Meta;
  #lastBatch: number;
  #lastRevision: number;
  #lastHash: Uint8Array;
  #cut = 0;

  /** Opens or creates; call `recover` before anything else. */
  constructor(path: string, maxBytes: number) {
    requireMade(path);
    try {
      // Secrets are in it, and its folder may have been there before, open to all. What SQLite puts beside it follows.
      closeSync(openSync(path, "a", 0o600));
      this.#database = new DatabaseSync(path);
    } catch (error) {
      throw asStoreError(error, path);
    }
    try {
      this.#prepare(maxBytes);
      markMade(path);
      this.#meta = this.#database.prepare("SELECT * FROM meta").get() as unknown as Meta;
      this.#insertBatch = this.#database.prepare("INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?)");
      this.#lastBatch = this.#meta.base_batch;
      this.#lastRevision = this.#meta.base_revision;
      this.#lastHash = this.#meta.base_hash;
    } catch (error) {
      this.#database.close();
      throw asStoreError(error, path);
    }
  }

  /** Hands over and verifies everything, in one pass. Throws `corrupt`; then what was handed over is worth nothing. */
  recover(page: (page: StatePage) => void): OpenResult {
    try {
      this.#recoverBase(page);
      this.#recoverBatches(page);
    } catch (error) {
      throw asStoreError(error, this.#database.location() ?? "");
    }
    return { compactedRevision: this.#meta.compacted, revision: this.#lastRevision, cut: this.#cut };
  }

  /** Durable when it returns. */
  append(first: number, last: number, payload: Uint8Array): void {
    if (first !== this.#lastRevision + 1) {
      throw new StoreError("failed", `Cannot append revision ${first} after ${this.#lastRevision}`);
    }
    const number = this.#lastBatch + 1;
    const sum = crc32(payload);
    const hash = roll(this.#lastHash, number, first, last, sum);
    this.#insertBatch.run(number, first, last, sum, hash, payload);
    this.#lastBatch = number;
    this.#lastRevision = last;
    this.#lastHash = hash;
  }

  /** Base rows after a row number; empty at the end. */
  baseRows(after: number): readonly SummedRow[] {
    const columns = "rowid AS number, key, revision, put, sum";
    const select = this.#database.prepare(
      `SELECT ${columns} FROM base WHERE rowid > ? ORDER BY rowid LIMIT ?`,
    );
    return select.all(after, pageRows) as unknown as SummedRow[];
  }

  /** Batches after number `after` that begin at or before `revision`; empty at the end. */
  batches(after: number, revision: number, count: number): readonly Pick<BatchRow, "number" | "payload">[] {
    const select = this.#database.prepare(
      "SELECT number, payload FROM batch WHERE number > ? AND first <= ? ORDER BY number LIMIT ?",
    );
    return select.all(after, revision, count) as unknown as BatchRow[];
  }

  /** The number of the batch before the first one with a commit after `revision`: numbers have no gaps. */
  batchBefore(revision: number): number {
    const select = this.#database.prepare("SELECT last FROM batch WHERE number = ?");
    let [low, high] = [this.#meta.base_batch, this.#lastBatch];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const { last } = select.get(middle) as { last: number };
      if (last <= revision) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  requireHistory(revision: number): void {
    if (revision >= this.#meta.compacted) return;
    throw new StoreError(
      "compacted",
      `Cannot read revision ${revision}: compacted at ${this.#meta.compacted}`,
    );
  }

  /** Records that history before `revision` is gone; `fold` then frees its space. */
  compact(revision: number): void {
    if (revision <= this.#meta.compacted) return;
    this.#database.prepare("UPDATE meta SET compacted = ?").run(revision);
    this.#meta.compacted = revision;
  }

  /** Folds the next few batches that are wholly compacted into the base; false when none is left. */
  fold(): boolean {
    const select = this.#database.prepare("SELECT * FROM batch WHERE number <= ? ORDER BY number LIMIT 32");
    const rows = select.all(this.batchBefore(this.#meta.compacted)) as unknown as BatchRow[];
    const newest = rows[rows.length - 1];
    if (newest === undefined) return false;
    let digest = this.#meta.base_digest;
    this.#transaction(() => {
      digest = this.#foldRows(rows, digest);
      this.#database.prepare("DELETE FROM batch WHERE number <= ?").run(newest.number);
      this.#database
        .prepare("UPDATE meta SET base_batch = ?, base_revision = ?, base_hash = ?, base_digest = ?")
        .run(newest.number, newest.last, newest.hash, digest);
    });
    this.#meta.base_batch = newest.number;
    this.#meta.base_revision = newest.last;
    this.#meta.base_hash = newest.hash;
    this.#meta.base_digest = digest;
    return true;
  }

  close(): void {
    this.#database.close();
  }

  #prepare(maxBytes: number): void {
    const database = this.#database;
    database.exec(`PRAGMA page_size = ${newPageBytes}; PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;`);
    const { page_size: pageBytes } = database.prepare("PRAGMA page_size").get() as { page_size: number };
    database.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / pageBytes)};`);
    const { user_version: found } = database.prepare("PRAGMA user_version").get() as { user_version: number };
    if (found !== 0 && found !== layout)
      throw new StoreError("corrupt", `Unknown layout ${found} of the journal`);
    this.#transaction(() => {
      database.exec(`${schema} PRAGMA user_version = ${layout};`);
      database.prepare("INSERT OR IGNORE INTO meta VALUES (1, 0, 1, ?, 0, 1)").run(new Uint8Array(32));
    });
  }

  #foldRows(rows: readonly BatchRow[], before: number): number {
    const last = new Map<string, { revision: number; put: Uint8Array | undefined }>();
    for (const row of rows) for (const [key, entry] of lastEntries(row.payload)) last.set(key, entry);
    const find = this.#database.prepare("SELECT revision, sum FROM base WHERE key = ?");
    const remove = this.#database.prepare("DELETE FROM base WHERE key = ?");
    const insert = this.#database.prepare("INSERT OR REPLACE INTO base VALUES (?, ?, ?, ?)");
    let digest = before;
    for (const [key, { revision, put }] of last) {
      const old = find.get(key) as { revision: number; sum: number } | undefined;
      if (old !== undefined) digest = subtractSums(digest, rowDigest(key, old.revision, old.sum));
      if (put === undefined) {
        remove.run(key);
        continue;
      }
      const sum = crc32(put);
      insert.run(key, revision, put, sum);
      digest = addSums(digest, rowDigest(key, revision, sum));
    }
    return digest;
  }

  #recoverBase(page: (page: StatePage) => void): void {
    let digest = 0;
    let number = Number.MIN_SAFE_INTEGER;
    for (let rows = this.baseRows(number); rows.length > 0; rows = this.baseRows(number)) {
      for (const { key, revision, put, sum } of rows) {
        if (crc32(put) !== sum)
          throw new StoreError("corrupt", `The bytes of key ${JSON.stringify(key)} are damaged`);
        digest = addSums(digest, rowDigest(key, revision, sum));
      }
      number = rows[rows.length - 1]?.number ?? number;
      page({ type: "rows", rows });
    }
    if (digest !== this.#meta.base_digest) {
      throw new StoreError("corrupt", "Keys are missing from the base, or too many");
    }
  }

  /** A damaged record is an error; a gap ends the log, since nothing after it was acknowledged. */
  #recoverBatches(page: (page: StatePage) => void): void {
    for (const row of this.#database.prepare("SELECT * FROM batch ORDER BY number").iterate()) {
      const { number, first, last, sum, hash, payload } = row as unknown as BatchRow;
      if (number !== this.#lastBatch + 1 || first !== this.#lastRevision + 1) break;
      if (crc32(payload) !== sum) throw new StoreError("corrupt", `Journal record ${number} is damaged`);
      const expected = roll(this.#lastHash, number, first, last, sum);
      if (!equalBytes(expected, hash)) {
        throw new StoreError("corrupt", `Journal record ${number} is not the one written`);
      }
      this.#lastBatch = number;
      this.#lastRevision = last;
      this.#lastHash = hash;
      page({ type: "batches", payloads: [payload] });
    }
    const cut = this.#database.prepare("DELETE FROM batch WHERE number > ?").run(this.#lastBatch);
    this.#cut = Number(cut.changes);
  }

  #transaction(body: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      body();
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

function asStoreError(error: unknown, path: string): unknown {
  if (error instanceof StoreError || !(error instanceof Error)) return error;
  const code = (error as { errcode?: number }).errcode ?? 0;
  // SQLITE_CORRUPT and SQLITE_NOTADB; anything else (locked, no such folder, disk full) is no damage.
  if ((code & 0xff) !== 11 && (code & 0xff) !== 26) {
    return new StoreError("failed", `Cannot open the journal ${JSON.stringify(path)}: ${error.message}`, {
      cause: error,
    });
  }
  return new StoreError("corrupt", `Cannot read the journal ${JSON.stringify(path)}: ${error.message}`, {
    cause: error,
  });
}
