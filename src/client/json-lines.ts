/**
 * Watch frames out of bytes: newline-delimited JSON, cut anywhere. All whole lines of a chunk become one batch.
 */
import { ClientError } from "./errors.ts";
import { answerMaxBytes } from "./limits.ts";
import type { WatchEvent } from "./transport.ts";

export class JsonLines {
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** The events completed by `chunk`. Throws `ClientError` `bad-answer` for what is no JSON or has no end. */
  push(chunk: Buffer): readonly WatchEvent[] {
    const end = chunk.lastIndexOf(0x0a);
    if (end < 0) {
      this.#keep(chunk);
      return [];
    }
    const text = Buffer.concat([...this.#rest, chunk.subarray(0, end)]).toString("utf8");
    this.#rest = [];
    this.#restBytes = 0;
    if (end + 1 < chunk.length) this.#keep(chunk.subarray(end + 1));
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map(parseEvent);
  }

  #keep(part: Buffer): void {
    this.#restBytes += part.length;
    if (this.#restBytes > answerMaxBytes) {
      throw new ClientError(
        "bad-answer",
        `Cannot read a watch event: it is longer than ${answerMaxBytes} bytes`,
      );
    }
    this.#rest.push(part);
  }
}

function parseEvent(line: string): WatchEvent {
  try {
    return JSON.parse(line) as WatchEvent;
  } catch (cause) {
    throw new ClientError("bad-answer", `Cannot read a watch event: "${line.slice(0, 100)}" is no JSON`, {
      cause,
    });
  }
}
