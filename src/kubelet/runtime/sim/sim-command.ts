/**
 * A command beside a container's main program: on the same files, with streams of its own and perhaps a terminal. It
 * ends with the container at the latest.
 */
import type { CommandIo } from "#base/streams";
import { SimProcess } from "./process.ts";
import type { ProcessWorld } from "./process-world.ts";
import { SimTerminal } from "./sim-io.ts";

/** The part of a process's world that is its own. */
export type ProcessStreams = Pick<ProcessWorld, "stdin" | "stdout" | "stderr" | "terminal">;

/** The container that a command runs in. */
export interface CommandPlace {
  readonly ended: Promise<void>;
  world(streams: ProcessStreams): ProcessWorld;
}

/** Undefined when it was cut short by the signal or the container's end. */
export async function runCommand(
  place: CommandPlace,
  command: readonly string[],
  io: CommandIo,
  signal: AbortSignal,
  tty = false,
): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const terminal = tty ? new SimTerminal(io.stdout, () => program.signal("SIGKILL")) : undefined;
  const stdin = io.stdin === undefined ? undefined : (terminal?.input(io.stdin) ?? io.stdin);
  const streams = {
    ...(stdin === undefined ? {} : { stdin }),
    ...(terminal === undefined ? {} : { terminal }),
    stdout: async (bytes: Uint8Array) => (terminal ?? io.stdout)?.write(bytes),
    stderr: async (bytes: Uint8Array) => (terminal ?? io.stderr)?.write(bytes),
  };
  const program = new SimProcess(place.world(streams), (end) => resolve(end.code));
  if (terminal !== undefined && io.resizes !== undefined) await follow(terminal, io.resizes);
  const stop = (): void => {
    resolve(undefined);
    program.signal("SIGKILL");
  };
  signal.addEventListener("abort", stop, { once: true });
  void place.ended.then(stop);
  program.start(command);
  // A program that the language does not know answers at once and well, so that probes pass, and says so.
  if (program.listening) {
    await streams.stderr(Buffer.from(`${command[0]}: not run, since this node is virtual\n`));
    program.signal("SIGTERM");
  }
  const code = await promise;
  signal.removeEventListener("abort", stop);
  return code;
}

/** The first size is known before the program starts, when the client sends one at once. */
async function follow(terminal: SimTerminal, resizes: NonNullable<CommandIo["resizes"]>): Promise<void> {
  const sizes = resizes[Symbol.asyncIterator]();
  const first = await sizes.next();
  if (first.done === true) return;
  terminal.size = first.value;
  void (async () => {
    for (let next = await sizes.next(); next.done !== true; next = await sizes.next())
      terminal.size = next.value;
  })();
}

/** Keeps what is written, up to its bound. */
export class Collector {
  readonly #maxBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#size < this.#maxBytes) this.#chunks.push(bytes);
    this.#size += bytes.length;
  }

  end(): void {}
}
