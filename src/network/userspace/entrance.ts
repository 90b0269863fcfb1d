/**
 * The doors of all services: which service has an address and port when several want it (the first by name, as in the
 * ledger of the rules), what is listened at, and what could not be had and is tried again.
 */
import { messageOf } from "#base";
import { type Datagrams, SocketError } from "../dns/sockets.ts";
import type { Channels, Dialer } from "./channels.ts";
import type { Door } from "./doors.ts";
import { TcpDoor } from "./tcp-door.ts";
import type { Traffic } from "./traffic.ts";
import { UdpDoor } from "./udp-door.ts";

/** Sockets towards clients, and the way to endpoints. */
export interface EntranceDeps {
  readonly channels: Channels;
  readonly datagrams: Datagrams;
  readonly dialer: Dialer;
}

/** Opens and closes nothing but in `settle` and `close`. */
export class Entrance {
  readonly #traffic: Traffic;
  readonly #deps: EntranceDeps;
  /** By key of the door, then of the service. */
  readonly #claims = new Map<string, Map<string, Door>>();
  readonly #claimed = new Map<string, readonly Door[]>();
  readonly #open = new Map<string, TcpDoor | UdpDoor>();
  readonly #changed = new Set<string>();
  readonly #missing = new Set<string>();

  constructor(traffic: Traffic, deps: EntranceDeps) {
    this.#traffic = traffic;
    this.#deps = deps;
  }

  /** These are the service's doors from now on; `settle` opens and closes. */
  claim(service: string, doors: readonly Door[]): void {
    const before = this.#claimed.get(service) ?? [];
    for (const { key } of before) {
      this.#claims.get(key)?.delete(service);
      this.#changed.add(key);
    }
    for (const door of doors) {
      const claims = this.#claims.get(door.key) ?? new Map<string, Door>();
      claims.set(service, door);
      this.#claims.set(door.key, claims);
      this.#changed.add(door.key);
    }
    const ports = new Set(doors.map(({ port }) => port));
    for (const { port } of before) if (!ports.has(port)) this.#traffic.forget(port);
    if (doors.length === 0) this.#claimed.delete(service);
    else this.#claimed.set(service, doors);
  }

  /** What could not be had is tried again by the next `settle`. */
  retry(): void {
    for (const key of this.#missing) this.#changed.add(key);
  }

  /** How many could not be had. */
  get missing(): number {
    return this.#missing.size;
  }

  /** Closes first: what one service gives up another may want. */
  async settle(signal: AbortSignal): Promise<void> {
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const key of changed) if (this.#wanted(key) === undefined) this.#shut(key);
    for (const key of changed) {
      const door = this.#wanted(key);
      if (door === undefined) continue;
      const open = this.#open.get(key);
      if (open === undefined) await this.#try(key, door);
      else open.change(door);
      signal.throwIfAborted();
    }
    this.#traffic.metrics.listeners.set(this.#open.size);
    this.#traffic.metrics.missing.set(this.#missing.size);
  }

  close(): void {
    for (const key of this.#open.keys()) this.#shut(key);
  }

  #wanted(key: string): Door | undefined {
    const claims = this.#claims.get(key);
    const [first] = [...(claims?.keys() ?? [])].sort();
    return first === undefined ? undefined : claims?.get(first);
  }

  #shut(key: string): void {
    this.#open.get(key)?.close();
    this.#open.delete(key);
    this.#missing.delete(key);
    this.#claims.delete(key);
  }

  async #try(key: string, door: Door): Promise<void> {
    const { dialer } = this.#deps;
    const made =
      door.protocol === "tcp"
        ? new TcpDoor(this.#traffic, dialer, door)
        : new UdpDoor(this.#traffic, dialer, door);
    try {
      await made.open(this.#deps);
      this.#open.set(key, made);
      this.#missing.delete(key);
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      // A cluster IP is seldom this machine's own; a port that another program has is worth a line, once.
      const first = !this.#missing.has(key);
      this.#missing.add(key);
      const level = first && error.code === "addressInUse" ? "warn" : "debug";
      this.#traffic.env.log[level]("Cannot listen for a service", {
        service: door.port,
        error: messageOf(error),
      });
    }
  }
}
