/** What doors share: who may have which endpoint, how many at once, and what is counted. */
import type { Env, TaskGroup } from "#base";
import type { Backend } from "../proxy/backends.ts";
import type { ProxyNode } from "../proxy/place.ts";
import { Affinity } from "./affinity.ts";
import { type Door, endpointsFor } from "./doors.ts";
import { type UserspaceMetrics, userspaceMetrics } from "./userspace-metrics.ts";

export class Traffic {
  readonly env: Env;
  readonly tasks: TaskGroup;
  readonly metrics: UserspaceMetrics;
  readonly #affinities = new Map<string, Affinity>();
  readonly #open = { tcp: 0, udp: 0 };
  /** Where it runs; set before the first door opens. */
  node: ProxyNode;

  constructor(env: Env, node: ProxyNode) {
    this.env = env;
    this.node = node;
    this.tasks = env.tasks.group("traffic");
    this.metrics = userspaceMetrics(env.metrics);
  }

  /** Counts one in, unless there are `max` already. */
  enter(protocol: Door["protocol"], max: number): boolean {
    if (this.#open[protocol] >= max) {
      this.metrics.refused.inc(1, "limit");
      return false;
    }
    this.#count(protocol, 1);
    return true;
  }

  leave(protocol: Door["protocol"]): void {
    this.#count(protocol, -1);
  }

  /** The endpoints to try for a client, in order. */
  endpoints(door: Door, client: string): readonly Backend[] {
    const list = endpointsFor(door, client, this.node);
    if (list.length === 0) this.metrics.refused.inc(1, "source");
    const affinity = door.affinityMs === undefined ? new Affinity() : this.#affinityOf(door);
    return affinity.order(list, client, { now: this.env.clock.monotonic(), random: this.env.random });
  }

  /** The client has it. */
  chose(door: Door, client: string, backend: Backend): void {
    this.metrics.accepted.inc(1, door.protocol);
    this.stays(door, client, backend);
  }

  /** The client still has it. */
  stays(door: Door, client: string, backend: Backend): void {
    if (door.affinityMs === undefined) return;
    this.#affinityOf(door).remember(client, backend, this.env.clock.monotonic() + door.affinityMs);
  }

  /** No door of the service port is left. */
  forget(port: string): void {
    this.#affinities.delete(port);
  }

  #affinityOf({ port }: Door): Affinity {
    const known = this.#affinities.get(port) ?? new Affinity();
    this.#affinities.set(port, known);
    return known;
  }

  #count(protocol: Door["protocol"], by: number): void {
    this.#open[protocol] += by;
    this.metrics.open.set(this.#open[protocol], protocol);
  }
}
