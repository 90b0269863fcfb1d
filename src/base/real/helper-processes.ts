/**
 * `Processes` by a helper: a small process that was started first and forks in our place, since a process
 * forks the slower the more memory it has, and stands still meanwhile. Its children are ours in every other
 * way. Should the helper die, nobody could hear of its children's ends: they are killed, and reported so, and
 * the next program starts another helper.
 *
 *   spawn --start--> helper --fork--> child        child --output--> helper --frames--> reader
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Env } from "../env.ts";
import { type ChildProcess, type Command, ProcessError, type Processes } from "../processes.ts";
import { HelperChild } from "./helper-child.ts";
import { encodeData, FrameReader } from "./helper-frames.ts";

/** One that is used up in little memory. */
const nodeOptions = ["--max-old-space-size=32", "--max-semi-space-size=1", "--v8-pool-size=1"];

interface Helper {
  readonly process: ChildProcessByStdio<Writable, Readable, null>;
  readonly ended: Promise<void>;
}

/** `start` it before the process grows; dispose ends the helper, and what it started runs on. */
export class HelperProcesses implements Processes, AsyncDisposable {
  readonly #env: Pick<Env, "log">;
  readonly #children = new Map<number, HelperChild>();
  #helper: Helper | undefined;
  #count = 0;
  #disposed = false;

  constructor(env: Pick<Env, "log">) {
    this.#env = env;
  }

  /** Of the helper that runs now; undefined when none does. */
  get helperId(): number | undefined {
    return this.#helper?.process.pid;
  }

  /** Starts the helper; programs may be asked for at once. */
  start(): void {
    this.#running();
  }

  async spawn(command: Command, signal: AbortSignal): Promise<ChildProcess> {
    signal.throwIfAborted();
    if (this.#disposed)
      throw new ProcessError("failed", `Cannot start "${command.program}": we are stopping`);
    const { stdin } = this.#running().process;
    this.#count += 1;
    const id = this.#count;
    const child = new HelperChild(id, command.program, signal, {
      send: (frame) => stdin.write(frame),
      done: () => this.#children.delete(id),
    });
    this.#children.set(id, child);
    stdin.write(encodeData("start", id, command));
    await child.started;
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    const helper = this.#helper;
    if (helper === undefined) return;
    helper.process.stdin.end();
    await helper.ended;
  }

  #running(): Helper {
    this.#helper ??= this.#launch();
    return this.#helper;
  }

  #launch(): Helper {
    const program = fileURLToPath(new URL("./helper-main.ts", import.meta.url));
    const child = spawn(process.execPath, [...nodeOptions, program], {
      env: {},
      detached: true,
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdin.on("error", () => {}); // Its end is heard below.
    const reader = new FrameReader();
    child.stdout.on("data", (bytes: Buffer) => {
      for (const frame of reader.push(bytes)) this.#children.get(frame.child)?.on(frame);
    });
    const ended = new Promise<void>((resolve) => {
      const end = (why: string): void => {
        this.#lost(why);
        resolve();
      };
      child.once("error", ({ message }) => end(message));
      child.once("close", (code, signal) => end(`it ended with ${code ?? signal}`));
    });
    return { process: child, ended };
  }

  #lost(why: string): void {
    this.#helper = undefined;
    const orphans = [...this.#children.values()];
    this.#children.clear();
    if (this.#disposed) return;
    const fields = { why, programs: orphans.length };
    this.#env.log.warn("The helper that starts programs is gone, and what it ran is killed", fields);
    for (const one of orphans) one.lost(why);
  }
}
