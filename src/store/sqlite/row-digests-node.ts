/** Digests of the journal's rows: of the log as a chain, of the base as a sum. */
import { Buffer } from "node:buffer";
import { hash as hashOf } from "node:crypto";
import { crc32 } from "node:zlib";

/** The hash that rolls over all batches: of the one before, and of what the batch says of itself. */
export function roll(before: Uint8Array, ...numbers: readonly number[]): Uint8Array {
  return hashOf("sha256", Buffer.concat([before, Buffer.from(numbers.join(","))]), "buffer");
}

/** Of a row's key and revision, on top of the checksum of its bytes. */
export function rowDigest(key: string, revision: number, sum: number): number {
  return crc32(`${revision},${key}`, sum);
}

/** Sums modulo 2^48, so that rows may come in any order. */
export function addSums(a: number, b: number): number {
  return (a + b) % 2 ** 48;
}

/** Takes what `addSums` added. */
export function subtractSums(a: number, b: number): number {
  return (a - b + 2 ** 48) % 2 ** 48;
}

/** Whether two hashes are equal. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
