/** TCP in virtual time: a dial takes a drawn time, and addresses are whatever was bound. One instance is one network. */
import type { Env } from "#base";
import { type ByteChannel, channelPair } from "#base/streams";
import { type Bound, type SocketAddress, SocketError } from "../dns/sockets.ts";
import type { Channels } from "./channels.ts";

type Accept = (channel: ByteChannel, from: SocketAddress) => void;

const maxDelayMs = 2;
const firstFreePort = 49_152;

export class SimChannels implements Channels {
  readonly #env: Env;
  readonly #listeners = new Map<string, Accept>();
  #nextPort = firstFreePort;

  constructor(env: Env) {
    this.#env = env;
  }

  async listen(wanted: SocketAddress, accept: Accept): Promise<Bound> {
    const at = wanted.port === 0 ? { ...wanted, port: this.#nextPort++ } : wanted;
    const key = text(at);
    if (this.#listeners.has(key))
      throw new SocketError("addressInUse", `Cannot listen at ${key}: it is taken`);
    this.#listeners.set(key, accept);
    const close = (): void => {
      if (this.#listeners.get(key) === accept) this.#listeners.delete(key);
    };
    return { at, close };
  }

  dial(to: SocketAddress, signal: AbortSignal): Promise<ByteChannel> {
    return this.dialFrom("127.0.0.1", to, signal);
  }

  /** As from another machine. */
  async dialFrom(source: string, to: SocketAddress, signal: AbortSignal): Promise<ByteChannel> {
    await this.#env.clock.sleep(this.#env.random.float() * maxDelayMs, signal);
    const accept = this.#listeners.get(text(to));
    if (accept === undefined)
      throw new SocketError("failed", `Cannot connect to ${text(to)}: nobody listens`);
    const [near, far] = channelPair();
    accept(far, { address: source, port: this.#nextPort++ });
    return near;
  }
}

function text({ address, port }: SocketAddress): string {
  return `${address} port ${port}`;
}
