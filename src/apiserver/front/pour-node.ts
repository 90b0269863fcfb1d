/**
 * Writes chunks as fast as the client takes them. A client that takes nothing for a minute is cut off:
 * `end()` would wait behind the unsent bytes for ever, and its place in history would be lost unnoticed.
 */
import { once } from "node:events";
import type { Writable } from "node:stream";

const STALLED_MS = 60_000;

export async function pour(
  chunks: AsyncIterable<Uint8Array>,
  to: Writable,
  gone: AbortSignal,
): Promise<void> {
  for await (const chunk of chunks) {
    if (gone.aborted) return;
    if (to.write(chunk)) continue;
    const timer = setTimeout(() => to.destroy(), STALLED_MS);
    try {
      await once(to, "drain", { signal: gone });
    } finally {
      clearTimeout(timer);
    }
  }
}
