/**
 * What the proxy tells load balancers and probes over HTTP, with upstream's paths and bodies: for each service with a
 * health check node port whether the node has endpoints of it; on port 10256 whether the node is one to send traffic to;
 * on port 10249 metrics, its configuration, status and flags.
 */
import { ZPages } from "#api";
import { type Component, type Env, messageOf } from "#base";
import { parseKey } from "#client";
import type { Bound, SocketAddress } from "../dns/sockets.ts";
import { jsonPage, metricsPage, type Page, type PageFor, type Pages, textPage } from "../pages.ts";
import type { HealthCheck } from "./service-rules.ts";

/** The proxy as these pages see it. */
export interface ProxyHealth {
  /** What health check node ports are to answer, by service. */
  readonly healthChecks: ReadonlyMap<string, HealthCheck>;
  /** Whether the kernel follows the API. */
  readonly healthy: boolean;
  /** When it last did, in milliseconds since the epoch; 0: never. */
  readonly updatedAt: number;
  /** False for a node that goes away. */
  readonly nodeEligible: boolean;
  /** Calls after each change of the above. Returns what ends that. */
  onSettled(listener: () => void): () => void;
}

export interface HealthPagesOptions {
  /** Default all addresses, port 10256. */
  readonly health?: SocketAddress | undefined;
  /** Default loopback, port 10249. */
  readonly metrics?: SocketAddress | undefined;
  /** Where health check node ports are. Default: the address of `health`. */
  readonly checks?: string;
  /** What `/proxyMode` answers. Default `nftables`. */
  readonly mode?: "nftables" | "userspace";
}

/** A port that another program has is tried again this often. */
const retryMs = 10_000;

/** Answers from `start` until dispose. A port that is not to be had is a warning, as upstream: services go on. */
export class HealthPages implements Component {
  readonly #env: Env;
  readonly #pages: Pages;
  readonly #proxy: ProxyHealth;
  readonly #options: HealthPagesOptions;
  readonly #bound = new Map<number, Bound>();
  readonly #own: Bound[] = [];
  #checks: ReadonlyMap<number, { readonly service: string; readonly check: HealthCheck }> = new Map();
  #unsubscribe: (() => void) | undefined;
  readonly #zpages: ZPages;
  #binding: Promise<void> = Promise.resolve();
  #disposed = false;

  constructor(
    env: Env,
    deps: { readonly pages: Pages; readonly proxy: ProxyHealth },
    options: HealthPagesOptions = {},
  ) {
    this.#env = env;
    this.#pages = deps.pages;
    this.#proxy = deps.proxy;
    this.#options = {
      health: { address: "0.0.0.0", port: 10_256 },
      metrics: { address: "127.0.0.1", port: 10_249 },
      ...options,
    };
    this.#zpages = new ZPages(env, "kube-proxy", [
      "/configz",
      "/flagz",
      "/healthz",
      "/metrics",
      "/proxyMode",
    ]);
  }

  async start(): Promise<void> {
    const { health, metrics } = this.#options;
    const healthPage: PageFor = (path) => this.#healthPage(path);
    const ownPage: PageFor = (path, accept) => this.#ownPage(path, accept);
    for (const [at, page] of [
      [health, healthPage],
      [metrics, ownPage],
    ] as const) {
      const bound = at && (await this.#serve(at.address, at.port, page));
      if (bound !== undefined) this.#own.push(bound);
    }
    this.#unsubscribe = this.#proxy.onSettled(() => this.#follow());
    this.#follow();
    await this.#binding;
  }

  ready(): string | undefined {
    return undefined;
  }

  /** Where health and metrics answer, with true ports, as far as they do. */
  get bound(): readonly Bound["at"][] {
    return this.#own.map(({ at }) => at);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#unsubscribe?.();
    await this.#binding;
    for (const bound of [...this.#own.splice(0), ...this.#bound.values()]) bound.close();
    this.#bound.clear();
  }

  /** Opens and closes ports; changes of one port's answer need nothing. */
  #follow(): void {
    const entries = [...this.#proxy.healthChecks].map(
      ([service, check]) => [check.port, { service, check }] as const,
    );
    this.#checks = new Map(entries);
    const same = this.#checks.size === this.#bound.size && entries.every(([port]) => this.#bound.has(port));
    if (!same) this.#binding = this.#binding.then(() => this.#bind());
  }

  async #bind(): Promise<void> {
    for (const [port, bound] of this.#bound) {
      if (this.#checks.has(port)) continue;
      bound.close();
      this.#bound.delete(port);
    }
    const { checks, health } = this.#options;
    const checksAddress = checks ?? health?.address ?? "0.0.0.0";
    for (const port of this.#checks.keys()) {
      if (this.#bound.has(port) || this.#disposed) continue;
      const page = (): Page | undefined => this.#checkPage(port);
      const bound = await this.#serve(checksAddress, port, page);
      if (bound !== undefined) this.#bound.set(port, bound);
      else this.#env.clock.timer(retryMs, () => !this.#disposed && this.#follow()).unref();
    }
  }

  async #serve(address: string, port: number, page: PageFor): Promise<Bound | undefined> {
    try {
      return await this.#pages.serve({ address, port }, page);
    } catch (error) {
      this.#env.log.warn("Cannot serve health or metrics", { port, error: messageOf(error) });
      return undefined;
    }
  }

  #checkPage(port: number): Page | undefined {
    const known = this.#checks.get(port);
    if (known === undefined) return undefined;
    const { localEndpoints } = known.check;
    const { namespace = "", name } = parseKey(known.service);
    const { healthy } = this.#proxy;
    const body = { service: { namespace, name }, localEndpoints, serviceProxyHealthy: healthy };
    const page = jsonPage(body, localEndpoints > 0 && healthy ? 200 : 503);
    return {
      ...page,
      headers: { ...page.headers, "x-load-balancing-endpoint-weight": String(localEndpoints) },
    };
  }

  #ownPage(path: string, accept: string | undefined): Page | undefined {
    const { health, metrics, mode = "nftables" } = this.#options;
    if (path === "/proxyMode") return textPage(mode);
    if (path !== "/configz") return this.#zpages.answer(path, accept) ?? metricsPage(this.#env.metrics, path);
    const text = (at: SocketAddress | undefined): string =>
      at === undefined ? "" : `${at.address}:${at.port}`;
    const configuration = {
      kind: "KubeProxyConfiguration",
      apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
      mode,
      healthzBindAddress: text(health),
      metricsBindAddress: text(metrics),
    };
    return jsonPage({ "kubeproxy.config.k8s.io": configuration }, 200);
  }

  /** `/healthz` fails for a node that leaves, so that balancers turn away; `/livez` does not. */
  #healthPage(path: string): Page | undefined {
    if (path !== "/healthz" && path !== "/livez") return undefined;
    const { healthy, updatedAt, nodeEligible } = this.#proxy;
    const currentTime = new Date(this.#env.clock.now()).toISOString();
    const lastUpdated = healthy ? currentTime : new Date(updatedAt).toISOString();
    const good = healthy && (nodeEligible || path === "/livez");
    return jsonPage({ lastUpdated, currentTime, nodeEligible }, good ? 200 : 503);
  }
}
