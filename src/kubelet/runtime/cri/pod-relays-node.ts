/**
 * Connections to ports of pods, by whoever listens inside: on the pod's loopback too, and each half closed on its own,
 * which the streaming servers of runtimes cannot do. No thread of ours can enter the network of a pod, so a small
 * program does (`port-relay-node.ts`): one for each network that has connections, and a little longer.
 *
 *   port-forward -- unix socket --> relay, in the pod's network -- loopback --> server
 */
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ChildProcess, type Command, type Env, type Processes, type Timer } from "#base";
import { type ByteChannel, socketChannel } from "#base/streams";
import { RuntimeError } from "../errors.ts";
import { relayLingerMs } from "./limits.ts";

/** How relays are started. */
export interface PodRelaysOptions {
  /** Short, since sockets are in it. */
  readonly directory: string;
  readonly searchPath: string;
}

/** One that is used up in little memory. */
const nodeOptions = ["--max-old-space-size=32", "--max-semi-space-size=1", "--v8-pool-size=1"];

/** Dispose ends the relays that still linger. */
export class PodRelays implements AsyncDisposable {
  readonly #env: Env;
  readonly #processes: Processes;
  readonly #options: PodRelaysOptions;
  /** By network. */
  readonly #relays = new Map<string, Relay>();
  #count = 0;

  constructor(env: Env, deps: { readonly processes: Processes }, options: PodRelaysOptions) {
    this.#env = env;
    this.#processes = deps.processes;
    this.#options = options;
  }

  /**
   * Connects to a port in a network namespace (`/run/netns/x`). Rejects with `failed` when nobody listens, and with a
   * `ProcessError` when no relay can be started. The channel is to be destroyed when it is not needed any more.
   */
  async dial(network: string, port: number, signal: AbortSignal): Promise<ByteChannel> {
    const relay = this.#relay(network);
    const release = relay.use();
    try {
      const channel = await relay.connect(port, signal);
      const destroy = (): void => {
        channel.destroy();
        release();
      };
      return { ...channel, destroy };
    } catch (error) {
      release();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#relays.values()].map((one) => one[Symbol.asyncDispose]()));
  }

  #relay(network: string): Relay {
    const known = this.#relays.get(network);
    if (known !== undefined) return known;
    this.#count += 1;
    const socket = join(this.#options.directory, `relay-${this.#count}.sock`);
    const own = { network, socket, searchPath: this.#options.searchPath };
    const relay = new Relay(this.#env, this.#processes, own, () => {
      if (this.#relays.get(network) === relay) this.#relays.delete(network);
    });
    this.#relays.set(network, relay);
    return relay;
  }
}

interface RelayOptions {
  readonly network: string;
  readonly socket: string;
  readonly searchPath: string;
}

/** One program in one network. */
class Relay implements AsyncDisposable {
  readonly #env: Env;
  readonly #options: RelayOptions;
  readonly #onEnd: () => void;
  readonly #child: Promise<ChildProcess>;
  #users = 0;
  #connections = 0;
  #linger: Timer | undefined;

  constructor(env: Env, processes: Processes, options: RelayOptions, onEnd: () => void) {
    this.#env = env;
    this.#options = options;
    this.#onEnd = onEnd;
    this.#child = this.#start(processes);
    this.#child.catch(() => onEnd());
  }

  /** Keeps it running until the answer is called. */
  use(): () => void {
    this.#linger?.cancel();
    this.#users += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#users -= 1;
      if (this.#users > 0) return;
      this.#linger = this.#env.clock.timer(relayLingerMs, () => void this[Symbol.asyncDispose]()).unref();
    };
  }

  async connect(port: number, signal: AbortSignal): Promise<ByteChannel> {
    const child = await this.#child;
    signal.throwIfAborted();
    this.#connections += 1;
    const head = Buffer.alloc(6);
    head.writeUInt32BE(this.#connections, 0);
    head.writeUInt16BE(port, 4);
    const socket = connect({ path: this.#options.socket, allowHalfOpen: true });
    const stop = (): void => void socket.destroy();
    signal.addEventListener("abort", stop, { once: true });
    try {
      await once(socket, "connect");
      socket.write(head);
      // The end of one direction is not that of the other.
      const chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
      const first = await chunks.next();
      if (first.done === true || first.value[0] !== 0) throw await refusal(first, chunks);
      const rest = first.value.subarray(1);
      const channel = socketChannel(socket);
      const destroy = (): void => {
        channel.destroy();
        // A closed socket looks like the end of one direction to the relay.
        child.write(head.subarray(0, 4)).catch(() => undefined);
      };
      return { ...channel, input: following(rest, chunks), destroy };
    } catch (error) {
      socket.destroy();
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#linger?.cancel();
    this.#onEnd();
    try {
      const child = await this.#child;
      child.closeInput();
      await child.exited;
    } catch {
      // It never started.
    }
    await rm(this.#options.socket, { force: true });
  }

  /** Resolves when it listens. */
  async #start(processes: Processes): Promise<ChildProcess> {
    const { network, socket, searchPath } = this.#options;
    await rm(socket, { force: true });
    const program = fileURLToPath(new URL("./port-relay-node.ts", import.meta.url));
    const command: Command = {
      program: "nsenter",
      arguments: [`--net=${network}`, "--", process.execPath, ...nodeOptions, program, socket],
      environment: { PATH: searchPath },
    };
    const child = await processes.spawn(command, new AbortController().signal);
    const said = await child.output[Symbol.asyncIterator]().next();
    void child.exited.then(() => this.#onEnd());
    if (said.done !== true) return child;
    let why = "";
    for await (const chunk of child.errorOutput) why += Buffer.from(chunk).toString();
    throw new RuntimeError("unavailable", `cannot enter the network "${network}" of the pod: ${why.trim()}`);
  }
}

/** Why the relay could not connect. */
async function refusal(first: IteratorResult<Buffer>, chunks: AsyncIterator<Buffer>): Promise<RuntimeError> {
  if (first.done === true) return new RuntimeError("unavailable", "the relay into the pod is gone");
  let text = first.value.toString("utf8", 1);
  for await (const chunk of { [Symbol.asyncIterator]: () => chunks }) text += chunk.toString();
  return new RuntimeError("failed", text);
}

async function* following(rest: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Uint8Array> {
  if (rest.length > 0) yield rest;
  yield* { [Symbol.asyncIterator]: () => chunks };
}
