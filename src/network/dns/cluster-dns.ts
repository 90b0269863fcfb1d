/**
 * The cluster's DNS on one node: the server at the node's pod-side address, its metrics, and the endpoint that leads
 * there from the Service `kube-system/kube-dns`.
 *
 * Invariant: that Service is ours while it has no selector. Whoever gives it one (CoreDNS's manifest does) has it, and
 * our endpoint goes; when the selector goes, the endpoint comes back.
 */
import { type EndpointSlice, endpointSlices, isStatus, same, type Service, services } from "#api";
import { type Component, type Env, messageOf } from "#base";
import { BackOff, type Client, type Informer, type Informers } from "#client";
import { metricsPage, type Pages } from "../pages.ts";
import { WakeUp } from "../proxy/wake-up.ts";
import { dnsMetricsPort, dnsNamespace, dnsPort, dnsService, installAddon } from "./addon.ts";
import { DnsServer } from "./dns-server.ts";
import { type Bound, type Datagrams, type SocketAddress, SocketError, type Streams } from "./sockets.ts";

/** The API, the network, and who may speak for the addon. */
export interface ClusterDnsDeps {
  /** May make the addon's objects and write its endpoints. */
  readonly owner: Client;
  /** Of the addon's account. */
  readonly informers: Informers;
  readonly datagrams: Datagrams;
  readonly streams: Streams;
  readonly pages: Pages;
}

/** Where it answers. */
export interface ClusterDnsOptions {
  readonly nodeName: string;
  /** The node's pod-side address, at which it answers. */
  readonly address: string;
  /** Of the Service. Default 10.96.0.10. */
  readonly serviceAddress?: string;
  /** Default `cluster.local`. */
  readonly clusterDomain?: string;
  /** The node's own resolvers, for all other names. None: other names are refused. */
  readonly upstreams: readonly SocketAddress[];
}

/** kubeadm's, for 10.96.0.0/12. */
const defaultDnsAddress = "10.96.0.10";

const writeBackOff = { firstMs: 200, maxMs: 30_000 };
/** The endpoint is looked at without news this often, in case a write of ours was lost. */
const lookMs = 60_000;
/** How long the end waits for its endpoint to be taken away. */
const farewellMs = 2_000;

/** Answers from `start` until dispose, which takes the endpoint away first. */
export class ClusterDns implements Component {
  readonly #env: Env;
  readonly #deps: ClusterDnsDeps;
  readonly #options: ClusterDnsOptions;
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #server: DnsServer;
  readonly #wakeUp: WakeUp;
  readonly #stop = new AbortController();
  readonly #subscriptions: (() => void)[] = [];
  #metrics: Bound | undefined;
  #installed = false;
  #published = false;

  constructor(env: Env, deps: ClusterDnsDeps, options: ClusterDnsOptions) {
    this.#env = env;
    this.#deps = deps;
    this.#options = options;
    const { address, upstreams, clusterDomain: domain } = options;
    this.#services = deps.informers.of<Service>(services);
    this.#slices = deps.informers.of<EndpointSlice>(endpointSlices);
    this.#server = new DnsServer(env, deps, {
      addresses: [{ address, port: dnsPort }],
      anyPort: true,
      ...(domain === undefined ? {} : { domain }),
      ...(upstreams.length === 0 ? {} : { forward: { upstreams } }),
    });
    this.#wakeUp = new WakeUp(env.clock);
  }

  /** Resolves when names are answered by the Service's address. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#install(signal).catch((error: unknown) => this.#warn(error, signal));
    await this.#server.start(signal);
    this.#metrics = await this.#serveMetrics();
    const ours = [
      this.#services.onChange(({ key }) => key.name === dnsService && this.#wakeUp.wake()),
      this.#slices.onChange(({ key }) => key.name === this.#sliceName && this.#wakeUp.wake()),
    ];
    this.#subscriptions.push(...ours);
    await this.#publish(signal).catch((error: unknown) => this.#warn(error, signal));
    this.#env.tasks.spawn("endpoint", (stop) => this.#run(AbortSignal.any([stop, this.#stop.signal])));
  }

  ready(): string | undefined {
    return this.#server.ready() ?? (this.#published ? undefined : "the endpoint is not published");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    for (const unsubscribe of this.#subscriptions.splice(0)) unsubscribe();
    await this.#leave();
    this.#metrics?.close();
    await this.#server[Symbol.asyncDispose]();
  }

  get #sliceName(): string {
    return `${dnsService}-${this.#options.nodeName}`;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const backOff = new BackOff(writeBackOff, this.#env.random);
    let waitMs = this.#installed && this.#published ? lookMs : backOff.next();
    while (!signal.aborted) {
      try {
        await this.#wakeUp.wait(waitMs, signal);
        if (!this.#installed) await this.#install(signal);
        await this.#publish(signal);
        backOff.reset();
        waitMs = lookMs;
      } catch (error) {
        if (signal.aborted) return;
        this.#warn(error, signal);
        waitMs = backOff.next();
      }
    }
  }

  async #install(signal: AbortSignal): Promise<void> {
    await installAddon(this.#deps.owner, this.#options.serviceAddress ?? defaultDnsAddress, signal);
    this.#installed = true;
  }

  /** Makes the endpoint what the Service wants: ours, or none. */
  async #publish(signal: AbortSignal): Promise<void> {
    const key = { namespace: dnsNamespace, name: this.#sliceName };
    const service = this.#services.lister.get({ namespace: dnsNamespace, name: dnsService });
    const present = this.#slices.lister.get(key);
    const slices = this.#deps.owner.of(endpointSlices);
    if (service === undefined || Object.keys(service.spec.selector ?? {}).length > 0) {
      if (present !== undefined) await slices.delete(key, signal).catch(ignoreNotFound);
    } else {
      const wanted = this.#slice(service);
      const isThere =
        present !== undefined &&
        same(present.ports, wanted.ports) &&
        same(present.endpoints, wanted.endpoints) &&
        same(present.metadata.ownerReferences, wanted.metadata.ownerReferences);
      if (!isThere) await slices.patch(key, "apply", wanted, signal, { force: true });
    }
    this.#published = true;
  }

  #slice(service: Service) {
    const { nodeName, address } = this.#options;
    const [udp, tcp] = this.#server.bound;
    const ports = [
      { name: "dns", protocol: "UDP", port: udp?.port ?? dnsPort },
      { name: "dns-tcp", protocol: "TCP", port: tcp?.port ?? dnsPort },
      ...(this.#metrics === undefined
        ? []
        : [{ name: "metrics", protocol: "TCP", port: this.#metrics.at.port }]),
    ];
    return {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        name: this.#sliceName,
        namespace: dnsNamespace,
        labels: {
          "kubernetes.io/service-name": dnsService,
          "endpointslice.kubernetes.io/managed-by": "navarch-dns",
        },
        ownerReferences: [
          { apiVersion: "v1", kind: "Service", name: dnsService, uid: service.metadata.uid ?? "" },
        ],
      },
      addressType: "IPv4",
      endpoints: [
        { addresses: [address], conditions: { ready: true, serving: true, terminating: false }, nodeName },
      ],
      ports,
    };
  }

  async #serveMetrics(): Promise<Bound | undefined> {
    const page = (path: string) => metricsPage(this.#env.metrics, path);
    for (const port of [dnsMetricsPort, 0]) {
      try {
        return await this.#deps.pages.serve({ address: this.#options.address, port }, page);
      } catch (error) {
        if (!(error instanceof SocketError)) throw error;
        this.#env.log.debug("Cannot serve DNS metrics", { port, error: messageOf(error) });
      }
    }
    return undefined;
  }

  /** Who asks next is not sent to a server that is gone. */
  async #leave(): Promise<void> {
    if (!this.#published) return;
    const late = new AbortController();
    const timer = this.#env.clock.timer(farewellMs, () => late.abort());
    const key = { namespace: dnsNamespace, name: this.#sliceName };
    try {
      await this.#deps.owner.of(endpointSlices).delete(key, late.signal);
    } catch (error) {
      // A server that is gone first cannot be told.
      this.#env.log.debug("The DNS endpoint stays", { error: messageOf(error) });
    } finally {
      timer.cancel();
    }
  }

  #warn(error: unknown, signal: AbortSignal): void {
    signal.throwIfAborted();
    this.#env.log.warn("Cannot publish the cluster's DNS", { error: messageOf(error) });
  }
}

function ignoreNotFound(error: unknown): void {
  if (!isStatus(error, "NotFound")) throw error;
}
