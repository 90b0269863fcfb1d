/**
 * DER (ITU-T X.690 §10), as much as certificates need: elements are byte strings, made from the inside out,
 * and read without copying. Lengths are definite and minimal; reading refuses anything that does not fit
 * its parent.
 */
import { PkiError } from "./pki-error.ts";

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return element(tags.sequence, Buffer.concat(parts));
}

export function set(part: Uint8Array): Uint8Array {
  return element(tags.set, part);
}

export function boolean(value: boolean): Uint8Array {
  return element(tags.boolean, Uint8Array.of(value ? 0xff : 0));
}

/** A non-negative integer from its big-endian bytes. */
export function integer(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const digits = bytes.subarray(start);
  return element(tags.integer, (digits[0] ?? 0) < 0x80 ? digits : Buffer.concat([Buffer.of(0), digits]));
}

/** `unusedBits` of the last byte do not count. */
export function bitString(bytes: Uint8Array, unusedBits = 0): Uint8Array {
  return element(tags.bitString, Buffer.concat([Buffer.of(unusedBits), bytes]));
}

export function octetString(bytes: Uint8Array): Uint8Array {
  return element(tags.octetString, bytes);
}

export function utf8String(text: string): Uint8Array {
  return element(tags.utf8String, Buffer.from(text));
}

/** `oid("2.5.4.3")`. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((number) => {
    const groups = [number & 0x7f];
    for (let left = number >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return element(tags.objectIdentifier, Uint8Array.from(bytes));
}

/** RFC 5280 §4.1.2.5: two digits of the year until 2049, then four; whole seconds. */
export function time(timeMs: number): Uint8Array {
  const digits = new Date(timeMs).toISOString().replace(/[-:T]|\.\d+/g, "");
  const short = digits < "2050";
  return element(short ? tags.utcTime : tags.generalizedTime, Buffer.from(short ? digits.slice(2) : digits));
}

/** `[number] content`, with `content` a whole element (explicit) or a primitive's bytes (implicit). */
export function tagged(number: number, content: Uint8Array, form: "explicit" | "implicit"): Uint8Array {
  return element((form === "explicit" ? 0xa0 : 0x80) | number, content);
}

/** One element as read: its tag, its content, and all its bytes with the header. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly bytes: Uint8Array;
}

/**
 * The elements that fill `content` exactly: those inside a sequence, or one whole document. Throws
 * `malformed`.
 */
export function elementsOf(content: Uint8Array): readonly DerElement[] {
  const found: DerElement[] = [];
  for (let offset = 0; offset < content.length; ) {
    const next = readElement(content.subarray(offset));
    found.push(next);
    offset += next.bytes.length;
  }
  return found;
}

function readElement(bytes: Uint8Array): DerElement {
  const tag = bytes[0] ?? 0;
  const first = bytes[1];
  if (first === undefined || (tag & 0x1f) === 0x1f || first === 0x80 || first > 0x84) throw malformed();
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  let length = first < 0x80 ? first : 0;
  for (const byte of bytes.subarray(2, 2 + lengthBytes)) length = length * 256 + byte;
  const end = 2 + lengthBytes + length;
  if (end > bytes.length) throw malformed();
  return { tag, content: bytes.subarray(2 + lengthBytes, end), bytes: bytes.subarray(0, end) };
}

function malformed(): PkiError {
  return new PkiError("malformed", "Cannot read the certificate: its DER is malformed");
}

function element(tag: number, content: Uint8Array): Uint8Array {
  if (content.length < 0x80) return Buffer.concat([Buffer.of(tag, content.length), content]);
  const length: number[] = [];
  for (let left = content.length; left > 0; left = Math.floor(left / 256)) length.unshift(left % 256);
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length, ...length), content]);
}
