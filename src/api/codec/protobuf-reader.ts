/** Reads protobuf. Every length is checked against the enclosing message; unknown fields are skipped. */
import { DecodeError } from "./errors.ts";
import { MAX_DEPTH } from "./limits.ts";

/** Varints shorter than this fit a number. */
const EXACT_BYTES = 8;

/** A position in bytes that moves behind what is read. All methods throw `DecodeError` `syntax` on damage. */
export class ProtobufReader {
  readonly #data: Buffer;
  #position: number;
  #end: number;
  #depth = 0;

  constructor(data: Uint8Array) {
    this.#data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    this.#position = 0;
    this.#end = data.length;
  }

  /** The message, or the message that `within` entered, has been read. */
  get done(): boolean {
    return this.#position >= this.#end;
  }

  /** Field number and wire type of the next field: `number * 8 + wire`. */
  tag(): number {
    const tag = this.varint();
    if (tag < 8 || tag > 0xffffffff) throw malformed("illegal tag");
    return tag;
  }

  /** An unsigned varint, exact to 2^53. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
    throw malformed("varint is too long");
  }

  int32(): number {
    const start = this.#position;
    const value = this.varint();
    return this.#position - start < EXACT_BYTES ? value | 0 : Number(BigInt.asIntN(32, this.#bits(start)));
  }

  /** A number, or a bigint beyond 2^53. */
  int64(): number | bigint {
    const start = this.#position;
    const small = this.varint();
    if (this.#position - start < EXACT_BYTES) return small;
    const exact = BigInt.asIntN(64, this.#bits(start));
    const value = Number(exact);
    return Number.isSafeInteger(value) ? value : exact;
  }

  /** The varint from `start` to here, in full. */
  #bits(start: number): bigint {
    let value = 0n;
    for (let i = this.#position - 1; i >= start; i--) {
      value = (value << 7n) | BigInt((this.#data[i] ?? 0) & 0x7f);
    }
    return value;
  }

  double(): number {
    const at = this.#skip(8);
    return this.#data.readDoubleLE(at);
  }

  /** A view of a length-delimited value. */
  bytes(): Buffer {
    const size = this.varint();
    const at = this.#skip(size);
    return this.#data.subarray(at, at + size);
  }

  string(): string {
    const size = this.varint();
    // Go writes every zero value, so that most texts of an object are empty.
    if (size === 0) return "";
    const at = this.#skip(size);
    return this.#data.toString("utf8", at, at + size);
  }

  /** Reads a length-delimited message with `read`, which sees `done` at its end. */
  within<Result>(read: (reader: ProtobufReader) => Result): Result {
    const size = this.varint();
    const outerEnd = this.#end;
    if (size > outerEnd - this.#position) throw malformed("message is cut off");
    if (++this.#depth > MAX_DEPTH) {
      throw new DecodeError("depth", `Cannot read protobuf: nested deeper than ${MAX_DEPTH} levels`);
    }
    this.#end = this.#position + size;
    const result = read(this);
    this.#position = this.#end;
    this.#end = outerEnd;
    this.#depth--;
    return result;
  }

  /** Skips the value of a field of wire type `wire`. */
  skipValue(wire: number): void {
    if (wire === 0) this.varint();
    else if (wire === 1) this.#skip(8);
    else if (wire === 2) this.#skip(this.varint());
    else if (wire === 5) this.#skip(4);
    else throw malformed(`illegal wire type ${wire}`);
  }

  #byte(): number {
    const byte = this.#position < this.#end ? this.#data[this.#position++] : undefined;
    if (byte === undefined) throw malformed("message is cut off");
    return byte;
  }

  #skip(size: number): number {
    const at = this.#position;
    if (size > this.#end - at) throw malformed("message is cut off");
    this.#position = at + size;
    return at;
  }
}

/** The error of bytes that are no protobuf. */
export function malformed(detail: string): DecodeError {
  return new DecodeError("syntax", `Cannot read protobuf: ${detail}`);
}
