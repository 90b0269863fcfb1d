/**
 * Inflate (RFC 1950, 1951) for header blocks: one compressed stream for a whole connection, cut where its writer
 * flushed, so that each piece ends with a whole block. Ours because it has to remember its window between pieces and
 * to answer at once, which Node's zlib does only on a thread of its own; and it is bounded.
 */
import { StreamError } from "./errors.ts";

const windowBytes = 32 * 1024;
const lengthBase = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258]; // biome-ignore format: a table
const lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const distanceBase = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12_289, 16_385, 24_577,
];
const distanceBits = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
const codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** The inflating end of one stream. */
export class Inflater {
  readonly #dictionary: Uint8Array;
  readonly #maxBytes: number;
  #window: number[] = [];
  #begun = false;

  /** `maxBytes`: the longest text that one piece may become. */
  constructor(dictionary: Uint8Array, maxBytes: number) {
    this.#dictionary = dictionary;
    this.#maxBytes = maxBytes;
  }

  /** Inflates the next piece. Throws `protocol`; the stream cannot be read on after that. */
  inflate(piece: Uint8Array): Buffer {
    const bits = new BitReader(piece);
    if (!this.#begun) this.#begin(bits);
    const out = this.#window;
    const start = out.length;
    while (!bits.atEnd()) {
      bits.take(1); // The last block of a stream that never ends by itself.
      const kind = bits.take(2);
      if (kind === 0) this.#stored(bits, start);
      else if (kind === 1) this.#coded(bits, fixedLiterals, fixedDistances, start);
      else if (kind === 2) {
        const [literals, distances] = dynamicCodes(bits);
        this.#coded(bits, literals, distances, start);
      } else throw broken("an unknown kind of block");
    }
    const text = Buffer.from(out.slice(start));
    this.#window = out.slice(-windowBytes);
    return text;
  }

  #begin(bits: BitReader): void {
    const [method, flags] = [bits.take(8), bits.take(8)];
    if ((method & 15) !== 8 || (method * 256 + flags) % 31 !== 0) throw broken("no zlib stream");
    if ((flags & 0x20) !== 0) {
      for (let i = 0; i < 4; i++) bits.take(8);
      this.#window = [...this.#dictionary];
    }
    this.#begun = true;
  }

  #stored(bits: BitReader, start: number): void {
    bits.align();
    const size = bits.take(8) | (bits.take(8) << 8);
    if ((bits.take(8) | (bits.take(8) << 8)) !== (size ^ 0xffff)) throw broken("a wrong length");
    for (let i = 0; i < size; i++) this.#put(bits.take(8), start);
  }

  #coded(bits: BitReader, literals: Codes, distances: Codes, start: number): void {
    const out = this.#window;
    for (;;) {
      const symbol = literals.read(bits);
      if (symbol === 256) return;
      if (symbol < 256) {
        this.#put(symbol, start);
        continue;
      }
      const length = base(lengthBase, symbol - 257) + bits.take(base(lengthBits, symbol - 257));
      const code = distances.read(bits);
      const distance = base(distanceBase, code) + bits.take(base(distanceBits, code));
      if (distance > out.length) throw broken("a distance before the start");
      for (let i = 0; i < length; i++) this.#put(out[out.length - distance] ?? 0, start);
    }
  }

  #put(byte: number, start: number): void {
    if (this.#window.length - start >= this.#maxBytes) throw broken(`more than ${this.#maxBytes} bytes`);
    this.#window.push(byte);
  }
}

/** Bits from the lowest up. */
class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #bit = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  take(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw broken("an early end");
      value |= ((byte >> this.#bit) & 1) << i;
      if (++this.#bit === 8) {
        this.#bit = 0;
        this.#at++;
      }
    }
    return value;
  }

  align(): void {
    if (this.#bit === 0) return;
    this.#bit = 0;
    this.#at++;
  }

  /** Fewer bits than a block's head are padding. */
  atEnd(): boolean {
    return (this.#bytes.length - this.#at) * 8 - this.#bit < 8;
  }
}

/** A canonical Huffman code (RFC 1951 §3.2.2), read bit by bit. */
class Codes {
  readonly #counts = new Array<number>(16).fill(0);
  readonly #symbols: number[];

  constructor(lengths: readonly number[]) {
    for (const length of lengths) this.#counts[length] = (this.#counts[length] ?? 0) + 1;
    this.#counts[0] = 0;
    this.#symbols = [...lengths.keys()]
      .filter((symbol) => lengths[symbol] !== 0)
      .sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b);
  }

  read(bits: BitReader): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length < 16; length++) {
      code |= bits.take(1);
      const count = this.#counts[length] ?? 0;
      if (code - first < count) return this.#symbols[index + code - first] ?? 0;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw broken("an unknown code");
  }
}

const fixedLiterals = new Codes(
  Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)),
);
const fixedDistances = new Codes(new Array<number>(30).fill(5));

function dynamicCodes(bits: BitReader): readonly [Codes, Codes] {
  const [literals, distances] = [bits.take(5) + 257, bits.take(5) + 1];
  const lengths = new Array<number>(19).fill(0);
  const given = bits.take(4) + 4;
  for (const place of codeLengthOrder.slice(0, given)) lengths[place] = bits.take(3);
  const codes = new Codes(lengths);
  const all: number[] = [];
  while (all.length < literals + distances) {
    const symbol = codes.read(bits);
    if (symbol < 16) all.push(symbol);
    else {
      const [value, times] =
        symbol === 16
          ? [all.at(-1) ?? 0, 3 + bits.take(2)]
          : [0, symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7)];
      for (let i = 0; i < times; i++) all.push(value);
    }
  }
  return [new Codes(all.slice(0, literals)), new Codes(all.slice(literals, literals + distances))];
}

function base(table: readonly number[], index: number): number {
  const value = table[index];
  if (value === undefined) throw broken("a code of no meaning");
  return value;
}

function broken(detail: string): StreamError {
  return new StreamError("protocol", `Cannot inflate a header block: it has ${detail}`);
}

/**
 * A piece of a zlib stream that stores its text as it is; `first` begins the stream. An empty block ends each piece, as
 * a flush does: readers hand out what they have only then.
 */
export function storedBlock(text: Uint8Array, first: boolean): Buffer {
  const begin = Buffer.from(first ? [0x78, 0x01] : []);
  return Buffer.concat([begin, stored(text), stored(new Uint8Array())]);
}

function stored(text: Uint8Array): Buffer {
  const size = text.length;
  const head = [0x00, size & 255, size >> 8, ~size & 255, (~size >> 8) & 255];
  return Buffer.concat([Buffer.from(head), text]);
}
