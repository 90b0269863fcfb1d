/**
 * One UDP port of a service. A client is an address and port: it has an endpoint, and a socket towards it, until it is
 * silent for long or the endpoint leaves, as entries of connection tracking are dropped then.
 */
import { messageOf, type Timer } from "#base";
import type { Datagrams, DatagramSocket, SocketAddress } from "../dns/sockets.ts";
import type { Backend } from "../proxy/backends.ts";
import { nameOf } from "./affinity.ts";
import type { Dialer } from "./channels.ts";
import { type Door, endpointsFor } from "./doors.ts";
import { flowIdleMs, maxFlows, maxWaitingDatagrams } from "./limits.ts";
import type { Traffic } from "./traffic.ts";

/** One client. */
interface Flow {
  readonly client: SocketAddress;
  readonly backend: Backend;
  readonly to: SocketAddress;
  /** Datagrams that wait for the socket. */
  readonly waiting: Uint8Array[];
  socket: DatagramSocket | undefined;
  usedAt: number;
  timer: Timer;
}

/** Listens until `close`, which ends its clients too. */
export class UdpDoor {
  readonly #traffic: Traffic;
  readonly #dialer: Dialer;
  readonly #flows = new Map<string, Flow>();
  #door: Door;
  #socket: DatagramSocket | undefined;
  #datagrams: Datagrams | undefined;

  constructor(traffic: Traffic, dialer: Dialer, door: Door) {
    this.#traffic = traffic;
    this.#dialer = dialer;
    this.#door = door;
  }

  /** Rejects with `SocketError`. */
  async open({ datagrams }: { readonly datagrams: Datagrams }): Promise<void> {
    this.#datagrams = datagrams;
    this.#socket = await datagrams.bind(this.#door.at, (data, from) => this.#receive(data, from));
  }

  /** Clients of endpoints that left get others with their next datagram. */
  change(door: Door): void {
    this.#door = door;
    for (const [key, { client, backend }] of this.#flows) {
      const left = endpointsFor(door, client.address, this.#traffic.node);
      if (!left.some((one) => nameOf(one) === nameOf(backend))) this.#end(key);
    }
  }

  close(): void {
    for (const key of this.#flows.keys()) this.#end(key);
    this.#socket?.close();
  }

  #receive(data: Uint8Array, client: SocketAddress): void {
    const key = `${client.address} ${client.port}`;
    const flow = this.#flows.get(key) ?? this.#begin(key, client);
    if (flow === undefined) return;
    flow.usedAt = this.#traffic.env.clock.monotonic();
    this.#traffic.stays(this.#door, client.address, flow.backend);
    if (flow.socket !== undefined) flow.socket.send(data, flow.to);
    else if (flow.waiting.length < maxWaitingDatagrams) flow.waiting.push(Uint8Array.from(data));
  }

  #begin(key: string, client: SocketAddress): Flow | undefined {
    const reached = this.#traffic.endpoints(this.#door, client.address).flatMap((backend) => {
      const to = this.#dialer.datagramAddress(backend);
      return to === undefined ? [] : [{ backend, to }];
    })[0];
    if (reached === undefined || !this.#traffic.enter("udp", maxFlows)) return undefined;
    const { clock } = this.#traffic.env;
    const timer = clock.timer(flowIdleMs, () => this.#look(key));
    const flow: Flow = {
      client,
      ...reached,
      waiting: [],
      socket: undefined,
      usedAt: clock.monotonic(),
      timer,
    };
    this.#flows.set(key, flow);
    this.#traffic.chose(this.#door, client.address, reached.backend);
    this.#traffic.tasks.spawn("datagrams", () => this.#connect(key, flow));
    return flow;
  }

  async #connect(key: string, flow: Flow): Promise<void> {
    const address = flow.to.address.includes(":") ? "::" : "0.0.0.0";
    const answer = (data: Uint8Array, from: SocketAddress): void => {
      if (from.address !== flow.to.address || from.port !== flow.to.port) return;
      flow.usedAt = this.#traffic.env.clock.monotonic();
      this.#socket?.send(data, flow.client);
    };
    try {
      const socket = await this.#datagrams?.bind({ address, port: 0 }, answer);
      if (this.#flows.get(key) !== flow) return socket?.close();
      flow.socket = socket;
      for (const data of flow.waiting.splice(0)) socket?.send(data, flow.to);
    } catch (error) {
      this.#traffic.env.log.warn("Cannot pass datagrams on", { error: messageOf(error) });
      if (this.#flows.get(key) === flow) this.#end(key);
    }
  }

  #look(key: string): void {
    const flow = this.#flows.get(key);
    if (flow === undefined) return;
    const { clock } = this.#traffic.env;
    const leftMs = flow.usedAt + flowIdleMs - clock.monotonic();
    if (leftMs <= 0) return this.#end(key);
    flow.timer = clock.timer(leftMs, () => this.#look(key));
  }

  #end(key: string): void {
    const flow = this.#flows.get(key);
    if (flow === undefined) return;
    this.#flows.delete(key);
    flow.timer.cancel();
    flow.socket?.close();
    this.#traffic.leave("udp");
  }
}
