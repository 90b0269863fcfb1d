/**
 * The simulated `Processes`: programs are scripts, by name, each run as a part of the host that spawned it.
 * A script that returns has exited with that code; one that throws, with 1. SIGKILL ends it where it
 * stands; other signals abort `terminated`, and end it unless it asked for that signal.
 */
import type { Env } from "../env.ts";
import { assert } from "../errors.ts";
import { maxUnreadMessages } from "../limits.ts";
import { MessageQueue } from "../message-queue.ts";
import {
  type ChildProcess,
  type Command,
  type Exit,
  ProcessError,
  type Processes,
  type ProcessSignal,
} from "../processes.ts";
import { SimEnv } from "./env.ts";
import type { SimKernel } from "./kernel.ts";

/** What a script has of the world. */
export interface ScriptContext {
  readonly env: Env;
  readonly command: Command;
  readonly input: AsyncIterable<Uint8Array>;
  /** Resolves when there is room for more. */
  write(text: string | Uint8Array): Promise<void>;
  writeError(text: string | Uint8Array): Promise<void>;
  /** Handles every signal but SIGKILL from now on; without it they end the process. */
  onSignal(handle: (signal: ProcessSignal) => void): void;
}

/** A program: resolves with the exit code. */
export type Script = (context: ScriptContext) => Promise<number>;

const firstProcessId = 1000;

/** The programs of a world, the same on every host. */
export class SimPrograms {
  readonly #kernel: SimKernel;
  readonly #scripts = new Map<string, Script>();
  #spawned = 0;

  constructor(kernel: SimKernel) {
    this.#kernel = kernel;
  }

  /** Installs a program; the last one of a name counts. */
  install(name: string, script: Script): void {
    this.#scripts.set(name, script);
  }

  /** Child processes of `env`: they die with it when it crashes. */
  of(env: Env): Processes {
    assert(env instanceof SimEnv, "Simulated processes belong to a simulated Env");
    return { spawn: (command, signal) => this.#spawn(env, command, signal) };
  }

  async #spawn(env: SimEnv, command: Command, signal: AbortSignal): Promise<ChildProcess> {
    signal.throwIfAborted();
    const script = this.#scripts.get(command.program);
    if (script === undefined)
      throw new ProcessError("notFound", `Cannot start "${command.program}": no such program`);
    await env.clock.yield();
    signal.throwIfAborted();
    const child = env.child(command.program);
    assert(child instanceof SimEnv, "A child of a simulated Env is simulated");
    return new SimProcess(this.#kernel, child, command, script, firstProcessId + this.#spawned++, signal);
  }
}

class SimProcess implements ChildProcess {
  readonly id: number;
  readonly exited: Promise<Exit>;
  readonly #kernel: SimKernel;
  readonly #env: SimEnv;
  readonly #program: string;
  readonly #input = new Pipe();
  readonly #output = new Pipe();
  readonly #errorOutput = new Pipe();
  readonly #exit = Promise.withResolvers<Exit>();
  #handle: ((signal: ProcessSignal) => void) | undefined;
  #over = false;

  constructor(
    kernel: SimKernel,
    env: SimEnv,
    command: Command,
    script: Script,
    id: number,
    signal: AbortSignal,
  ) {
    this.#kernel = kernel;
    this.#env = env;
    this.#program = command.program;
    this.id = id;
    this.exited = this.#exit.promise;
    const onAbort = () => this.kill("SIGKILL");
    signal.addEventListener("abort", onAbort, { once: true });
    void this.exited.then(() => signal.removeEventListener("abort", onAbort));
    const context: ScriptContext = {
      env,
      command,
      input: this.#input.chunks,
      write: (data) => this.#output.write(data),
      writeError: (data) => this.#errorOutput.write(data),
      onSignal: (handle) => {
        this.#handle = handle;
      },
    };
    env.clock.timer(0, () => void this.#run(script, context));
  }

  get output(): AsyncIterable<Uint8Array> {
    return this.#output.chunks;
  }

  get errorOutput(): AsyncIterable<Uint8Array> {
    return this.#errorOutput.chunks;
  }

  async write(data: Uint8Array): Promise<void> {
    if (this.#over || this.#input.chunks.ended) {
      throw new ProcessError("closed", `Cannot write to "${this.#program}": it reads no more`);
    }
    await this.#input.write(data);
  }

  closeInput(): void {
    this.#input.chunks.end();
  }

  kill(signal: ProcessSignal): void {
    if (this.#over) return;
    this.#kernel.digest.label(`${signal} ${this.#env.scope.path}`);
    if (signal !== "SIGKILL" && this.#handle !== undefined) {
      this.#handle(signal);
      return;
    }
    this.#kernel.faults.count("processKill");
    this.#env.scope.die();
    this.#end({ signal });
  }

  async #run(script: Script, context: ScriptContext): Promise<void> {
    let code = 1;
    try {
      code = await script(context);
    } catch (error) {
      await context.writeError(`${String(error)}\n`);
    }
    if (this.#over) return;
    this.#env.scope.die();
    this.#end({ code });
  }

  #end(exit: Exit): void {
    this.#over = true;
    for (const pipe of [this.#output, this.#errorOutput]) pipe.chunks.end();
    this.#input.chunks.discard();
    this.#input.release();
    this.#exit.resolve(exit);
  }
}

/** A bounded stream of bytes; a writer waits while its reader is behind. */
class Pipe {
  #room: PromiseWithResolvers<void> | undefined;
  readonly chunks = new MessageQueue<Uint8Array>(
    () => this.release(),
    () => this.release(),
  );

  write(data: string | Uint8Array): Promise<void> {
    this.chunks.push(Uint8Array.from(Buffer.from(data)));
    if (this.chunks.ended || this.chunks.size < maxUnreadMessages) return Promise.resolve();
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  release(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
