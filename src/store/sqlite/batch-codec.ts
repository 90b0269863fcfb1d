/**
 * One batch of commits as bytes, and back. The index lies beside the value, so that recovery parses no object.
 * Numbers are little-endian; f64 for revisions and times.
 *
 *   batch   = u32 commits, commit*
 *   commit  = f64 revision, u32 entries, entry*
 *   entry   = u8 1 (put), text key, put | u8 2 (delete), text key
 *   put     = f64 createRevision, f64 version, f64 expiresAtMs (0: never), text index, u32 size, value
 *   text    = u32 size, UTF-8;   index = JSON [namespace, name, uid, labels, owners, triggers, revisionOffset,
 *             managersStart, managersEnd]; older records lack the last two
 */
import { Buffer } from "node:buffer";
import { StoreError } from "../errors.ts";
import type { JournalCommit, JournalEntry } from "../journal.ts";
import type { RecordIndex, Revision, StoredRecord } from "../store.ts";

const putTag = 1;
const deleteTag = 2;
/** Tag, four sizes and three f64, rounded up. */
const entryOverheadBytes = 64;

/** Where a batch is written: memory of at least that many bytes, which nobody else uses meanwhile. */
export type Space = (sizeBytes: number) => Buffer<ArrayBufferLike>;

/** The bytes lie at the beginning of the space that they were given. */
export function encodeBatch(batch: readonly JournalCommit[], space: Space): Uint8Array {
  const indexes = batch.map(({ entries }) =>
    entries.map((entry) => (entry.type === "put" ? indexText(entry.record.index) : "")),
  );
  const writer = new BatchWriter(space(boundOf(batch, indexes)));
  writer.u32(batch.length);
  for (const [at, commit] of batch.entries()) {
    writer.f64(commit.revision);
    writer.u32(commit.entries.length);
    for (const [entryAt, entry] of commit.entries.entries())
      writer.entry(entry, indexes[at]?.[entryAt] ?? "");
  }
  return writer.bytes();
}

/** Throws `corrupt` when the bytes do not make sense. Values are copies. */
export function decodeBatch(bytes: Uint8Array): readonly JournalCommit[] {
  const reader = new BatchReader(bytes);
  const commits: JournalCommit[] = [];
  for (let count = reader.u32(); count > 0; count -= 1) {
    const revision = reader.f64() as Revision;
    const entries: JournalEntry[] = [];
    for (let left = reader.u32(); left > 0; left -= 1) entries.push(reader.entry(revision));
    commits.push({ revision, entries });
  }
  reader.end();
  return commits;
}

/** The last entry of each key of a batch as bytes, without parsing; undefined for a delete. */
export function lastEntries(
  bytes: Uint8Array,
): ReadonlyMap<string, { revision: number; put: Uint8Array | undefined }> {
  const reader = new BatchReader(bytes);
  const last = new Map<string, { revision: number; put: Uint8Array | undefined }>();
  for (let count = reader.u32(); count > 0; count -= 1) {
    const revision = reader.f64();
    for (let left = reader.u32(); left > 0; left -= 1) {
      const { key, put } = reader.rawEntry();
      last.set(key, { revision, put });
    }
  }
  reader.end();
  return last;
}

/** The entry of a put from the bytes that `lastEntries` cut out. Its value is a part of them, not a copy. */
export function decodePut(key: string, revision: number, put: Uint8Array): JournalEntry {
  return new BatchReader(put).put(
    key,
    revision as Revision,
    (bytes) => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length),
  );
}

/** A UTF-16 unit takes at most three bytes. */
function boundOf(batch: readonly JournalCommit[], indexes: readonly (readonly string[])[]): number {
  let size = 4;
  for (const [at, commit] of batch.entries()) {
    size += 12;
    for (const [entryAt, entry] of commit.entries.entries()) {
      const key = entry.type === "put" ? entry.record.key : entry.key;
      size += entryOverheadBytes + 3 * (key.length + (indexes[at]?.[entryAt]?.length ?? 0));
      if (entry.type === "put") size += entry.record.value.length;
    }
  }
  return size;
}

function indexText(index: RecordIndex): string {
  const { namespace, name, uid, labels = null, owners, triggers = null } = index;
  const { revisionOffset, managersStart, managersEnd } = index;
  const offsets = [revisionOffset, managersStart, managersEnd];
  return JSON.stringify([namespace, name, uid, labels, owners, triggers, ...offsets]);
}

type IndexRow = [
  namespace: string,
  name: string,
  uid: string,
  labels: Record<string, string> | null,
  owners: readonly string[],
  triggers: Record<string, string> | null,
  revisionOffset: number,
  managersStart?: number,
  managersEnd?: number,
];

function parseIndex(text: string): RecordIndex {
  const [namespace, name, uid, labels, owners, triggers, ...offsets] = JSON.parse(text) as IndexRow;
  const [revisionOffset, managersStart = 0, managersEnd = 0] = offsets;
  return {
    namespace,
    name,
    uid,
    labels: labels ?? undefined,
    owners,
    triggers: triggers ?? undefined,
    revisionOffset,
    managersStart,
    managersEnd,
  };
}

class BatchWriter {
  readonly #buffer: Buffer<ArrayBufferLike>;
  #at = 0;

  constructor(buffer: Buffer<ArrayBufferLike>) {
    this.#buffer = buffer;
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#at);
  }

  u8(value: number): void {
    this.#at = this.#buffer.writeUInt8(value, this.#at);
  }

  u32(value: number): void {
    this.#at = this.#buffer.writeUInt32LE(value, this.#at);
  }

  f64(value: number): void {
    this.#at = this.#buffer.writeDoubleLE(value, this.#at);
  }

  text(text: string): void {
    const size = this.#buffer.write(text, this.#at + 4, "utf8");
    this.u32(size);
    this.#at += size;
  }

  entry(entry: JournalEntry, index: string): void {
    if (entry.type === "delete") {
      this.u8(deleteTag);
      this.text(entry.key);
      return;
    }
    const { record } = entry;
    this.u8(putTag);
    this.text(record.key);
    this.f64(record.createRevision);
    this.f64(record.version);
    this.f64(entry.expiresAtMs ?? 0);
    this.text(index);
    this.u32(record.value.length);
    this.#buffer.set(record.value, this.#at);
    this.#at += record.value.length;
  }
}

class BatchReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u32(): number {
    this.#need(4);
    const value = this.#bytes.readUInt32LE(this.#at);
    this.#at += 4;
    return value;
  }

  f64(): number {
    this.#need(8);
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  text(): string {
    const size = this.u32();
    this.#need(size);
    const text = this.#bytes.toString("utf8", this.#at, this.#at + size);
    this.#at += size;
    return text;
  }

  entry(revision: Revision): JournalEntry {
    const tag = this.#tag();
    const key = this.text();
    return tag === deleteTag ? { type: "delete", key } : this.put(key, revision, copyOf);
  }

  put(key: string, modRevision: Revision, take: (bytes: Buffer) => Uint8Array): JournalEntry {
    const createRevision = this.f64() as Revision;
    const version = this.f64();
    const expiresAtMs = this.f64();
    const index = parseIndex(this.text());
    const size = this.u32();
    this.#need(size);
    const value = take(this.#bytes.subarray(this.#at, this.#at + size));
    this.#at += size;
    const record: StoredRecord = { key, value, index, createRevision, modRevision, version };
    return expiresAtMs === 0 ? { type: "put", record } : { type: "put", record, expiresAtMs };
  }

  rawEntry(): { readonly key: string; readonly put: Uint8Array | undefined } {
    const tag = this.#tag();
    const key = this.text();
    if (tag === deleteTag) return { key, put: undefined };
    const start = this.#at;
    this.#at += 24;
    this.#skip(this.u32());
    this.#skip(this.u32());
    return { key, put: this.#bytes.subarray(start, this.#at) };
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new StoreError("corrupt", "A journal record is too long");
  }

  #tag(): number {
    this.#need(1);
    const tag = this.#bytes.readUInt8(this.#at);
    this.#at += 1;
    if (tag !== putTag && tag !== deleteTag) throw new StoreError("corrupt", `Unknown journal entry ${tag}`);
    return tag;
  }

  #skip(size: number): void {
    this.#need(size);
    this.#at += size;
  }

  #need(size: number): void {
    if (this.#at + size > this.#bytes.length)
      throw new StoreError("corrupt", "A journal record is cut short");
  }
}

/** Alone in its ArrayBuffer, so that it keeps nothing else alive. */
function copyOf(bytes: Buffer): Uint8Array {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
}
