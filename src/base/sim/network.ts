/**
 * The simulated `Network`: hosts by name, a drawn delay for each message, order kept within a connection
 * and not between two. A partition holds messages back; when it outlasts `breakAfterMs`, the connections
 * across it break. A crash breaks the connections of the dead for their peers. Messages travel as JSON
 * text, so that nothing is shared, and each enters the digest.
 */
import type { Env, Random } from "../env.ts";
import { assert } from "../errors.ts";
import { connectTimeoutMs } from "../limits.ts";
import { type Connection, type Listener, type Network, NetworkError } from "../network.ts";
import { SimEnv } from "./env.ts";
import type { SimKernel } from "./kernel.ts";
import type { SimScope } from "./scope.ts";
import { SimLink } from "./link.ts";

/** How a world's network behaves; every message draws its delay evenly from the range. */
export interface SimNetworkOptions {
  /** Default 0.1 ms. */
  readonly minDelayMs?: number;
  /** Default 2 ms. */
  readonly maxDelayMs?: number;
  /** How long a partition lasts before connections across it break. Default 30 s. */
  readonly breakAfterMs?: number;
}

interface SimListener {
  readonly scope: SimScope;
  readonly accept: (connection: Connection) => void;
}

const firstEphemeralPort = 32_768;

export class SimNetworks {
  readonly #kernel: SimKernel;
  readonly #random: Random;
  readonly #listeners = new Map<string, SimListener>();
  readonly #links = new Set<SimLink>();
  readonly #partitions = new Map<string, object>();
  readonly #watched = new WeakSet<SimScope>();
  #options: Required<SimNetworkOptions> = { minDelayMs: 0.1, maxDelayMs: 2, breakAfterMs: 30_000 };
  #connections = 0;

  constructor(kernel: SimKernel, random: Random) {
    this.#kernel = kernel;
    this.#random = random;
  }

  /** Changes the behaviour from now on. */
  configure(options: SimNetworkOptions): void {
    this.#options = { ...this.#options, ...options };
  }

  /** The network as the host (and the part) of `env` sees it. */
  of(env: Env): Network {
    assert(env instanceof SimEnv, "A simulated network belongs to a simulated Env");
    const scope = env.scope;
    return {
      listen: (address, accept, signal) => this.#listen(scope, address, accept, signal),
      connect: (address, signal) => this.#connect(scope, address, signal),
    };
  }

  /** Holds back everything between two hosts until `heal`. */
  partition(host: string, other: string): void {
    const pair = pairOf(host, other);
    if (this.#partitions.has(pair)) return;
    const partition = {};
    this.#partitions.set(pair, partition);
    this.#kernel.faults.count("partition");
    this.#kernel.schedule(this.#options.breakAfterMs, `partition ${pair}`, () => {
      if (this.#partitions.get(pair) !== partition) return; // Healed, perhaps parted again since.
      for (const link of this.#links) if (link.joins(host, other)) link.break();
    });
  }

  /** Undoes `partition`; without arguments, every one. What was held back is delivered. */
  heal(host?: string, other?: string): void {
    if (host !== undefined && other !== undefined) this.#partitions.delete(pairOf(host, other));
    else this.#partitions.clear();
    for (const link of this.#links) link.release();
  }

  /** Breaks every connection between two hosts, or of one; returns how many. */
  cut(host: string, other?: string): number {
    let count = 0;
    for (const link of this.#links) {
      const hit = other === undefined ? link.touches(host) : link.joins(host, other);
      if (!hit) continue;
      count++;
      this.#kernel.faults.count("connectionCut");
      link.break();
    }
    return count;
  }

  #listen(
    scope: SimScope,
    address: string,
    accept: (connection: Connection) => void,
    signal: AbortSignal,
  ): Promise<Listener> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const bound = this.#freeAddress(address);
    assert(
      bound.startsWith(`${scope.host.name}:`),
      `Host "${scope.host.name}" cannot listen on "${address}"`,
    );
    if (this.#listeners.has(bound)) {
      return Promise.reject(new NetworkError("addressInUse", `Cannot listen on "${bound}": it is in use`));
    }
    const listener = { scope, accept };
    const close = () => {
      if (this.#listeners.get(bound) === listener) this.#listeners.delete(bound);
    };
    this.#listeners.set(bound, listener);
    this.#watch(scope);
    return Promise.resolve({ address: bound, close });
  }

  #freeAddress(address: string): string {
    if (!address.endsWith(":0")) return address;
    const host = address.slice(0, -2);
    let port = firstEphemeralPort;
    while (this.#listeners.has(`${host}:${port}`)) port++;
    return `${host}:${port}`;
  }

  /** One delay to reach the other side, one back; a partition at either moment means silence. */
  #connect(scope: SimScope, address: string, signal: AbortSignal): Promise<Connection> {
    const target = address.slice(0, address.lastIndexOf(":"));
    const pair = pairOf(scope.host.name, target);
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      let settled = false;
      const settle = (act: () => void) => {
        if (settled) return;
        settled = true;
        this.#kernel.cancel(timeout);
        signal.removeEventListener("abort", onAbort);
        act();
      };
      const onAbort = () => settle(() => reject(signal.reason));
      const label = `connect ${scope.path} ${address}`;
      const timeout = this.#kernel.schedule(
        connectTimeoutMs,
        `${label} timeout`,
        () => {
          settle(() => reject(new NetworkError("unreachable", `Cannot connect to "${address}": no answer`)));
        },
        scope,
      );
      signal.addEventListener("abort", onAbort, { once: true });
      this.#kernel.schedule(
        this.#delay(),
        label,
        () => {
          if (this.#partitions.has(pair) || settled) return;
          const listener = this.#listeners.get(address);
          if (listener === undefined) {
            this.#kernel.faults.count("connectionRefused");
            settle(() =>
              reject(new NetworkError("refused", `Cannot connect to "${address}": nobody listens`)),
            );
            return;
          }
          settle(() => resolve(this.#establish(scope, listener, address)));
        },
        scope,
      );
    });
  }

  #establish(scope: SimScope, listener: SimListener, address: string): Connection {
    const pair = pairOf(scope.host.name, listener.scope.host.name);
    const link: SimLink = new SimLink({
      kernel: this.#kernel,
      name: `${scope.path} ${address} ${++this.#connections}`,
      ends: [scope, listener.scope],
      addresses: [`${scope.host.name}:0`, address],
      delayMs: () => this.#delay(),
      partitioned: () => this.#partitions.has(pair),
      ended: () => this.#links.delete(link),
    });
    this.#links.add(link);
    this.#watch(scope);
    this.#kernel.schedule(
      0,
      `accept ${link.name}`,
      () => listener.accept(link.connections[1]),
      listener.scope,
    );
    return link.connections[0];
  }

  /** The dead are mourned once per scope, not once per connection: a scope may make many. */
  #watch(scope: SimScope): void {
    if (this.#watched.has(scope)) return;
    this.#watched.add(scope);
    scope.onDeath(() => {
      for (const [address, listener] of this.#listeners) {
        if (listener.scope === scope) this.#listeners.delete(address);
      }
      for (const link of this.#links) link.died(scope);
    });
  }

  #delay(): number {
    const { minDelayMs, maxDelayMs } = this.#options;
    return minDelayMs + this.#random.float() * (maxDelayMs - minDelayMs);
  }
}

function pairOf(host: string, other: string): string {
  return host < other ? `${host} ${other}` : `${other} ${host}`;
}
