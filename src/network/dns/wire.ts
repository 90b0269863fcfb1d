/** Numbers and records as they lie in a message (RFC 1035 section 4.1.3). */
import { decodeName } from "./name.ts";

export const headerBytes = 12;
/** The flag of the header that tells a response from a query. */
export const RESPONSE = 0x8000;
/** The flag of an answer that was cut. */
export const TRUNCATED = 0x0200;

/** 0 beyond the end. */
export function at16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Network order, of which the low 16 bits count. */
export function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

/** Where a record lies. */
export interface RecordPlace {
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly ttlAt: number;
  readonly next: number;
}

/** Undefined when the bytes are no record. */
export function recordAt(bytes: Uint8Array, at: number): RecordPlace | undefined {
  const name = decodeName(bytes, at);
  if (name === undefined || name.next + 10 > bytes.length) return undefined;
  const ttlAt = name.next + 4;
  const next = name.next + 10 + at16(bytes, name.next + 8);
  if (next > bytes.length) return undefined;
  const ttl = at16(bytes, ttlAt) * 65_536 + at16(bytes, ttlAt + 2);
  return { type: at16(bytes, name.next), class: at16(bytes, name.next + 2), ttl, ttlAt, next };
}
