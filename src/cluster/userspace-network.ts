/** Services by sockets of this process, for virtual nodes and users without privileges. */
import { nodes } from "#api";
import type { Component, Env } from "#base";
import { InformerSet } from "#client";
import { type Channels, type Datagrams, HealthPages, type Pages, UserspaceProxy } from "#network";
import type { Access } from "./access.ts";
import { EndpointDialer } from "./endpoint-dialer.ts";
import { proxyIdentity } from "./identities.ts";
import type { LocalNodes } from "./local-nodes.ts";

/** The sockets that services answer at. */
export interface ServiceSockets {
  readonly channels: Channels;
  readonly datagrams: Datagrams;
  readonly pages: Pages;
  /** Addresses of this machine at which node ports are; external addresses of services answer when they are among them. */
  readonly addresses: readonly string[];
}

/** Whose node, and what it tells. */
export interface UserspaceNetworkOptions {
  readonly nodeName: string;
  /** Whether ports 10256 and 10249 tell of the proxy itself. */
  readonly ownPages: boolean;
}

/** The proxy with its informers and pages; disposing it closes every port. */
export class UserspaceNetwork implements Component {
  readonly #informers: InformerSet;
  readonly #proxy: UserspaceProxy;
  readonly #pages: HealthPages;

  constructor(
    env: Env,
    deps: { readonly access: Access; readonly sockets: ServiceSockets; readonly kubelets?: LocalNodes },
    { nodeName, ownPages }: UserspaceNetworkOptions,
  ) {
    const { access, sockets, ...local } = deps;
    const { channels, datagrams, pages, addresses } = sockets;
    const client = access.client(proxyIdentity, "kube-proxy");
    const informers = new InformerSet(env.child("informers"), { client });
    this.#informers = informers;
    const dialer = new EndpointDialer({ ...local, channels, nodes: informers.of(nodes).lister });
    this.#proxy = new UserspaceProxy(
      env,
      { informers, channels, datagrams, dialer },
      { nodeName, addresses },
    );
    const [first = "127.0.0.1"] = addresses;
    const none = { health: undefined, metrics: undefined };
    const own = ownPages ? { health: { address: first, port: 10_256 } } : none;
    const parts = { pages, proxy: this.#proxy };
    this.#pages = new HealthPages(env.child("health"), parts, { ...own, checks: first, mode: "userspace" });
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#proxy.start(signal);
    await this.#pages.start();
  }

  ready(): string | undefined {
    return this.#proxy.ready();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pages[Symbol.asyncDispose]();
    await this.#proxy[Symbol.asyncDispose]();
    await this.#informers[Symbol.asyncDispose]();
  }
}
