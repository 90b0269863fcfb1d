/**
 * The network of services and nodes on this machine: addresses and routes, the nftables proxy, and what the proxy tells
 * of itself over HTTP.
 */
import type { Component, Env, Processes } from "#base";
import { InformerSet } from "#client";
import {
  clearNodeNetwork,
  ConntrackProgram,
  Forwarding,
  HealthPages,
  HttpPages,
  InteractiveNft,
  IpProgram,
  NodeNetwork,
  type NodeNetworkPrograms,
  removal,
  ServiceProxy,
} from "#network";
import type { Access } from "./access.ts";
import { proxyIdentity } from "./identities.ts";

/** Whose node, and where programs are. */
export interface ServiceNetworkOptions {
  readonly nodeName: string;
  /** PATH of `ip`, `bridge` and `nft`. */
  readonly searchPath: string;
  /** Of all nodes' pods. Default `10.244.0.0/16`. */
  readonly clusterCidr?: string;
  /** Whether rules and routes stay when it ends, for the next one to go on with. Default false. */
  readonly keep?: boolean;
}

/** Disposing it takes rules, routes and addresses away, unless they are to stay. */
export class ServiceNetwork implements Component {
  readonly #options: ServiceNetworkOptions;
  readonly #programs: NodeNetworkPrograms;
  readonly #informers: InformerSet;
  readonly #sink: InteractiveNft;
  readonly #network: NodeNetwork;
  readonly #proxy: ServiceProxy;
  readonly #pages: HealthPages;

  constructor(
    env: Env,
    deps: { readonly access: Access; readonly processes: Processes },
    options: ServiceNetworkOptions,
  ) {
    const { nodeName, searchPath, clusterCidr } = options;
    const own = clusterCidr === undefined ? { nodeName } : { nodeName, podCidrs: [clusterCidr] };
    const { access, processes } = deps;
    this.#options = options;
    this.#programs = programsOf(processes, searchPath);
    const client = access.client(proxyIdentity, "kube-proxy");
    const informers = new InformerSet(env.child("informers"), { client });
    this.#informers = informers;
    this.#sink = new InteractiveNft(env.child("nft"), { processes });
    this.#network = new NodeNetwork(env.child("routes"), { ...this.#programs, informers }, own);
    const command = { program: "conntrack", arguments: [], environment: { PATH: searchPath } };
    const flows = new ConntrackProgram(env, { processes }, { command });
    this.#proxy = new ServiceProxy(env, { informers, sink: this.#sink, flows }, own);
    const parts = { pages: new HttpPages(), proxy: this.#proxy };
    this.#pages = new HealthPages(env.child("health"), parts);
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#network.start(signal);
    await this.#proxy.start(signal);
    await this.#pages.start();
  }

  ready(): string | undefined {
    return this.#network.ready() ?? this.#proxy.ready();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pages[Symbol.asyncDispose]();
    await this.#proxy[Symbol.asyncDispose]();
    await this.#network[Symbol.asyncDispose]();
    await this.#informers[Symbol.asyncDispose]();
    if (this.#options.keep !== true) await clear(this.#sink, this.#programs);
    await this.#sink[Symbol.asyncDispose]();
  }
}

/** Takes away what a killed cluster left. */
export async function clearServiceNetwork(env: Env, processes: Processes, searchPath: string): Promise<void> {
  await using sink = new InteractiveNft(env, { processes });
  await clear(sink, programsOf(processes, searchPath));
}

function programsOf(processes: Processes, searchPath: string): NodeNetworkPrograms {
  return {
    ip: new IpProgram({ processes }, searchPath),
    forwarding: new Forwarding({ processes }, searchPath),
  };
}

async function clear(sink: InteractiveNft, programs: NodeNetworkPrograms): Promise<void> {
  const { signal } = new AbortController();
  await sink.apply(removal(), signal);
  await clearNodeNetwork(programs, signal);
}
