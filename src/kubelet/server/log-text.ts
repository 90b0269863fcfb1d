/** A log as people read it: pure, from entries to text. */
import { parseInstant } from "#api";
import type { LogEntry } from "../runtime/streams.ts";
import { logChunkBytes } from "./limits.ts";

/** What a reader wants of each line. */
export interface LogTextOptions {
  readonly timestamps: boolean;
  /** Earlier entries are left out; milliseconds since the epoch. Default: none are. */
  readonly sinceMs?: number;
  /** The text is cut here. Default: nowhere. */
  readonly limitBytes?: number;
  readonly stream: "All" | "Stdout" | "Stderr";
}

/** The text of one entry; undefined when it is left out. `isStart`: a new line begins with it. */
export function entryText(entry: LogEntry, options: LogTextOptions, isStart: boolean): Buffer | undefined {
  if (options.stream !== "All" && options.stream.toLowerCase() !== entry.stream) return undefined;
  if (options.sinceMs !== undefined && millisecondsOf(entry.timestamp) < options.sinceMs) return undefined;
  const stamp = options.timestamps && isStart ? `${nineDigits(entry.timestamp)} ` : "";
  return Buffer.concat([Buffer.from(stamp), entry.text, Buffer.from(entry.isPartial ? "" : "\n")]);
}

/** The text in chunks: what is there at once comes together, in pieces of bounded size. */
export async function* logText(
  batches: AsyncIterable<readonly LogEntry[]>,
  options: LogTextOptions,
): AsyncGenerator<Uint8Array> {
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  let isStart = true;
  for await (const batch of batches) {
    const texts: Buffer[] = [];
    for (const entry of batch) {
      const text = entryText(entry, options, isStart);
      isStart = !entry.isPartial;
      if (text !== undefined) texts.push(text);
    }
    const all = Buffer.concat(texts);
    for (let at = 0; at < Math.min(all.length, left); at += logChunkBytes) {
      yield all.subarray(at, Math.min(at + logChunkBytes, left, all.length));
    }
    left -= all.length;
    if (left <= 0) return;
  }
}

/** Runtimes leave zeros at the end out; people read columns. */
function nineDigits(timestamp: string): string {
  return timestamp.replace(
    /(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/,
    (_, fraction: string | undefined, zone: string) => `.${(fraction ?? "").padEnd(9, "0")}${zone}`,
  );
}

function millisecondsOf(timestamp: string): number {
  const instant = parseInstant(timestamp);
  return instant === undefined ? 0 : instant.seconds * 1000 + instant.nanos / 1e6;
}
