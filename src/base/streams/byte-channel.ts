/**
 * Bytes in both directions, each half closed on its own: what a socket is to the protocols of this folder, and what
 * stands in for one inside a process. A write resolves when there is room for more, so a slow reader holds its writer
 * back and nothing is queued without bound.
 */
import { StreamError } from "./errors.ts";
import { pipeBytes } from "./limits.ts";

/** Takes bytes in order. */
export interface ByteSink {
  /** Resolves when there is room for more; rejects with `closed` when nobody reads any more. */
  write(bytes: Uint8Array): Promise<void>;
  /** No more will come; what was written still arrives. Idempotent. */
  end(): void;
}

/** Both directions. */
export interface ByteChannel extends ByteSink {
  /** For one reader. Ends at the other side's `end()`; throws `closed` when the link broke. */
  readonly input: AsyncIterable<Uint8Array>;
  /** Closes both directions at once. Idempotent. */
  destroy(): void;
}

/** One direction in memory: what is written comes out, at most `limit` bytes behind. */
export class BytePipe implements ByteSink, AsyncIterable<Uint8Array> {
  readonly #limit: number;
  readonly #onRead: ((size: number) => void) | undefined;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;
  #ended = false;
  #broken = false;
  #wakeReader: (() => void) | undefined;
  #writers: (() => void)[] = [];

  /** `onRead` hears of each chunk that the reader takes. */
  constructor(limit = pipeBytes, onRead?: (size: number) => void) {
    this.#limit = limit;
    this.#onRead = onRead;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#ended || this.#broken) throw new StreamError("closed", "Cannot write: the stream is closed");
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    this.#wake();
    while (this.#size > this.#limit && !this.#broken) {
      await new Promise<void>((resolve) => this.#writers.push(resolve));
    }
    if (this.#broken) throw new StreamError("closed", "Cannot write: nobody reads the stream any more");
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The reader has left, or the link broke: what was not read is gone. */
  destroy(): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#chunks.length = 0;
    this.#size = 0;
    this.#wake();
    for (const wake of this.#writers.splice(0)) wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const chunk = this.#chunks.shift();
        if (chunk !== undefined) {
          this.#size -= chunk.length;
          if (this.#size <= this.#limit) for (const wake of this.#writers.splice(0)) wake();
          this.#onRead?.(chunk.length);
          yield chunk;
        } else if (this.#broken) {
          if (this.#ended) return;
          throw new StreamError("closed", "Cannot read: the link is broken");
        } else if (this.#ended) return;
        else
          await new Promise<void>((resolve) => {
            this.#wakeReader = resolve;
          });
      }
    } finally {
      this.destroy();
    }
  }

  #wake(): void {
    this.#wakeReader?.();
    this.#wakeReader = undefined;
  }
}

/** The two ends of a link in memory. */
export function channelPair(): readonly [ByteChannel, ByteChannel] {
  const [there, back] = [new BytePipe(), new BytePipe()];
  const end = (input: BytePipe, output: BytePipe): ByteChannel => ({
    input,
    write: (bytes) => output.write(bytes),
    end: () => output.end(),
    destroy: () => {
      input.destroy();
      output.destroy();
    },
  });
  return [end(back, there), end(there, back)];
}

/** Pours until the input ends, then ends the output. Rejects when either breaks. */
export async function pour(input: AsyncIterable<Uint8Array>, output: ByteSink): Promise<void> {
  for await (const chunk of input) await output.write(chunk);
  output.end();
}

/** Joins two channels until both directions have ended, or either breaks; then both are destroyed. */
export async function joinChannels(a: ByteChannel, b: ByteChannel): Promise<void> {
  const oneWay = async (from: ByteChannel, to: ByteChannel): Promise<void> => {
    try {
      await pour(from.input, to);
    } catch {
      // A broken link ends both directions: nobody is left to tell.
      a.destroy();
      b.destroy();
    }
  };
  await Promise.all([oneWay(a, b), oneWay(b, a)]);
}
