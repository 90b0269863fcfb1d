/**
 * What one service puts into the table. A packet costs one look-up for the service and one for the endpoint, however
 * many there are, and chains are shared by all services with as many endpoints:
 *
 *   services:      10.96.0.10 . udp . 53 : goto cluster-udp-2
 *   udp-endpoints: 10.96.0.10 . 53 . 0   : 10.244.0.2 . 53
 *                  10.96.0.10 . 53 . 1   : 10.244.1.7 . 53
 *
 * Endpoints keep their slots from one time to the next, so that a change of one is a change of a few elements. Services
 * with client affinity have chains of their own (`sticky.ts`).
 */
import type { EndpointSlice, Service, ServicePort } from "#api";
import { type Backend, backendsOf, type Choice, choose } from "./backends.ts";
import { setMark } from "./base-entries.ts";
import { type Chain, type Entry, type Family, families } from "./entry.ts";
import type { FlowTargets } from "./flows.ts";
import { type Frontend, frontendsOf, isProxied } from "./frontends.ts";
import { maxEndpointsPerPort } from "./limits.ts";
import type { ProxyNode } from "./place.ts";
import { stickyEntries } from "./sticky.ts";

/** Where `local-PROTOCOL-N` chains begin to count slots; those of policy Cluster begin at 0. */
const localSlots = maxEndpointsPerPort;

/**
 * How traffic at a frontend is treated. `cluster`: sources that are no pods are masqueraded; `external`: all are, since
 * the answer must come back this way; `inside`: the short way of pods and this node to a frontend with policy Local,
 * where only the node is; `local`: nobody, so that the endpoint sees who came.
 */
export type TrafficClass = "cluster" | "external" | "inside" | "local";

/** The entries of one service, and what the next time wants to know. */
export interface ServiceRules {
  readonly entries: readonly Entry[];
  /** Endpoints in the order of their slots, by the list's name. */
  readonly slots: ReadonlyMap<string, readonly string[]>;
  /** What a health check server at this port is to say; of load balancers with policy Local. */
  readonly healthCheck: HealthCheck | undefined;
  /** Where UDP flows may lead: endpoints that serve, chosen or not, since those that leave still answer. */
  readonly flows: FlowTargets;
}

/** An answer of a health check node port: 200 when an endpoint is here, else 503. */
export interface HealthCheck {
  readonly port: number;
  readonly localEndpoints: number;
}

export const noRules: ServiceRules = {
  entries: [],
  slots: new Map(),
  healthCheck: undefined,
  flows: new Map(),
};

/** Rules of a service on a node. `slices` are the service's own; `previous` keeps slots stable, and means nothing else. */
export function serviceRules(
  service: Service,
  slices: readonly EndpointSlice[],
  node: ProxyNode,
  previous: ServiceRules = noRules,
): ServiceRules {
  if (!isProxied(service)) return noRules;
  const draft = new Draft(service, node, previous);
  const locals = new Set<string>();
  const flows = new Map<string, readonly string[]>();
  for (const port of service.spec.ports ?? []) {
    for (const family of families) {
      const frontends = frontendsOf(service, port, family, node);
      if (frontends.length === 0) continue;
      const backends = backendsOf(port, family, slices);
      const choice = choose(backends, node);
      for (const { address, ready } of choice.local) if (ready) locals.add(address);
      draft.addPort(port, frontends, choice);
      const targets = backends.filter(({ ready, serving }) => ready || serving).map(targetOf);
      for (const { key, protocol } of frontends) if (protocol === "udp") flows.set(key, targets);
    }
  }
  return {
    entries: draft.entries,
    slots: draft.slots,
    healthCheck: healthCheckOf(service, locals.size),
    flows,
  };
}

/** What load balancers are told of a service with that many ready endpoints here; undefined: they do not ask. */
export function healthCheckOf({ spec }: Service, localEndpoints: number): HealthCheck | undefined {
  const { externalTrafficPolicy, healthCheckNodePort: port = 0 } = spec;
  return externalTrafficPolicy === "Local" && port !== 0 ? { port, localEndpoints } : undefined;
}

class Draft {
  readonly entries: Entry[] = [];
  readonly slots = new Map<string, readonly string[]>();
  readonly #service: Service;
  readonly #node: ProxyNode;
  readonly #previous: ServiceRules;

  constructor(service: Service, node: ProxyNode, previous: ServiceRules) {
    this.#service = service;
    this.#node = node;
    this.#previous = previous;
  }

  addPort(port: ServicePort, frontends: readonly Frontend[], choice: Choice): void {
    const { family, key } = frontends[0] as Frontend; // The cluster IP's, which is the service's own.
    const name = `${family} ${key}`;
    const lists: Lists = {
      id: key.replaceAll(" . ", "-").replaceAll(":", "_"),
      cluster: this.#placed(`${name} cluster`, choice.cluster),
      local: this.#placed(`${name} local`, choice.local),
    };
    for (const frontend of frontends) this.#addFrontend(frontend, lists);
    for (const address of new Set(
      [...choice.cluster, ...choice.local].filter(this.#mayBeHere).map(addressOf),
    ))
      this.entries.push({ kind: "element", family, set: "hairpins", key: `${address} . ${address}` });
    if (this.#service.spec.sessionAffinity === "ClientIP")
      this.entries.push(...stickyEntries(family, lists, this.#affinitySeconds));
  }

  get #affinitySeconds(): number {
    return this.#service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800;
  }

  readonly #mayBeHere = ({ node }: Backend): boolean => node === undefined || node === this.#node.name;

  #placed(name: string, backends: readonly Backend[]): readonly string[] {
    const wanted = backends.map(targetOf);
    const placed = place(this.#previous.slots.get(name) ?? [], wanted);
    this.slots.set(name, placed);
    return placed;
  }

  #addFrontend(frontend: Frontend, lists: Lists): void {
    const { key, external, local, allowed } = frontend;
    const none = lists.cluster.length + lists.local.length === 0;
    const reachable = local ? lists.local : lists.cluster;
    if (none) this.#element(frontend, "refusals", key, "goto unreachable");
    else if (reachable.length === 0) this.#element(frontend, "refusals", key, "drop");
    if (!none && !external) this.#dispatch(frontend, "services", "cluster", reachable, lists);
    if (!none && external && !local) this.#dispatch(frontend, "services", "external", lists.cluster, lists);
    if (!none && external && local) {
      this.#dispatch(frontend, "services", "inside", lists.cluster, lists);
      if (reachable.length === 0) this.#element(frontend, "outside-services", key, "return");
      else this.#dispatch(frontend, "outside-services", "local", reachable, lists);
    }
    if (allowed === undefined) return;
    this.#element(frontend, "guarded", key);
    for (const range of allowed) this.#element(frontend, "allowed", `${key} . ${range}`);
  }

  #dispatch(
    frontend: Frontend,
    map: string,
    trafficClass: TrafficClass,
    list: readonly string[],
    lists: Lists,
  ): void {
    if (list.length === 0) return;
    const { family, key, protocol } = frontend;
    if (this.#service.spec.sessionAffinity === "ClientIP") {
      const scope = list === lists.local ? "-local" : "";
      const name = `sticky-${trafficClass}${scope}-${lists.id}`;
      const rules = [...marking(family, trafficClass), `goto sticky${scope}-${lists.id}`];
      this.entries.push({ kind: "chain", family, name, rules });
      this.#element(frontend, map, key, `goto ${name}`);
      return;
    }
    const offset = trafficClass === "local" ? localSlots : 0;
    const chain = pickChain(frontend, trafficClass, list.length, offset);
    this.entries.push(chain);
    this.#element(frontend, map, key, `goto ${chain.name}`);
    const target = key.replace(` . ${protocol} . `, " . ");
    for (const [slot, backend] of list.entries())
      this.#element(frontend, `${protocol}-endpoints`, `${target} . ${slot + offset}`, backend);
  }

  #element({ family }: Frontend, set: string, key: string, value?: string): void {
    this.entries.push({ kind: "element", family, set, key, ...(value === undefined ? {} : { value }) });
  }
}

/** The endpoints of one port as `address . port`, and a name that no other port has. */
export interface Lists {
  readonly id: string;
  readonly cluster: readonly string[];
  readonly local: readonly string[];
}

/** Shared by every frontend of that class and protocol with as many endpoints. */
function pickChain(
  { family, protocol }: Frontend,
  trafficClass: TrafficClass,
  count: number,
  offset: number,
): Chain {
  const slot = `numgen random mod ${count}${offset === 0 ? "" : ` offset ${offset}`}`;
  const target = `${family} daddr . ${protocol} dport . ${slot}`;
  const pick = `meta l4proto ${protocol} dnat ${family} to ${target} map @${protocol}-endpoints`;
  const name = `${trafficClass}-${protocol}-${count}`;
  return { kind: "chain", family, name, rules: [...marking(family, trafficClass), pick] };
}

function marking(family: Family, trafficClass: TrafficClass): readonly string[] {
  switch (trafficClass) {
    case "cluster":
      return [`${family} saddr != @pod-ranges ${setMark}`];
    case "external":
      return [setMark];
    case "inside":
      return [`fib saddr type local ${setMark}`];
    case "local":
      return [];
  }
}

/** `wanted` in an order that keeps as many as possible where they are in `previous`. */
function place(previous: readonly string[], wanted: readonly string[]): readonly string[] {
  const left = new Set(wanted);
  const slots: (string | undefined)[] = wanted.map((_, slot) => {
    const old = previous[slot];
    return old !== undefined && left.delete(old) ? old : undefined;
  });
  const rest = left.values();
  return slots.map((slot) => slot ?? (rest.next().value as string));
}

function targetOf({ address, port }: Backend): string {
  return `${address} . ${port}`;
}

function addressOf({ address }: Backend): string {
  return address;
}
