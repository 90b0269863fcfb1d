/**
 * Reads the log files that the runtime writes. A reader that follows goes on over rotation: when the file's name leads
 * to another file, the old one is read to its end first. It ends a moment after its container has.
 */
import { type FileHandle, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Env } from "#base";
import { DirectoryBell } from "../../directory-bell-node.ts";
import { RuntimeError } from "../errors.ts";
import type { ContainerStatus, RuntimeService } from "../runtime.ts";
import type { LogEntry, LogRange, LogSource } from "../streams.ts";
import { logBlockBytes, logFlushMs, logLookMs } from "./limits.ts";
import { LineCutter, TailFinder } from "./log-lines.ts";

/** What reading stands on. */
export interface LogFilesDeps {
  /** Tells whether a container still runs. */
  readonly runtime: Pick<RuntimeService, "containerStatus">;
}

export class LogFiles implements LogSource {
  readonly #env: Env;
  readonly #deps: LogFilesDeps;

  constructor(env: Env, deps: LogFilesDeps) {
    this.#env = env;
    this.#deps = deps;
  }

  async *read(
    { id, logPath }: ContainerStatus,
    { follow, tailLines }: LogRange,
    signal: AbortSignal,
  ): AsyncGenerator<readonly LogEntry[]> {
    let file = await opened(logPath);
    const bell = follow ? new DirectoryBell(this.#env, [dirname(logPath)]) : undefined;
    try {
      let at = tailLines === undefined ? 0 : await startOfTail(file, tailLines);
      let cutter = new LineCutter();
      for (let isLast = !follow; !signal.aborted; ) {
        const block = await blockAt(file, at);
        at += block.length;
        const entries = cutter.take(block);
        if (entries.length > 0) yield entries;
        if (block.length > 0) continue;
        const next = await replacement(file, logPath);
        if (next !== undefined) {
          // What was written between the last look and the rotation.
          for (let rest = await blockAt(file, at); rest.length > 0; rest = await blockAt(file, at)) {
            at += rest.length;
            yield cutter.take(rest);
          }
          await file.close();
          [file, at, cutter] = [next, 0, new LineCutter()];
        } else if (isLast) return;
        else isLast = await this.#waitForMore(id, bell, signal);
      }
    } finally {
      bell?.[Symbol.dispose]();
      await file.close();
    }
  }

  /** True when the container has ended: what is there then is all. */
  async #waitForMore(id: string, bell: DirectoryBell | undefined, signal: AbortSignal): Promise<boolean> {
    if ((await bell?.wait(logLookMs, signal)) === true || signal.aborted) return false;
    if (await this.#runs(id, signal)) return false;
    // The runtime tells of the end a little before it has written the last lines.
    await bell?.wait(logFlushMs, signal);
    return true;
  }

  /** A runtime that does not answer comes back, and its containers run on. */
  async #runs(id: string, signal: AbortSignal): Promise<boolean> {
    try {
      const { state } = await this.#deps.runtime.containerStatus(id, signal);
      return state === "CONTAINER_RUNNING";
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      return error.code !== "not-found";
    }
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (cause) {
    throw new RuntimeError("not-found", `cannot open log file "${path}"`, { cause });
  }
}

async function blockAt(file: FileHandle, position: number, size = logBlockBytes): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(size), 0, size, position);
  return buffer.subarray(0, bytesRead);
}

async function startOfTail(file: FileHandle, lines: number): Promise<number> {
  const finder = new TailFinder(lines);
  for (let end = (await file.stat()).size; end > 0; ) {
    const start = Math.max(0, end - logBlockBytes);
    const found = finder.take(await blockAt(file, start, end - start), start === 0);
    if (found !== undefined) return start + found;
    end = start;
  }
  return 0;
}

/** The file that has the name now, when it is another. */
async function replacement(file: FileHandle, path: string): Promise<FileHandle | undefined> {
  const [ours, now] = await Promise.all([file.stat(), stat(path).catch(() => undefined)]);
  if (now === undefined || now.ino === ours.ino) return undefined;
  return open(path, "r").catch(() => undefined); // Rotated again meanwhile: the next look finds it.
}
