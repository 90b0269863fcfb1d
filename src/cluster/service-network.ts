/**
 * Services on this machine: the nftables proxy, and the machine's own route for the service range, so that service
 * addresses work without a default route and never leave by one.
 */
import { type Component, type Env, type Processes, runToEnd } from "#base";
import { InformerSet } from "#client";
import { InteractiveNft, removal, ServiceProxy } from "#network";
import type { Access } from "./access.ts";
import { proxyIdentity } from "./identities.ts";

/** Whose node, and where programs are. */
export interface ServiceNetworkOptions {
  readonly nodeName: string;
  /** PATH of `ip` and `nft`. */
  readonly searchPath: string;
}

const serviceRange = "10.96.0.0/12";
const maxOutputBytes = 64 * 1024;

/** Disposing it takes the rules and the route away. */
export class ServiceNetwork implements Component {
  readonly #processes: Processes;
  readonly #options: ServiceNetworkOptions;
  readonly #informers: InformerSet;
  readonly #sink: InteractiveNft;
  readonly #proxy: ServiceProxy;

  constructor(
    env: Env,
    deps: { readonly access: Access; readonly processes: Processes },
    options: ServiceNetworkOptions,
  ) {
    this.#processes = deps.processes;
    this.#options = options;
    const client = deps.access.client(proxyIdentity, "kube-proxy");
    this.#informers = new InformerSet(env.child("informers"), { client });
    this.#sink = new InteractiveNft(env.child("nft"), { processes: deps.processes });
    const parts = { informers: this.#informers, sink: this.#sink };
    this.#proxy = new ServiceProxy(env, parts, { nodeName: options.nodeName });
  }

  async start(signal: AbortSignal): Promise<void> {
    await changeRoute("replace", this.#processes, this.#options.searchPath, signal);
    await this.#proxy.start(signal);
  }

  ready(): string | undefined {
    return this.#proxy.ready();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxy[Symbol.asyncDispose]();
    await this.#informers[Symbol.asyncDispose]();
    await clear(this.#sink, this.#processes, this.#options.searchPath);
    await this.#sink[Symbol.asyncDispose]();
  }
}

/** Takes away what a killed cluster left. */
export async function clearServiceNetwork(env: Env, processes: Processes, searchPath: string): Promise<void> {
  await using sink = new InteractiveNft(env, { processes });
  await clear(sink, processes, searchPath);
}

async function clear(sink: InteractiveNft, processes: Processes, searchPath: string): Promise<void> {
  const { signal } = new AbortController();
  await sink.apply(removal(), signal);
  await changeRoute("delete", processes, searchPath, signal);
}

/** The kernel finds the range on loopback, and the proxy's rules send each packet on from there. */
async function changeRoute(
  action: "replace" | "delete",
  processes: Processes,
  searchPath: string,
  signal: AbortSignal,
): Promise<void> {
  const command = {
    program: "ip",
    arguments: ["route", action, serviceRange, "dev", "lo"],
    environment: { PATH: searchPath },
  };
  const { exit, errorOutput } = await runToEnd(processes, command, { maxOutputBytes }, signal);
  if (("code" in exit && exit.code === 0) || action === "delete") return;
  throw new Error(`Cannot set the route of ${serviceRange}: ${Buffer.from(errorOutput).toString().trim()}`);
}
