/** What a simulated process lives in, and how it ends. */
import type { Clock } from "#base";
import type { TerminalSize } from "#base/streams";

/** What the processes of one container share. */
export interface ProcessWorld {
  readonly clock: Clock;
  readonly files: Map<string, Uint8Array>;
  readonly variables: ReadonlyMap<string, string>;
  readonly hostname: string;
  /** Default: none, and reading finds the end at once. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Resolve when there is room for more; reject with `closed` when nobody reads any more. */
  stdout(bytes: Uint8Array): Promise<void>;
  stderr(bytes: Uint8Array): Promise<void>;
  /** Of the terminal it runs in. Default: it runs in none. */
  readonly terminal?: { readonly size: TerminalSize };
}

/** How a process ended; 128 + n after signal n. */
export interface ProcessEnd {
  readonly code: number;
  readonly outOfMemory: boolean;
}

/** Thrown inside a process to unwind to its start. */
export class Ending extends Error {
  readonly end: ProcessEnd;

  constructor(end: ProcessEnd) {
    super("ended");
    this.end = end;
  }
}
