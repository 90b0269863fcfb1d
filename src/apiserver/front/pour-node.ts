/**
 * Writes chunks as fast as the client takes them. A client that takes nothing for a minute is cut off:
 * `end()` would wait behind the unsent bytes for ever, and its place in history would be lost unnoticed.
 */
import type { Writable } from "node:stream";
import type { Answer, Release } from "../call.ts";
import type { Caller } from "./caller-node.ts";

const STALLED_MS = 60_000;

/** `release` gets each chunk back once it is written; `framed` gives what is written for it. */
export async function pour(
  { chunks, release }: Extract<Answer["body"], { type: "stream" }>,
  to: Writable,
  caller: Caller,
  framed = (chunk: Uint8Array): Uint8Array => chunk,
): Promise<void> {
  for await (const chunk of chunks) {
    if (caller.isGone) return;
    if (!to.write(framed(chunk), release && released(chunk, release))) await drained(to);
  }
}

/** The callback of a write; bytes of one that failed may still be read by whoever was writing. */
export function released(bytes: Uint8Array, release: Release): (error?: Error | null) => void {
  return (error) => {
    if (error === undefined || error === null) release(bytes);
  };
}

/** Resolves when more may be written, or nothing ever. */
function drained(to: Writable): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => to.destroy(), STALLED_MS);
    const done = (): void => {
      clearTimeout(timer);
      to.off("drain", done).off("close", done);
      resolve();
    };
    to.on("drain", done).on("close", done);
    if (to.destroyed) done();
  });
}
