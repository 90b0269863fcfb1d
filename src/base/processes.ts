/**
 * Child processes as components see them: bytes in, bytes out, an end. A child is in a session of its own,
 * so a signal to our terminal does not reach it. Twins: the operating system's (`base/real`) and scripts
 * (`base/sim`); both pass `processes.contract.ts`.
 */
import { CodedError } from "./errors.ts";

/** Starts programs. */
export interface Processes {
  /**
   * Starts a program; aborting `signal` kills it (SIGKILL) at any time. Rejects with `notFound` or `failed`
   * when it cannot be started.
   */
  spawn(command: Command, signal: AbortSignal): Promise<ChildProcess>;
}

/** What to run, and with what. */
export interface Command {
  /** A name looked up on the PATH of `environment`, or a path. */
  readonly program: string;
  readonly arguments: readonly string[];
  /** The whole environment of the child; nothing is inherited. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: the parent's. */
  readonly directory?: string;
}

/** A program that has been started. */
export interface ChildProcess {
  /** Meaningful until `exited` settles. */
  readonly id: number;
  /** For one reader each; unread output holds the child back. Both end when the child closes them. */
  readonly output: AsyncIterable<Uint8Array>;
  readonly errorOutput: AsyncIterable<Uint8Array>;
  /** Resolves when there is room for more; rejects with `closed` when the child reads no more. */
  write(data: Uint8Array): Promise<void>;
  /** Ends the child's input. Idempotent. */
  closeInput(): void;
  /** Idempotent, and harmless after the end. */
  kill(signal: ProcessSignal): void;
  /** Resolves when the child has ended, however it did. */
  readonly exited: Promise<Exit>;
}

export type ProcessSignal = "SIGTERM" | "SIGINT" | "SIGHUP" | "SIGKILL";

/** How a child ended: by itself, or by a signal. */
export type Exit = { readonly code: number } | { readonly signal: string };

export type ProcessErrorCode = "notFound" | "failed" | "closed";

/** Rejections of processes. `closed`: the child reads no more. */
export class ProcessError extends CodedError<ProcessErrorCode> {}

/**
 * Runs a program to its end with `input`, collecting at most `maxOutputBytes` of each output (what is
 * beyond is dropped).
 */
export async function runToEnd(
  processes: Processes,
  command: Command,
  options: { readonly input?: Uint8Array; readonly maxOutputBytes: number },
  signal: AbortSignal,
): Promise<{ readonly exit: Exit; readonly output: Uint8Array; readonly errorOutput: Uint8Array }> {
  const child = await processes.spawn(command, signal);
  const feed = async () => {
    if (options.input === undefined) return;
    await child.write(options.input).catch((error: unknown) => {
      if (!(error instanceof ProcessError)) throw error; // A child need not read what it is given.
    });
  };
  const [output, errorOutput] = await Promise.all([
    collect(child.output, options.maxOutputBytes),
    collect(child.errorOutput, options.maxOutputBytes),
    feed().finally(() => child.closeInput()),
  ]);
  const exit = await child.exited;
  signal.throwIfAborted();
  return { exit, output, errorOutput };
}

async function collect(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const kept: Uint8Array[] = [];
  let room = maxBytes;
  for await (const chunk of chunks) {
    if (room > 0) kept.push(chunk.subarray(0, room));
    room -= chunk.length;
  }
  return Buffer.concat(kept);
}
