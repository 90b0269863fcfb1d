/**
 * Sockets in virtual time: every message takes a drawn time, datagrams may be lost, and addresses are whatever was bound.
 * One instance is one network; hosts are told apart by the addresses that they bind.
 */
import type { Clock, Env } from "#base";
import {
  type Bound,
  type ByteStream,
  type Datagrams,
  type DatagramSocket,
  type SocketAddress,
  SocketError,
  type Streams,
} from "./sockets.ts";

/** How the network behaves. */
export interface SimSocketsOptions {
  /** A message takes up to this long, in milliseconds. Default 2. */
  readonly maxDelayMs?: number;
  /** Share of datagrams that are lost, from 0 to 1. Default 0. */
  readonly loss?: number;
}

type Receive = (data: Uint8Array, from: SocketAddress) => void;

/** Ports given when none is asked for. */
const firstFreePort = 49_152;

/** One network. */
export class SimSockets implements Datagrams, Streams {
  readonly #env: Env;
  readonly #options: Required<SimSocketsOptions>;
  readonly #datagrams = new Map<string, Receive>();
  readonly #listeners = new Map<string, (stream: ByteStream, from: SocketAddress) => void>();
  #nextPort = firstFreePort;

  constructor(env: Env, options: SimSocketsOptions = {}) {
    this.#env = env;
    this.#options = { maxDelayMs: 2, loss: 0, ...options };
  }

  async bind(wanted: SocketAddress, receive: Receive): Promise<DatagramSocket> {
    const bound = this.#claim(this.#datagrams, wanted, receive);
    const send = (data: Uint8Array, to: SocketAddress): void => {
      if (this.#env.random.float() < this.#options.loss) return;
      const copy = Uint8Array.from(data);
      this.#later(() => this.#datagrams.get(text(to))?.(copy, bound.at));
    };
    return { ...bound, send };
  }

  async listen(
    wanted: SocketAddress,
    accept: (stream: ByteStream, from: SocketAddress) => void,
  ): Promise<Bound> {
    return this.#claim(this.#listeners, wanted, accept);
  }

  async connect(to: SocketAddress, signal: AbortSignal): Promise<ByteStream> {
    await this.#env.clock.sleep(this.#options.maxDelayMs, signal);
    const accept = this.#listeners.get(text(to));
    if (accept === undefined)
      throw new SocketError("failed", `Cannot connect to TCP ${text(to)}: nobody listens`);
    const [near, far] = pair(this.#env.clock, this.#options.maxDelayMs);
    accept(far, { address: "192.0.2.200", port: this.#nextPort++ });
    return near;
  }

  #claim<T>(taken: Map<string, T>, wanted: SocketAddress, value: T): Bound {
    const at = wanted.port === 0 ? { ...wanted, port: this.#nextPort++ } : wanted;
    const key = text(at);
    if (taken.has(key)) throw new SocketError("addressInUse", `Cannot bind ${key}: somebody has it`);
    taken.set(key, value);
    const close = (): void => {
      if (taken.get(key) === value) taken.delete(key);
    };
    return { at, close };
  }

  #later(run: () => void): void {
    this.#env.clock.timer(this.#env.random.float() * this.#options.maxDelayMs, run);
  }
}

/** Two ends; what is written on one is read on the other, in order. */
function pair(clock: Clock, delayMs: number): readonly [ByteStream, ByteStream] {
  const [a, b] = [new Pipe(), new Pipe()];
  const end = (read: Pipe, write: Pipe): ByteStream => ({
    chunks: read.chunks(),
    write: async (data) => {
      const copy = Uint8Array.from(data);
      clock.timer(delayMs, () => write.push(copy));
    },
    close: () => {
      clock.timer(delayMs, () => {
        write.end();
        read.end();
      });
    },
  });
  return [end(a, b), end(b, a)];
}

class Pipe {
  readonly #waiting: Uint8Array[] = [];
  #ended = false;
  #news = Promise.withResolvers<void>();

  push(chunk: Uint8Array): void {
    if (!this.#ended) this.#waiting.push(chunk);
    this.#news.resolve();
  }

  end(): void {
    this.#ended = true;
    this.#news.resolve();
  }

  async *chunks(): AsyncIterable<Uint8Array> {
    for (;;) {
      const chunk = this.#waiting.shift();
      if (chunk !== undefined) yield chunk;
      else if (this.#ended) return;
      else {
        await this.#news.promise;
        this.#news = Promise.withResolvers();
      }
    }
  }
}

function text({ address, port }: SocketAddress): string {
  return `${address} ${port}`;
}
