/** The real `Processes`: `node:child_process`, each child in a session of its own. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import {
  type ChildProcess,
  type Command,
  type Exit,
  ProcessError,
  type Processes,
  type ProcessSignal,
} from "../processes.ts";

type NodeChild = ChildProcessByStdio<Writable, Readable, Readable>;

export class SystemProcesses implements Processes {
  spawn(command: Command, signal: AbortSignal): Promise<ChildProcess> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const child = spawn(command.program, [...command.arguments], {
        env: { ...command.environment },
        cwd: command.directory,
        detached: true,
        stdio: ["pipe", "pipe", "pipe"],
      });
      child.once("error", (cause: NodeJS.ErrnoException) => {
        const code = cause.code === "ENOENT" ? "notFound" : "failed";
        reject(new ProcessError(code, `Cannot start "${command.program}"`, { cause }));
      });
      child.once("spawn", () => resolve(new SystemProcess(command.program, child, signal)));
    });
  }
}

class SystemProcess implements ChildProcess {
  readonly output: AsyncIterable<Uint8Array>;
  readonly errorOutput: AsyncIterable<Uint8Array>;
  readonly exited: Promise<Exit>;
  readonly #program: string;
  readonly #child: NodeChild;

  constructor(program: string, child: NodeChild, signal: AbortSignal) {
    this.#program = program;
    this.#child = child;
    this.output = child.stdout;
    this.errorOutput = child.stderr;
    child.stdin.on("error", () => {}); // Each write reports its own.
    const onAbort = () => this.kill("SIGKILL");
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, endSignal) => {
        signal.removeEventListener("abort", onAbort);
        resolve(code === null ? { signal: endSignal ?? "SIGKILL" } : { code });
      });
    });
  }

  get id(): number {
    return this.#child.pid ?? 0;
  }

  write(data: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#child.stdin.write(data, (cause) => {
        if (cause === null || cause === undefined) resolve();
        else
          reject(
            new ProcessError("closed", `Cannot write to "${this.#program}": it reads no more`, { cause }),
          );
      });
    });
  }

  closeInput(): void {
    this.#child.stdin.end();
  }

  kill(signal: ProcessSignal): void {
    this.#child.kill(signal);
  }
}
