/**
 * What goes in and out of running containers: commands beside the main program, its own streams, its ports, and what it
 * has printed. A runtime that hands out URLs of a streaming server (CRI) fits behind `cri/cri-streams.ts`; the twin
 * has the streams themselves. Every method rejects with `RuntimeError`.
 */
import type { ByteChannel, CommandIo, CommandShape } from "#base/streams";
import type { ContainerStatus } from "./runtime.ts";

/** Streams into containers. Aborting `signal` ends them: the client has gone. */
export interface RuntimeStreams {
  /** Runs a command to its end; resolves with its exit code. */
  exec(
    containerId: string,
    command: readonly string[],
    shape: CommandShape,
    io: CommandIo,
    signal: AbortSignal,
  ): Promise<number>;
  /** Joins the main program from now on; resolves with its exit code when it ends. */
  attach(containerId: string, shape: CommandShape, io: CommandIo, signal: AbortSignal): Promise<number>;
  /** Connects to a port inside the pod and passes bytes until both directions have ended. */
  portForward(sandboxId: string, port: number, data: ByteChannel, signal: AbortSignal): Promise<void>;
}

/** One piece of what a container printed, as the CRI log format has it. */
export interface LogEntry {
  /** RFC 3339, to the nanosecond; a runtime may leave zeros at its end out. */
  readonly timestamp: string;
  readonly stream: "stdout" | "stderr";
  /** Without a line break of its own when `isPartial`: the line goes on in the next entry. */
  readonly text: Uint8Array;
  readonly isPartial: boolean;
}

/** Where to begin, and whether to stay. */
export interface LogRange {
  /** The last so many lines. Default: all. */
  readonly tailLines?: number;
  /** Goes on until the container has ended and all is read. */
  readonly follow: boolean;
}

/** What containers have printed. */
export interface LogSource {
  /** In order, what is there at once together; rejects with `not-found` when the log is gone. */
  read(container: ContainerStatus, range: LogRange, signal: AbortSignal): AsyncIterable<readonly LogEntry[]>;
}
