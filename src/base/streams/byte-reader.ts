/** Reads exact numbers of bytes from chunks of any size. */
import { StreamError } from "./errors.ts";

export class ByteReader {
  readonly #input: AsyncIterator<Uint8Array>;
  #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#input = input[Symbol.asyncIterator]();
  }

  /** Undefined when the input ends before the first byte; throws `protocol` when it ends in the middle. */
  async take(count: number): Promise<Buffer | undefined> {
    while (this.#size < count) {
      const { done, value } = await this.#input.next();
      if (done === true) {
        if (this.#size === 0) return undefined;
        throw new StreamError("protocol", "Cannot read a frame: the stream ended in its middle");
      }
      this.#chunks.push(value);
      this.#size += value.length;
    }
    const [first] = this.#chunks;
    const all =
      this.#chunks.length === 1 && first !== undefined ? asBuffer(first) : Buffer.concat(this.#chunks);
    this.#chunks = count === all.length ? [] : [all.subarray(count)];
    this.#size -= count;
    return all.subarray(0, count);
  }

  /** As `take`, where the end is no place to end. */
  async need(count: number): Promise<Buffer> {
    const bytes = await this.take(count);
    if (bytes !== undefined) return bytes;
    throw new StreamError("protocol", "Cannot read a frame: the stream ended in its middle");
  }

  /** Lets go of the input: its writer hears that nobody reads. */
  async leave(): Promise<void> {
    await this.#input.return?.();
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
