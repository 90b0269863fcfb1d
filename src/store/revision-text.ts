/** Puts a revision into stored bytes, which never contain their own (`"resourceVersion":"42",` after the uid). */
import { Buffer } from "node:buffer";
import type { Revision } from "./store.ts";

/** `"resourceVersion":"42",` */
export function revisionText(revision: Revision): string {
  return `"resourceVersion":"${revision}",`;
}

/** Writes `bytes` with `text` at `offset` (`index.revisionOffset`) to `at` of `into`; returns where it ends. */
export function writeWithRevision(
  into: Buffer,
  at: number,
  bytes: Uint8Array,
  offset: number,
  text: string,
): number {
  into.set(bytes.subarray(0, offset), at);
  into.write(text, at + offset, "latin1");
  into.set(bytes.subarray(offset), at + offset + text.length);
  return at + bytes.length + text.length;
}

/** A copy of `bytes` with `"resourceVersion":"N",` at `offset`, for a moment; about 1 us for 5 KB. */
export function withRevision(bytes: Uint8Array, offset: number, revision: Revision): Uint8Array {
  const text = revisionText(revision);
  const result = Buffer.allocUnsafe(bytes.length + text.length);
  writeWithRevision(result, 0, bytes, offset, text);
  return result;
}
