/**
 * Puts answers together in large pieces, each one write of a socket: stored bytes are copied once, with their revision
 * on the way. Pieces of lists come from a pool and go back to it when they are written: made anew, each of them hastens
 * the next collection of the whole heap.
 */
import { type Revision, revisionText, writeWithRevision } from "#store";
import { CHUNK_BYTES, POOLED_CHUNKS } from "../limits.ts";

const FIRST_BYTES = 16 * 1024;
/** With what an object may take beyond a full chunk before the chunk has to grow. */
const POOLED_BYTES = CHUNK_BYTES + 64 * 1024;

/** Chunks that were written, for the next lists; a few of them. */
export class ChunkPool {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(POOLED_BYTES);
  }

  /** For a chunk that nobody reads any more; one that did not come from here is let go. */
  readonly release = (chunk: Uint8Array): void => {
    const { buffer } = chunk;
    if (buffer.byteLength === POOLED_BYTES && this.#free.length < POOLED_CHUNKS)
      this.#free.push(Buffer.from(buffer as ArrayBuffer));
  };
}

/** Add until it is full, then take. */
export class ChunkWriter {
  readonly #pool: ChunkPool | undefined;
  #chunk: Buffer | undefined;
  #size = 0;

  /** With a pool, every chunk goes back to it; else chunks are the taker's own, and begin small. */
  constructor(pool?: ChunkPool) {
    this.#pool = pool;
  }

  /** Whether the chunk is large enough to leave. */
  get isFull(): boolean {
    return this.#size >= CHUNK_BYTES;
  }

  get size(): number {
    return this.#size;
  }

  add(bytes: Uint8Array): void {
    this.#reserve(bytes.length).set(bytes, this.#size);
    this.#size += bytes.length;
  }

  /** A stored value, with `revision` at its place. */
  addStored(value: Uint8Array, offset: number, revision: Revision): void {
    const text = revisionText(revision);
    const chunk = this.#reserve(value.length + text.length);
    this.#size = writeWithRevision(chunk, this.#size, value, offset, text);
  }

  /** What was added since the last time. */
  take(): Uint8Array {
    const taken = this.#reserve(0).subarray(0, this.#size);
    this.#chunk = undefined;
    this.#size = 0;
    return taken;
  }

  #reserve(bytes: number): Buffer {
    this.#chunk ??= this.#pool?.take() ?? Buffer.allocUnsafeSlow(FIRST_BYTES);
    const needed = this.#size + bytes;
    if (needed <= this.#chunk.length) return this.#chunk;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#chunk.length));
    larger.set(this.#chunk.subarray(0, this.#size));
    this.#pool?.release(this.#chunk);
    this.#chunk = larger;
    return larger;
  }
}
