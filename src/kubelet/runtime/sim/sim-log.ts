/** What a simulated container has printed: its newest lines, for readers that come later and readers that stay. */
import { rfc3339 } from "#api";
import type { LogEntry, LogRange } from "../streams.ts";

/** Lines and bytes kept of each container: enough to look at, and bounded. */
const maxLines = 1_000;
const maxBytes = 256 * 1024;
/** A line longer than this is cut in parts, as containerd does. */
const maxLineBytes = 16 * 1024;
const nothing = Buffer.alloc(0);

export class SimLog {
  readonly #now: () => number;
  readonly #entries: LogEntry[] = [];
  readonly #begun = { stdout: nothing, stderr: nothing };
  #bytes = 0;
  #dropped = 0;
  #closed = false;
  #waiting: (() => void)[] = [];

  /** `now`: milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Everything kept, as text. */
  get text(): string {
    return Buffer.concat(
      this.#entries.flatMap((one) => [one.text, Buffer.from(one.isPartial ? "" : "\n")]),
    ).toString();
  }

  write(stream: "stdout" | "stderr", bytes: Uint8Array): void {
    let rest = Buffer.concat([this.#begun[stream], bytes]);
    for (let end = rest.indexOf(10); end >= 0 || rest.length > maxLineBytes; end = rest.indexOf(10)) {
      const isPartial = end < 0 || end > maxLineBytes;
      const size = isPartial ? maxLineBytes : end;
      this.#add({ timestamp: this.#timestamp(), stream, text: rest.subarray(0, size), isPartial });
      rest = rest.subarray(isPartial ? size : size + 1);
    }
    this.#begun[stream] = rest;
    this.#wake();
  }

  /** The container has ended: readers end after the last line. */
  close(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      const text = this.#begun[stream];
      if (text.length > 0) this.#add({ timestamp: this.#timestamp(), stream, text, isPartial: true });
    }
    this.#closed = true;
    this.#wake();
  }

  async *read({ tailLines, follow }: LogRange, signal: AbortSignal): AsyncGenerator<readonly LogEntry[]> {
    const stop = (): void => this.#wake();
    signal.addEventListener("abort", stop, { once: true });
    let at = tailLines === undefined ? 0 : this.#dropped + this.#startOfTail(tailLines);
    try {
      while (!signal.aborted) {
        const entries = this.#entries.slice(Math.max(0, at - this.#dropped));
        if (entries.length > 0) {
          at = this.#dropped + this.#entries.length;
          yield entries;
        } else if (this.#closed || !follow) return;
        else await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  #startOfTail(lines: number): number {
    let at = this.#entries.length;
    for (let left = lines; at > 0; at--) {
      if (this.#entries[at - 1]?.isPartial === false || at === this.#entries.length) left--;
      if (left < 0) break;
    }
    return at;
  }

  #add(entry: LogEntry): void {
    this.#entries.push(entry);
    this.#bytes += entry.text.length;
    while (this.#entries.length > maxLines || this.#bytes > maxBytes) {
      this.#bytes -= this.#entries.shift()?.text.length ?? 0;
      this.#dropped++;
    }
  }

  #timestamp(): string {
    const ms = this.#now();
    return rfc3339(ms).replace("Z", `.${String(Math.floor(ms % 1000)).padStart(3, "0")}000000Z`);
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
