/**
 * A simulated process: runs a command of the language in `shell.ts` in virtual time, takes signals as PID 1
 * of a container does, and reports its end once. Programs it does not know are servers: they run until
 * SIGTERM, then exit with 0, and while one runs the container listens on its ports and answers HTTP.
 *
 * Programs: those of `programs.ts`, sleep, exit, trap, wait, exec, sh (with -c, or line by line from its input),
 * `nc -p PORT`, which echoes, and `tail /dev/zero`, which is killed for memory. A path below /nonexistent cannot be
 * started.
 */
import { isAbort } from "#base";
import { type ByteChannel, StreamError } from "#base/streams";
import { echoServer, type Listener, webServer } from "./listener.ts";
import { Ending, type ProcessEnd, type ProcessWorld } from "./process-world.ts";
import { complain, emit, programs } from "./programs.ts";
import { type ProgramIo, redirect } from "./redirection.ts";
import { type Command, expand, parseShell, type ShellNode } from "./shell.ts";
import { SimInput } from "./sim-io.ts";

/** What `SimProcess` runs itself. */
const builtins = new Set(["sleep", "exit", "nc", "trap", "wait", "exec", "tail"]);
const shells = new Set(["sh", "/bin/sh", "ash", "/bin/ash", "bash", "/bin/bash"]);
const memoryExhaustedMs = 200;
const loopPauseMs = 100;
const brokenPipe = 141;
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
  readonly #listeners: Listener[] = [];
  readonly #io: ProgramIo;
  /** The main program is a server itself, not below a shell. */
  #bare = false;
  #ended = false;

  constructor(world: ProcessWorld, onEnd: (end: ProcessEnd) => void) {
    this.#world = world;
    this.#onEnd = onEnd;
    this.#io = {
      input: world.stdin === undefined ? undefined : new SimInput(world.stdin),
      stdout: (bytes) => world.stdout(bytes),
      stderr: (bytes) => world.stderr(bytes),
    };
  }

  /** True while a server runs in it. */
  get listening(): boolean {
    return !this.#ended && this.#listeners.length > 0;
  }

  /** Takes a connection to one of its ports, to its end; undefined when nothing listens there. */
  accept(port: number, connection: ByteChannel): Promise<void> | undefined {
    if (this.#ended) return undefined;
    return this.#listeners.find((one) => (one.port ?? port) === port)?.serve(connection);
  }

  start(command: readonly string[]): void {
    if (isServer(command)) {
      this.#bare = true;
      this.#listeners.push(webServer(this.#world.hostname));
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
      const code = await this.#program(command, this.#io);
      this.#finish({ code, outOfMemory: false });
    } catch (error) {
      if (error instanceof Ending) this.#finish(error.end);
      else if (error instanceof StreamError) this.#finish({ code: brokenPipe, outOfMemory: false });
      else if (!isAbort(error)) throw error;
    }
  }

  async #run(node: ShellNode, io: ProgramIo): Promise<number> {
    switch (node.kind) {
      case "run":
        return this.#command(node, io);
      case "sequence": {
        let code = 0;
        for (const part of node.parts) code = await this.#run(part, io);
        return code;
      }
      case "and": {
        const code = await this.#run(node.left, io);
        return code === 0 ? this.#run(node.right, io) : code;
      }
      case "or": {
        const code = await this.#run(node.left, io);
        return code === 0 ? 0 : this.#run(node.right, io);
      }
      case "background":
        this.#run(node.body, io).catch((error: unknown) => {
          // The end of a background job is nobody's end: `wait` here only waits for signals.
          if (!(error instanceof Ending) && !(error instanceof StreamError) && !isAbort(error)) throw error;
        });
        return 0;
      case "forever":
        for (;;) {
          await this.#run(node.body, io);
          // A loop of programs that take no time would otherwise hold virtual time for ever.
          await this.#sleep(loopPauseMs);
        }
    }
  }

  async #command({ words, redirections }: Command, outer: ProgramIo): Promise<number> {
    const { variables, files } = this.#world;
    let io = outer;
    for (const { target, ...how } of redirections) {
      const path = expand(target, variables);
      const next = redirect(io, how, path, files);
      if (next === undefined) {
        await complain(io, `sh: can't open ${path}: no such file`);
        return 1;
      }
      io = next;
    }
    const program = words.map((word) => expand(word, variables));
    const code = program.length === 0 ? 0 : await this.#program(program, io);
    await this.#runTraps();
    return code;
  }

  async #runTraps(): Promise<void> {
    for (let name = this.#pending.shift(); name !== undefined; name = this.#pending.shift()) {
      const trap = this.#traps.get(name);
      if (trap !== undefined) await this.#run(trap, this.#io);
    }
  }

  async #program(words: readonly string[], io: ProgramIo): Promise<number> {
    const [name = "", ...args] = words;
    const { hostname } = this.#world;
    switch (name) {
      case "sleep":
        await this.#sleep(seconds(args[0]) * 1000);
        return 0;
      case "exit":
        throw new Ending({ code: Number(args[0] ?? 0) & 255, outOfMemory: false });
      case "nc":
        return this.#serve(echoServer(Number(args[args.indexOf("-p") + 1])));
      case "trap":
        this.#trap(args);
        return 0;
      case "wait":
        await this.#waitForSignal();
        return 0;
      case "exec":
        if (args.length === 0) return 0;
        this.#bare = isServer(args);
        return this.#program(args, io);
      case "tail":
        if (args.at(-1) !== "/dev/zero") return this.#serve(webServer(hostname));
        await this.#sleep(memoryExhaustedMs);
        throw new Ending({ code: 137, outOfMemory: true });
      default:
        if (Object.hasOwn(programs, name)) return programs[name]?.(args, io, this.#world) ?? 0;
        return shells.has(name) ? this.#shell(args, io) : this.#serve(webServer(hostname));
    }
  }

  /**
   * A shell with a script of this language runs it; one with another script is a server; one without reads
   * commands from its input, line by line.
   */
  async #shell(args: readonly string[], io: ProgramIo): Promise<number> {
    const script = args[args.findIndex((arg) => /^-[a-z]*c$/.test(arg)) + 1];
    if (args.length === 0 || script === undefined || script.startsWith("-")) return this.#interactive(io);
    const node = parseShell(script);
    if (node !== undefined) return this.#run(node, io);
    this.#bare = true;
    return this.#serve(webServer(this.#world.hostname));
  }

  async #interactive(io: ProgramIo): Promise<number> {
    const { input } = io;
    const prompt = async (): Promise<void> => {
      if (this.#world.terminal !== undefined) await emit(io, "/ # ");
    };
    let code = 0;
    await prompt();
    for (let line = await input?.line(); line !== undefined; line = await input?.line()) {
      const node = parseShell(line);
      if (node === undefined) await complain(io, `sh: syntax error: ${line}`);
      code = node === undefined ? 2 : await this.#run(node, io);
      await prompt();
    }
    return code;
  }

  async #serve(listener: Listener): Promise<number> {
    this.#listeners.push(listener);
    await this.#forever(this.#abort.signal);
    return 0;
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

function isServer([name = ""]: readonly string[]): boolean {
  return !builtins.has(name) && !shells.has(name) && !Object.hasOwn(programs, name);
}

const suffixes: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 24 * 3600 };

/** `1.5`, `2m`, `1d`, `infinity`. */
function seconds(text = "0"): number {
  const value = Number.parseFloat(text);
  if (text === "infinity" || text === "inf") return 365 * 24 * 3600;
  return Number.isFinite(value) ? value * (suffixes[text.slice(-1)] ?? 1) : 0;
}
