/**
 * The lines of a CRI log file (`2016-10-06T00:17:09.669794202Z stdout F words`), pure. The tag `P` marks a line
 * that goes on in the next entry of its stream; other tags may follow after a colon.
 */
import type { LogEntry } from "../streams.ts";

const [newline, space] = [10, 32];
const partial = "P".charCodeAt(0);

/** One line without its break; undefined for what is no entry, as the torn end of a file. */
export function parseLogLine(line: Buffer): LogEntry | undefined {
  const first = line.indexOf(space);
  const second = line.indexOf(space, first + 1);
  const third = line.indexOf(space, second + 1);
  if (first <= 0 || second < 0 || third < 0) return undefined;
  const stream = line.toString("latin1", first + 1, second);
  if (stream !== "stdout" && stream !== "stderr") return undefined;
  const timestamp = line.toString("latin1", 0, first);
  return { timestamp, stream, text: line.subarray(third + 1), isPartial: line[second + 1] === partial };
}

/** Cuts bytes that come in chunks of any size into lines. */
export class LineCutter {
  #rest: Buffer = Buffer.alloc(0);

  /** The entries that have become whole. */
  take(chunk: Buffer): readonly LogEntry[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const entries: LogEntry[] = [];
    let at = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, at)) {
      const entry = parseLogLine(bytes.subarray(at, end));
      if (entry !== undefined) entries.push(entry);
      at = end + 1;
    }
    this.#rest = Buffer.from(bytes.subarray(at));
    return entries;
  }
}

/**
 * Finds where the last so many lines begin, from blocks that come from the end of a file towards its start: a line is
 * one whole entry with the partial ones before it, and what is still unfinished at the end.
 *
 *   F a | P b | F c | P d      the last two lines begin at "P b"
 */
export class TailFinder {
  #left: number;
  #isLast = true;
  /** The start of the block before: the end of this block's last line. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(lines: number) {
    this.#left = lines;
  }

  /**
   * `block` lies right before those taken already. The offset from its start where the tail begins; undefined while it
   * begins further up, which it cannot when the file starts with this block (`isFirst`).
   */
  take(block: Buffer, isFirst: boolean): number | undefined {
    const bytes = Buffer.concat([block, this.#rest]);
    let end = bytes.length;
    // The break at the very end belongs to the line before it.
    while (end > 0) {
      const start = end < 2 ? 0 : bytes.lastIndexOf(newline, end - 2) + 1;
      if (start === 0 && !isFirst) break;
      const entry = parseLogLine(bytes.subarray(start, bytes[end - 1] === newline ? end - 1 : end));
      if (entry !== undefined) {
        if (this.#isLast || !entry.isPartial) this.#left -= 1;
        this.#isLast = false;
        if (this.#left < 0) return end;
      }
      end = start;
    }
    this.#rest = Buffer.from(bytes.subarray(0, end));
    return isFirst ? 0 : undefined;
  }
}
