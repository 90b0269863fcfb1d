/**
 * Writes protobuf backwards, from the end of the buffer to its start, so that the length of a message is known
 * when its prefix is written and no sizes need be counted beforehand.
 *
 *   before:  [............free............|field 3|field 4]
 *                                         ^ position
 */

const INITIAL_BYTES = 2048;
const KEPT_BYTES = 64 * 1024;
const SHORT_TEXT = 64;

export class ProtobufWriter {
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  #position = INITIAL_BYTES;

  /** The bytes written after (before, in the message) a mark are counted from here. */
  mark(): number {
    return this.#buffer.length - this.#position;
  }

  /** Writes the length of what was written since `mark`, and the tag of a length-delimited field. */
  close(number: number, mark: number): void {
    this.varint(this.mark() - mark);
    this.tag(number, 2);
  }

  tag(number: number, wire: 0 | 1 | 2): void {
    this.varint(number * 8 + wire);
  }

  /** Integers to 64 bits; negative ones take ten bytes. */
  varint(value: number | bigint): void {
    if (typeof value === "number" && value >= 0 && value < 0x80) {
      this.#reserve(1);
      this.#buffer[--this.#position] = value;
    } else if (typeof value === "number" && value >= 0) this.#varintOfNumber(value);
    else this.#varintOfBigint(BigInt.asUintN(64, BigInt(value)));
  }

  #varintOfNumber(value: number): void {
    let size = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
    this.#reserve(size);
    this.#position -= size;
    let rest = value;
    for (let i = 0; i < size - 1; i++) {
      this.#buffer[this.#position + i] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#position + size - 1] = rest;
  }

  #varintOfBigint(value: bigint): void {
    const bytes: number[] = [];
    let rest = value;
    while (rest >= 0x80n) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.bytes(Uint8Array.from(bytes));
  }

  double(value: number): void {
    this.#reserve(8);
    this.#position -= 8;
    this.#buffer.writeDoubleLE(value, this.#position);
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#position -= value.length;
    this.#buffer.set(value, this.#position);
  }

  string(value: string): void {
    if (value.length <= SHORT_TEXT && this.#ascii(value)) return;
    const size = Buffer.byteLength(value);
    this.#reserve(size);
    this.#position -= size;
    this.#buffer.write(value, this.#position, "utf8");
  }

  /** Short texts cost less than a call out of JavaScript. False when a character needs more than a byte. */
  #ascii(value: string): boolean {
    this.#reserve(value.length);
    const buffer = this.#buffer;
    const start = this.#position - value.length;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      buffer[start + i] = code;
    }
    this.#position = start;
    return true;
  }

  /** Begins anew in the same buffer; what a failed message left is gone, and an uncommonly large buffer too. */
  reset(): void {
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = Buffer.allocUnsafe(INITIAL_BYTES);
    this.#position = this.#buffer.length;
  }

  /** A copy of what has been written. */
  finish(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#buffer, this.#position);
  }

  #reserve(size: number): void {
    if (size <= this.#position) return;
    const written = this.mark();
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, written + size));
    grown.set(this.#buffer.subarray(this.#position), grown.length - written);
    this.#position = grown.length - written;
    this.#buffer = grown;
  }
}
