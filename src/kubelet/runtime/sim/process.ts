/**
 * A simulated process: runs a command of the language in `shell.ts` in virtual time, takes signals as PID 1
 * of a container does, and reports its end once. Programs it does not know are servers: they run until
 * SIGTERM, then exit with 0, and while one runs the container listens on its ports.
 *
 * Programs: those that only print (date, ls ...), sleep, exit, true, false, echo, cat, touch, rm, test and
 * [, trap, wait, exec, sh (-c), and `tail /dev/zero`, which is killed for memory. A path below /nonexistent
 * cannot be started.
 */
import type { Clock } from "#base";
import { isAbort } from "#base";
import { expand, parseShell, type ShellNode } from "./shell.ts";

/** What the processes of one container share. */
export interface ProcessWorld {
  readonly clock: Clock;
  readonly files: Map<string, string>;
  readonly variables: ReadonlyMap<string, string>;
  /** Called with each line that a process prints. */
  print(line: string): void;
}

/** How a process ended; 128 + n after signal n. */
export interface ProcessEnd {
  readonly code: number;
  readonly outOfMemory: boolean;
}

/** Thrown inside the interpreter to unwind to its start. */
class Ending extends Error {
  readonly end: ProcessEnd;

  constructor(end: ProcessEnd) {
    super("ended");
    this.end = end;
  }
}

const shells = new Set(["sh", "/bin/sh", "ash", "/bin/ash", "bash", "/bin/bash"]);
/** Programs that say something and end; nobody reads what. */
const quick = new Set([
  "date",
  "env",
  "hostname",
  "id",
  "ls",
  "mkdir",
  "printenv",
  "ps",
  "pwd",
  "uname",
  "whoami",
]);
const memoryExhaustedMs = 200;
const loopPauseMs = 100;

/** False for a program that no image has. */
export function canStart(command: readonly string[]): boolean {
  return !(command[0] ?? "").startsWith("/nonexistent");
}

export class SimProcess {
  readonly #world: ProcessWorld;
  readonly #onEnd: (end: ProcessEnd) => void;
  readonly #abort = new AbortController();
  readonly #traps = new Map<string, ShellNode>();
  #interrupt: AbortController | undefined;
  #pending: string[] = [];
  #servers = 0;
  /** The main program is a server itself, not below a shell. */
  #bare = false;
  #ended = false;

  constructor(world: ProcessWorld, onEnd: (end: ProcessEnd) => void) {
    this.#world = world;
    this.#onEnd = onEnd;
  }

  /** True while a server runs in it. */
  get listening(): boolean {
    return !this.#ended && this.#servers > 0;
  }

  start(command: readonly string[]): void {
    if (isServer(command)) {
      this.#bare = true;
      this.#servers = 1;
      return;
    }
    void this.#main(command);
  }

  /** `SIGKILL` ends it; others reach a bare server, or a trap, or nobody. */
  signal(name: string): void {
    if (this.#ended) return;
    if (name === "SIGKILL") this.#finish({ code: 137, outOfMemory: false });
    else if (this.#bare) this.#finish({ code: 0, outOfMemory: false });
    else if (this.#traps.has(name.replace(/^SIG/, ""))) {
      this.#pending.push(name.replace(/^SIG/, ""));
      this.#interrupt?.abort();
    }
  }

  #finish(end: ProcessEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#abort.abort();
    this.#onEnd(end);
  }

  async #main(command: readonly string[]): Promise<void> {
    try {
      const code = await this.#program(command, undefined);
      this.#finish({ code, outOfMemory: false });
    } catch (error) {
      if (error instanceof Ending) this.#finish(error.end);
      else if (!isAbort(error)) throw error;
    }
  }

  async #run(node: ShellNode): Promise<number> {
    switch (node.kind) {
      case "run": {
        const words = node.words.map((word) => expand(word, this.#world.variables));
        const output = node.output === undefined ? undefined : expand(node.output, this.#world.variables);
        const code = await this.#program(words, output);
        await this.#runTraps();
        return code;
      }
      case "sequence": {
        let code = 0;
        for (const part of node.parts) code = await this.#run(part);
        return code;
      }
      case "and": {
        const code = await this.#run(node.left);
        return code === 0 ? this.#run(node.right) : code;
      }
      case "or": {
        const code = await this.#run(node.left);
        return code === 0 ? 0 : this.#run(node.right);
      }
      case "background":
        this.#run(node.body).catch((error: unknown) => {
          // The end of a background job is nobody's end: `wait` here only waits for signals.
          if (!(error instanceof Ending) && !isAbort(error)) throw error;
        });
        return 0;
      case "forever":
        for (;;) {
          await this.#run(node.body);
          // A loop of programs that take no time would otherwise hold virtual time for ever.
          await this.#sleep(loopPauseMs);
        }
    }
  }

  async #runTraps(): Promise<void> {
    for (let name = this.#pending.shift(); name !== undefined; name = this.#pending.shift()) {
      const trap = this.#traps.get(name);
      if (trap !== undefined) await this.#run(trap);
    }
  }

  async #program(words: readonly string[], output: string | undefined): Promise<number> {
    const [name = "", ...args] = words;
    const files = this.#world.files;
    switch (name) {
      case "sleep":
        await this.#sleep(seconds(args[0]) * 1000);
        return 0;
      case "exit":
        throw new Ending({ code: Number(args[0] ?? 0) & 255, outOfMemory: false });
      case "true":
      case ":":
        return 0;
      case "false":
        return 1;
      case "echo":
        this.#emit(args.join(" "), output);
        return 0;
      case "touch":
        for (const path of args) files.set(path, files.get(path) ?? "");
        return 0;
      case "rm":
        for (const path of args.filter((arg) => !arg.startsWith("-"))) files.delete(path);
        return 0;
      case "cat":
        return this.#cat(args, output);
      case "test":
      case "[":
        return test(
          args.filter((arg) => arg !== "]"),
          files,
        )
          ? 0
          : 1;
      case "trap":
        this.#trap(args);
        return 0;
      case "wait":
        await this.#waitForSignal();
        return 0;
      case "exec":
        this.#bare = isServer(args);
        return this.#program(args, output);
      case "tail":
        if (args.at(-1) !== "/dev/zero") return this.#serve();
        await this.#sleep(memoryExhaustedMs);
        throw new Ending({ code: 137, outOfMemory: true });
      default:
        if (quick.has(name)) return 0;
        return shells.has(name) ? this.#shell(args) : this.#serve();
    }
  }

  /**
   * A shell with a script of this language runs it; one with another script is a server; one without ends at
   * once.
   */
  async #shell(args: readonly string[]): Promise<number> {
    const script = args[args.findIndex((arg) => /^-[a-z]*c$/.test(arg)) + 1];
    if (args.length === 0 || script === undefined) return 0;
    const node = parseShell(script);
    return node === undefined ? this.#serve() : this.#run(node);
  }

  async #serve(): Promise<number> {
    this.#servers++;
    await this.#forever(this.#abort.signal);
    return 0;
  }

  #cat(args: readonly string[], output: string | undefined): number {
    let code = 0;
    for (const path of args) {
      const text = this.#world.files.get(path);
      if (text === undefined) {
        this.#world.print(`cat: can't open '${path}': No such file or directory`);
        code = 1;
      } else if (text !== "") this.#emit(text.replace(/\n$/, ""), output);
    }
    return code;
  }

  #emit(line: string, output: string | undefined): void {
    if (output === undefined) this.#world.print(line);
    else this.#world.files.set(output, `${line}\n`);
  }

  #trap(args: readonly string[]): void {
    const [script = "", ...signals] = args;
    const node = parseShell(script);
    for (const name of signals) if (node !== undefined) this.#traps.set(name.replace(/^SIG/, ""), node);
  }

  async #sleep(ms: number): Promise<void> {
    await this.#world.clock.sleep(ms, this.#abort.signal);
  }

  async #waitForSignal(): Promise<void> {
    if (this.#pending.length > 0) return;
    this.#interrupt = new AbortController();
    const either = AbortSignal.any([this.#abort.signal, this.#interrupt.signal]);
    await this.#forever(either).catch((error: unknown) => {
      if (this.#ended) throw error;
    });
    this.#interrupt = undefined;
  }

  #forever(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      const stop = (): void => reject(new DOMException("The process has ended", "AbortError"));
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    });
  }
}

const builtins = new Set("sleep exit true : false echo touch rm cat test [ trap wait exec tail".split(" "));

function isServer(command: readonly string[]): boolean {
  const name = command[0] ?? "";
  return !builtins.has(name) && !shells.has(name) && !quick.has(name);
}

function seconds(text: string | undefined): number {
  const value = Number.parseFloat(text ?? "0");
  if (text === "infinity" || text === "inf") return 365 * 24 * 3600;
  return Number.isFinite(value) ? value : 0;
}

function test(args: readonly string[], files: ReadonlyMap<string, string>): boolean {
  if (args[0] === "-f" || args[0] === "-e") return files.has(args[1] ?? "");
  if (args[0] === "!") return !test(args.slice(1), files);
  if (args[0] === "-n") return (args[1] ?? "") !== "";
  if (args[0] === "-z") return (args[1] ?? "") === "";
  if (args[1] === "=") return args[0] === args[2];
  if (args[1] === "!=") return args[0] !== args[2];
  return (args[0] ?? "") !== "";
}
