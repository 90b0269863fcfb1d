/**
 * The measured server in a process of its own, so that the load beside it costs it nothing: a cluster, or
 * a server of canned bytes. Measurements are asked for by message.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Target } from "./lean-connection.ts";
import type { Usage } from "./probe.ts";

/** What `serve.ts` is asked to be. */
export interface ServeOptions {
  readonly kind: "cluster" | "canned";
  readonly controllers: boolean;
  readonly scheduler: boolean;
  readonly virtualNodes: number;
  /** On disk, synced; else in memory. */
  readonly durable: boolean;
}

/** What `serve.ts` tells and is told. */
export type Message =
  | { readonly type: "serving"; readonly target: Target; readonly usage: Usage }
  | { readonly type: "usage"; readonly usage: Usage }
  | { readonly type: "begin" | "rest" | "end" | "collect" | "schedule" };

export interface Measured<T> {
  readonly value: T;
  readonly usage: Usage;
}

export class ServerProcess implements AsyncDisposable {
  /** What its start took. */
  readonly start: Usage;
  readonly target: Target;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ownsFolder: boolean;

  private constructor(
    child: ChildProcess,
    folder: string,
    ownsFolder: boolean,
    target: Target,
    start: Usage,
  ) {
    this.#child = child;
    this.#folder = folder;
    this.#ownsFolder = ownsFolder;
    this.target = target;
    this.start = start;
  }

  /** `folder`: state to continue; default: new, and gone with the process. */
  static async start(options: Partial<ServeOptions> = {}, folder?: string): Promise<ServerProcess> {
    const whole: ServeOptions = {
      kind: "cluster",
      controllers: false,
      scheduler: false,
      virtualNodes: 0,
      durable: true,
      ...options,
    };
    const data = folder ?? mkdtempSync(join(tmpdir(), "navarch-bench-"));
    const child = fork(join(import.meta.dirname, "serve.ts"), [data, JSON.stringify(whole)], {
      // As bin/navarch starts a cluster.
      env: {
        NODE_COMPILE_CACHE: join(tmpdir(), "navarch-bench-code"),
        MALLOC_MMAP_THRESHOLD_: "131072",
        MALLOC_ARENA_MAX: "1",
        ...process.env,
      },
      execArgv: [
        "--expose-gc",
        "--max-semi-space-size=16",
        ...(process.env["BENCH_NODE_FLAGS"]?.split(" ") ?? []),
      ],
    });
    const message = await told(child, "serving");
    if (message.type !== "serving") throw new Error("The server did not say where it serves");
    return new ServerProcess(child, data, folder === undefined, message.target, message.usage);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Runs `body` and tells what the server paid meanwhile. At rest the loop's delay is not looked at: that costs 1.5 % of a core. */
  async measure<T>(body: () => Promise<T>, type: "begin" | "rest" = "begin"): Promise<Measured<T>> {
    this.#child.send({ type } satisfies Message);
    await told(this.#child, "usage");
    const value = await body();
    return { value, usage: await this.#ask("end") };
  }

  /** Starts the scheduler of a cluster that has none. */
  startScheduler(): void {
    this.#child.send({ type: "schedule" } satisfies Message);
  }

  /** Collects garbage, then tells. */
  settle(): Promise<Usage> {
    return this.#ask("collect");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    if (this.#child.exitCode === null) {
      this.#child.disconnect();
      await gone;
    }
    if (this.#ownsFolder) rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ask(type: "end" | "collect"): Promise<Usage> {
    this.#child.send({ type } satisfies Message);
    const message = await told(this.#child, "usage");
    if (message.type !== "usage") throw new Error("The server did not answer");
    return message.usage;
  }
}

function told(child: ChildProcess, type: Message["type"]): Promise<Message> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null): void => reject(new Error(`The server ended with code ${code}`));
    const heard = (message: Message): void => {
      if (message.type !== type) return;
      child.off("message", heard).off("exit", failed);
      resolve(message);
    };
    child.on("message", heard).once("exit", failed);
  });
}
