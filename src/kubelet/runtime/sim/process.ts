/**
 * A simulated process: runs a command of the language in `shell.ts` in virtual time, takes signals as PID 1
 * of a container does, and reports its end once. Programs it does not know are servers: they run until
 * SIGTERM, then exit with 0, and while one runs the container listens on its ports and answers HTTP.
 *
 * Programs: those that only print (date, ls ...), sleep, exit, true, false, echo, seq, cat, touch, rm, test
 * and [, trap, wait, exec, sh (with -c, or line by line from its input), tar, stty size, `nc -p PORT`, which
 * echoes, and `tail /dev/zero`, which is killed for memory. A path below /nonexistent cannot be started.
 */
import type { Clock } from "#base";
import { isAbort } from "#base";
import { type ByteChannel, pour, StreamError, type TerminalSize } from "#base/streams";
import { type ProgramIo, redirect } from "./redirection.ts";
import { type Command, expand, parseShell, type ShellNode } from "./shell.ts";
import { SimInput } from "./sim-io.ts";
import { pack, unpack } from "./tar-program.ts";

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

/** What listens inside a process: on one port, or on all of a server that the language does not know. */
interface Listener {
  readonly port: number | undefined;
  serve(connection: ByteChannel): Promise<void>;
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
/** Programs that say something and end, and what they say. */
const quick: Readonly<Record<string, (world: ProcessWorld) => string>> = {
  date: ({ clock }) => `${new Date(clock.now()).toISOString()}\n`,
  env: ({ variables }) => [...variables].map(([name, value]) => `${name}=${value}\n`).join(""),
  hostname: ({ hostname }) => `${hostname}\n`,
  id: () => "uid=0(root) gid=0(root)\n",
  ls: ({ files }) => [...files.keys()].map((path) => `${path}\n`).join(""),
  mkdir: () => "",
  printenv: ({ variables }) => [...variables].map(([name, value]) => `${name}=${value}\n`).join(""),
  ps: () => "PID   USER     COMMAND\n    1 root     main\n",
  pwd: () => "/\n",
  uname: () => "Linux\n",
  whoami: () => "root\n",
};
const memoryExhaustedMs = 200;
const loopPauseMs = 100;
const brokenPipe = 141;
/** What one program may collect from its input, and one sequence print. */
const maxInputBytes = 64 * 1024 * 1024;
const maxSequence = 100_000;

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
      this.#listeners.push(this.#webServer());
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
        await emit(io, args[0] === "-n" ? args.slice(1).join(" ") : `${args.join(" ")}\n`);
        return 0;
      case "seq":
        for (let i = 1; i <= Math.min(Number(args[0]), maxSequence); i++) await emit(io, `${i}\n`);
        return 0;
      case "stty":
        return this.#terminalSize(io);
      case "tar":
        return this.#tar(args, io);
      case "nc":
        return this.#echoServer(Number(args[args.indexOf("-p") + 1]));
      case "touch":
        for (const path of args) files.set(path, files.get(path) ?? new Uint8Array());
        return 0;
      case "rm":
        for (const path of args.filter((arg) => !arg.startsWith("-"))) files.delete(path);
        return 0;
      case "cat":
        return this.#cat(args, io);
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
        if (args.length === 0) return 0;
        this.#bare = isServer(args);
        return this.#program(args, io);
      case "tail":
        if (args.at(-1) !== "/dev/zero") return this.#serve(this.#webServer());
        await this.#sleep(memoryExhaustedMs);
        throw new Ending({ code: 137, outOfMemory: true });
      default:
        if (Object.hasOwn(quick, name)) {
          await emit(io, quick[name]?.(this.#world) ?? "");
          return 0;
        }
        return shells.has(name) ? this.#shell(args, io) : this.#serve(this.#webServer());
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
    return this.#serve(this.#webServer());
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

  #echoServer(port: number): Promise<number> {
    return this.#serve({ port, serve: (connection) => pour(connection.input, connection) });
  }

  /** Answers any request with the container's name. */
  #webServer(): Listener {
    const serve = async (connection: ByteChannel): Promise<void> => {
      let request = "";
      for await (const chunk of connection.input) {
        request = `${request}${Buffer.from(chunk).toString("latin1")}`.slice(-8192);
        if (request.includes("\r\n\r\n")) break;
      }
      const body = `${this.#world.hostname}\n`;
      const head = `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}`;
      await connection.write(Buffer.from(`${head}\r\nconnection: close\r\n\r\n${body}`));
      connection.end();
    };
    return { port: undefined, serve };
  }

  async #cat(args: readonly string[], io: ProgramIo): Promise<number> {
    if (args.length === 0) return this.#catInput(io);
    let code = 0;
    for (const path of args) {
      const bytes = this.#world.files.get(path);
      if (bytes === undefined) {
        await complain(io, `cat: can't open '${path}': No such file or directory`);
        code = 1;
      } else await emit(io, bytes);
    }
    return code;
  }

  async #catInput(io: ProgramIo): Promise<number> {
    const { input } = io;
    for (let chunk = await input?.chunk(); chunk !== undefined; chunk = await input?.chunk())
      await emit(io, chunk);
    return 0;
  }

  async #wholeInput({ input }: ProgramIo): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for (let chunk = await input?.chunk(); chunk !== undefined; chunk = await input?.chunk()) {
      size += chunk.length;
      if (size > maxInputBytes) throw new Ending({ code: 1, outOfMemory: false });
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  /** `tar cf - PATH` and `tar -xmf - -C DIRECTORY`. */
  async #tar(args: readonly string[], io: ProgramIo): Promise<number> {
    const files = this.#world.files;
    const directory = args.includes("-C") ? (args[args.indexOf("-C") + 1] ?? "/") : "/";
    if (/^-?[a-z]*x/.test(args[0] ?? "")) {
      for (const [path, data] of unpack(await this.#wholeInput(io), directory)) files.set(path, data);
      return 0;
    }
    const path = args.at(-1) ?? "";
    const archive = pack(files, directory, path);
    if (archive !== undefined) await emit(io, archive);
    else await complain(io, `tar: ${path}: Cannot stat: No such file or directory`);
    return archive === undefined ? 2 : 0;
  }

  async #terminalSize(io: ProgramIo): Promise<number> {
    const size = this.#world.terminal?.size;
    if (size === undefined) {
      await complain(io, "stty: standard input: Not a tty");
      return 1;
    }
    await emit(io, `${size.height} ${size.width}\n`);
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

const builtins = new Set(
  "sleep exit true : false echo seq stty tar nc touch rm cat test [ trap wait exec tail".split(" "),
);

function isServer(command: readonly string[]): boolean {
  const name = command[0] ?? "";
  return !builtins.has(name) && !shells.has(name) && !Object.hasOwn(quick, name);
}

async function emit(io: ProgramIo, what: string | Uint8Array): Promise<void> {
  if (what.length > 0) await io.stdout(Buffer.from(what));
}

async function complain(io: ProgramIo, line: string): Promise<void> {
  await io.stderr(Buffer.from(`${line}\n`));
}

const suffixes: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 24 * 3600 };

/** `1.5`, `2m`, `1d`, `infinity`. */
function seconds(text = "0"): number {
  const value = Number.parseFloat(text);
  if (text === "infinity" || text === "inf") return 365 * 24 * 3600;
  return Number.isFinite(value) ? value * (suffixes[text.slice(-1)] ?? 1) : 0;
}

function test(args: readonly string[], files: ReadonlyMap<string, unknown>): boolean {
  if (args[0] === "-f" || args[0] === "-e") return files.has(args[1] ?? "");
  if (args[0] === "-d") return isDirectory(args[1] ?? "", files);
  if (args[0] === "!") return !test(args.slice(1), files);
  if (args[0] === "-n") return (args[1] ?? "") !== "";
  if (args[0] === "-z") return (args[1] ?? "") === "";
  if (args[1] === "=") return args[0] === args[2];
  if (args[1] === "!=") return args[0] !== args[2];
  return (args[0] ?? "") !== "";
}

/** Directories are there while a file is in them, and `/` and `/tmp` always. */
function isDirectory(path: string, files: ReadonlyMap<string, unknown>): boolean {
  const below = `${path.replace(/\/+$/, "")}/`;
  return ["/", "/tmp/"].includes(below) || [...files.keys()].some((file) => file.startsWith(below));
}
