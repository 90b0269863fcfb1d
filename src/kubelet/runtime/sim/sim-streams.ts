/** Streams into simulated containers, and what they have printed. */
import type { ByteChannel, CommandIo, CommandShape } from "#base/streams";
import { RuntimeError } from "../errors.ts";
import type { ContainerStatus } from "../runtime.ts";
import type { LogEntry, LogRange, LogSource, RuntimeStreams } from "../streams.ts";
import type { SimContainer } from "./sim-container.ts";
import type { SimRuntime } from "./sim-runtime.ts";

export class SimStreams implements RuntimeStreams, LogSource {
  readonly #runtime: SimRuntime;

  constructor(deps: { readonly runtime: SimRuntime }) {
    this.#runtime = deps.runtime;
  }

  async exec(
    containerId: string,
    command: readonly string[],
    shape: CommandShape,
    io: CommandIo,
    signal: AbortSignal,
  ): Promise<number> {
    return this.#container(containerId).run(command, shape, io, signal);
  }

  async attach(
    containerId: string,
    _shape: CommandShape,
    io: CommandIo,
    signal: AbortSignal,
  ): Promise<number> {
    return this.#container(containerId).attach(io, signal);
  }

  async portForward(sandboxId: string, port: number, data: ByteChannel, signal: AbortSignal): Promise<void> {
    const stop = (): void => data.destroy();
    signal.addEventListener("abort", stop, { once: true });
    try {
      for (const container of this.#runtime.containersOf(sandboxId)) {
        const served = container.accept(port, data);
        if (served !== undefined) return await served;
      }
    } finally {
      signal.removeEventListener("abort", stop);
    }
    const detail = `dial tcp4 127.0.0.1:${port}: connect: connection refused`;
    const what = `failed to connect to localhost:${port} inside namespace "${sandboxId}"`;
    throw new RuntimeError("failed", `${what}: ${detail}`);
  }

  read(container: ContainerStatus, range: LogRange, signal: AbortSignal): AsyncIterable<readonly LogEntry[]> {
    return this.#container(container.id).log.read(range, signal);
  }

  #container(id: string): SimContainer {
    const container = this.#runtime.container(id);
    if (container !== undefined) return container;
    throw new RuntimeError("not-found", `an error occurred when try to find container "${id}": not found`);
  }
}
