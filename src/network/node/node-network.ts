/**
 * Keeps the machine's addresses and routes as `network-plan.ts` has them: the node's pod-side address, the way to
 * services, and the ways to other nodes' pods: through the link where they are on one, else through a VXLAN tunnel.
 *
 * Invariant: what is not ours (without our label or protocol number) is never touched.
 */
import { type Node, nodes, type ServiceCIDR, serviceCidrs } from "#api";
import { type Component, type Env, messageOf } from "#base";
import { BackOff, type Informer, type Informers } from "#client";
import { WakeUp } from "../proxy/wake-up.ts";
import type { Forwarding } from "./forwarding.ts";
import { addressLabel, type IpProgram, routeProtocol } from "./ip-program.ts";
import {
  directRoute,
  type Neighbor,
  type NetworkPlan,
  networkPlan,
  type Route,
  tunnelDevice,
  tunnelMac,
  tunnelRoute,
} from "./network-plan.ts";

/** Which node. */
export interface NodeNetworkOptions {
  readonly nodeName: string;
  /** Pod addresses of the cluster. Default `10.244.0.0/16`. */
  readonly podCidrs?: readonly string[];
}

/** What it works by. */
export interface NodeNetworkPrograms {
  readonly ip: IpProgram;
  readonly forwarding: Forwarding;
}

/** How often routes are looked at without news, since a link that goes down takes its routes along. */
const resyncMs = 30_000;
const retryBackOff = { firstMs: 200, maxMs: 30_000 };
/** The port of VXLAN that Linux and flannel use. */
const tunnelPort = 8_472;

/** Puts an address of ours on the machine, which stays until `clearNodeNetwork`. */
export async function holdAddress(ip: IpProgram, address: string, signal: AbortSignal): Promise<void> {
  const held = await ip.ask(["address", "show", "dev", "lo", "label", addressLabel], signal);
  if (JSON.stringify(held).includes(`"local":"${address}"`)) return;
  await ip.batch([`address replace ${address}/32 dev lo label ${addressLabel} scope global`], signal);
}

/** Takes away all that was made here, also by a process that was killed. */
export async function clearNodeNetwork(
  { ip, forwarding }: NodeNetworkPrograms,
  signal: AbortSignal,
): Promise<void> {
  await forwarding.forbid(signal);
  const devices = await ip.ask(["link", "show", "type", "vxlan"], signal);
  const tunnel = devices.some(({ ifname }) => ifname === tunnelDevice) ? [`link delete ${tunnelDevice}`] : [];
  const lines = [
    `route flush proto ${routeProtocol}`,
    `address flush dev lo label ${addressLabel}`,
    ...tunnel,
  ];
  await ip.batch(lines, signal);
}

/** Works from `start` until dispose; what it made stays for the next one. */
export class NodeNetwork implements Component {
  readonly #env: Env;
  readonly #ip: IpProgram;
  readonly #forwarding: Forwarding;
  readonly #informers: Informers;
  readonly #options: Required<NodeNetworkOptions>;
  readonly #nodes: Informer<Node>;
  readonly #cidrs: Informer<ServiceCIDR>;
  readonly #wakeUp: WakeUp;
  readonly #stop = new AbortController();
  readonly #subscriptions: (() => void)[] = [];
  #done: string | undefined;
  #trouble: string | undefined = "routes are not set";

  constructor(
    env: Env,
    deps: NodeNetworkPrograms & { readonly informers: Informers },
    options: NodeNetworkOptions,
  ) {
    this.#env = env;
    this.#ip = deps.ip;
    this.#forwarding = deps.forwarding;
    this.#informers = deps.informers;
    this.#options = { podCidrs: ["10.244.0.0/16"], ...options };
    this.#nodes = deps.informers.of<Node>(nodes);
    this.#cidrs = deps.informers.of<ServiceCIDR>(serviceCidrs);
    this.#wakeUp = new WakeUp(env.clock);
  }

  /** Resolves when the way to services is there. */
  async start(signal: AbortSignal): Promise<void> {
    for (const informer of [this.#nodes, this.#cidrs])
      this.#subscriptions.push(informer.onChange(() => this.#wakeUp.wake()));
    await this.#informers.start(signal);
    await this.#sync(signal);
    this.#env.tasks.spawn("routes", (stop) => this.#run(AbortSignal.any([stop, this.#stop.signal])));
  }

  ready(): string | undefined {
    return this.#trouble;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    for (const unsubscribe of this.#subscriptions.splice(0)) unsubscribe();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const backOff = new BackOff(retryBackOff, this.#env.random);
    let waitMs = resyncMs;
    while (!signal.aborted) {
      try {
        await this.#wakeUp.wait(waitMs, signal);
        await this.#sync(signal);
        backOff.reset();
        waitMs = resyncMs;
      } catch (error) {
        if (signal.aborted) return;
        this.#trouble = messageOf(error);
        this.#done = undefined;
        this.#env.log.warn("Cannot set routes", { error: this.#trouble });
        waitMs = backOff.next();
      }
    }
  }

  async #sync(signal: AbortSignal): Promise<void> {
    const { nodeName, podCidrs } = this.#options;
    const ranges = this.#cidrs.lister.list().flatMap(({ spec }) => spec.cidrs ?? []);
    const plan = networkPlan(nodeName, this.#nodes.lister.list(), ranges);
    const text = JSON.stringify(plan);
    await this.#forwarding.allow(podCidrs, signal);
    // A machine alone needs no second look.
    if (text === this.#done && plan.neighbors.length === 0) return;
    if (plan.podSideAddress !== undefined) await holdAddress(this.#ip, plan.podSideAddress, signal);
    await this.#setRoutes([...plan.serviceRoutes, ...(await this.#waysTo(plan, signal))], signal);
    this.#done = text;
    this.#trouble = undefined;
  }

  async #waysTo({ neighbors, podSideAddress }: NetworkPlan, signal: AbortSignal): Promise<readonly Route[]> {
    const routes: Route[] = [];
    const behind: Neighbor[] = [];
    for (const neighbor of neighbors) {
      const way = await this.#wayTo(neighbor, signal);
      if (way === "link") routes.push(directRoute(neighbor));
      else if (way === "router") behind.push(neighbor);
    }
    if (podSideAddress === undefined || behind.length === 0) return routes;
    await this.#tunnel(behind, podSideAddress, signal);
    return [...routes, ...behind.map((neighbor) => tunnelRoute(neighbor, podSideAddress))];
  }

  async #wayTo({ address }: Neighbor, signal: AbortSignal): Promise<"link" | "router" | "none"> {
    try {
      const [route] = await this.#ip.ask(["route", "get", address], signal);
      if (route === undefined || route["dev"] === "lo") return "none";
      return "gateway" in route ? "router" : "link";
    } catch (error) {
      signal.throwIfAborted();
      this.#env.log.debug("A node cannot be reached", { address, error: messageOf(error) });
      return "none";
    }
  }

  /** The device, and for each neighbour how its end is addressed. */
  async #tunnel(neighbors: readonly Neighbor[], podSideAddress: string, signal: AbortSignal): Promise<void> {
    const devices = await this.#ip.ask(["link", "show", "type", "vxlan"], signal);
    if (!devices.some(({ ifname }) => ifname === tunnelDevice)) {
      const mac = tunnelMac(podSideAddress);
      const kind = `type vxlan id 1 dstport ${tunnelPort} nolearning`;
      await this.#ip.batch(
        [`link add ${tunnelDevice} address ${mac} ${kind}`, `link set ${tunnelDevice} up`],
        signal,
      );
    }
    const ends = neighbors.map((neighbor) => {
      const { via = "" } = tunnelRoute(neighbor, podSideAddress);
      return { address: neighbor.address, via, mac: tunnelMac(via) };
    });
    await this.#ip.batch(
      ends.map(({ via, mac }) => `neighbor replace ${via} lladdr ${mac} dev ${tunnelDevice} nud permanent`),
      signal,
    );
    await this.#ip.batch(
      ends.map(({ mac, address }) => `fdb replace ${mac} dev ${tunnelDevice} dst ${address}`),
      signal,
      "bridge",
    );
  }

  async #setRoutes(wanted: readonly Route[], signal: AbortSignal): Promise<void> {
    const present = await this.#ip.ask(["route", "show", "proto", String(routeProtocol)], signal);
    const known = new Map(present.map((route) => [String(route["dst"]), route]));
    const lines = wanted.filter((route) => !isThere(route, known.get(route.destination))).map(replaceLine);
    const destinations = new Set(wanted.map(({ destination }) => destination));
    const stale = [...known.keys()].filter((destination) => !destinations.has(destination));
    lines.push(...stale.map((destination) => `route delete ${destination} proto ${routeProtocol}`));
    await this.#ip.batch(lines, signal);
  }
}

function isThere(
  { via, device, source }: Route,
  found: Readonly<Record<string, unknown>> | undefined,
): boolean {
  if (found === undefined || found["gateway"] !== via || found["prefsrc"] !== source) return false;
  return device === undefined ? found["dev"] !== tunnelDevice : found["dev"] === device;
}

function replaceLine({ destination, via, device, source }: Route): string {
  const parts = [
    `route replace ${destination}`,
    ...(via === undefined ? [] : [`via ${via}`]),
    ...(device === undefined ? [] : [`dev ${device}`]),
    ...(device === tunnelDevice ? ["onlink"] : []),
    ...(source === undefined ? [] : [`src ${source}`]),
    `proto ${routeProtocol}`,
  ];
  return parts.join(" ");
}
