/**
 * The streams of a command in a container, whatever carries them: what `exec` and `attach` give to whoever runs the
 * command. Over WebSocket they are channels (`channel-socket.ts`), over SPDY streams (`spdy-command.ts`).
 */
import type { ByteSink } from "./byte-channel.ts";

/** Which streams a client asked for. */
export interface CommandShape {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** In characters. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** The streams that are there; the others were not asked for. */
export interface CommandIo {
  /** Ends when the client closes its half. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly stdout?: ByteSink;
  readonly stderr?: ByteSink;
  /** Only of a terminal: the newest size, when it changes. */
  readonly resizes?: AsyncIterable<TerminalSize>;
}

/** A client with its streams open. */
export interface CommandStreams {
  readonly io: CommandIo;
  /** Aborts when the client goes away. */
  readonly gone: AbortSignal;
  /** Tells how it ended and closes everything; what was written before arrives first. */
  finish(end: CommandEnd): Promise<void>;
}

/** How a command ended: with a code, or not at all. */
export type CommandEnd = { readonly exitCode: number } | { readonly failure: string };

/** The Status that protocols of version 4 and up send as their last word (`v4.channel.k8s.io`). */
export function statusOf(end: CommandEnd): string {
  if ("failure" in end) {
    const message = `Internal error occurred: ${end.failure}`;
    const details = { causes: [{ message: end.failure }] };
    return JSON.stringify({
      metadata: {},
      status: "Failure",
      message,
      reason: "InternalError",
      details,
      code: 500,
    });
  }
  if (end.exitCode === 0) return JSON.stringify({ metadata: {}, status: "Success" });
  return JSON.stringify({
    metadata: {},
    status: "Failure",
    message: textOf(end),
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(end.exitCode) }] },
  });
}

/** The same for older protocols: text, or nothing for a good end. */
export function textOf(end: CommandEnd): string {
  if ("failure" in end) return end.failure;
  return end.exitCode === 0 ? "" : `command terminated with non-zero exit code: exit status ${end.exitCode}`;
}

/** Reads a Status as `statusOf` wrote it; text that is none is a failure. */
export function endOf(text: string): CommandEnd {
  if (text === "") return { exitCode: 0 };
  let status: unknown;
  try {
    status = JSON.parse(text);
  } catch {
    return { failure: text }; // An older protocol's plain word.
  }
  const {
    status: outcome,
    reason,
    message,
    details,
  } = (status ?? {}) as {
    readonly status?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly details?: {
      readonly causes?: readonly { readonly reason?: string; readonly message?: string }[];
    };
  };
  if (outcome === "Success") return { exitCode: 0 };
  const code = details?.causes?.find((cause) => cause.reason === "ExitCode")?.message;
  if (reason === "NonZeroExitCode" && code !== undefined) return { exitCode: Number(code) };
  // The cause is what the other side said, without the words of a Status around it.
  return { failure: details?.causes?.[0]?.message ?? message ?? text };
}

/** Sizes of a terminal, of which only the newest counts. */
export class SizeQueue implements AsyncIterable<TerminalSize> {
  #newest: TerminalSize | undefined;
  #ended = false;
  #wake: (() => void) | undefined;

  put(size: TerminalSize): void {
    this.#newest = size;
    this.#wake?.();
  }

  /** Takes the JSON that clients send: `{"Width":80,"Height":24}`. What is none is passed over. */
  putText(text: string): void {
    try {
      const { Width, Height } = JSON.parse(text) as { readonly Width?: unknown; readonly Height?: unknown };
      if (Number.isInteger(Width) && Number.isInteger(Height)) {
        this.put({ width: Number(Width), height: Number(Height) });
      }
    } catch {
      // No size: the terminal keeps the one that it has.
    }
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TerminalSize> {
    for (;;) {
      const size = this.#newest;
      this.#newest = undefined;
      if (size !== undefined) yield size;
      else if (this.#ended) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}
