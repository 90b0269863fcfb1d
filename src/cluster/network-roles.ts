/** The network's components as processes of their own: the service proxy of a machine, and the cluster's DNS on one. */
import { type Node, nodes, parseIp } from "#api";
import type { Component } from "#base";
import { createRealEnv, SystemProcesses } from "#base/real";
import { type Client, isUnreachable } from "#client";
import { findNetworkTools } from "#kubelet";
import { firstAddress, holdAddress, IpProgram } from "#network";
import { startDns } from "./dns.ts";
import { ClusterError } from "./errors.ts";
import { administrator } from "./identities.ts";
import { type Role, runRemote } from "./roles.ts";
import { clearServiceNetwork, ServiceNetwork } from "./service-network.ts";

/** Whose credentials, and for which node. */
export interface NodeRoleOptions {
  readonly kubeconfig: string;
  readonly nodeName: string;
}

/** How often a node that waits for its range of addresses is looked at. */
const rangePollMs = 200;

/** Services and routes of this machine. Rules stay when it ends, so that the next one goes on without a gap. */
export function runProxy({ kubeconfig, nodeName }: NodeRoleOptions, signal: AbortSignal): Promise<Role> {
  const searchPath = searchPathOrThrow("proxy services");
  return runRemote(`proxy ${nodeName}`, kubeconfig, async (env, access) => {
    const deps = { access, processes: new SystemProcesses() };
    return started(new ServiceNetwork(env, deps, { nodeName, searchPath, keep: true }), signal);
  });
}

/** Takes away the rules and routes that a proxy left on this machine. */
export async function cleanUpProxy(): Promise<void> {
  await using env = createRealEnv({ name: "proxy", logLevel: "warn" });
  await clearServiceNetwork(env, new SystemProcesses(), searchPathOrThrow("clean up"));
}

/**
 * The cluster's DNS at `address`, by default the node's pod-side address. The credentials are an administrator's: they
 * make the Service and write its endpoint; names are read by an account that may do nothing else.
 */
export function runDns(
  options: NodeRoleOptions & { readonly address: string | undefined; readonly serviceAddress: string },
  signal: AbortSignal,
): Promise<Role> {
  const { kubeconfig, nodeName } = options;
  for (const address of [options.address, options.serviceAddress]) {
    if (address === undefined || parseIp(address) !== undefined) continue;
    const remedy = "Use --listen-address ADDR and --service-address ADDR.";
    throw new ClusterError("bad-option", `Cannot answer at "${address}": it is no IP address`, remedy);
  }
  return runRemote("dns", kubeconfig, async (env, access) => {
    let { address } = options;
    if (address === undefined) {
      const client = access.client(administrator, "navarch-dns");
      address = await podSideAddress(client, nodeName, (ms) => env.clock.sleep(ms, signal), signal);
      const ip = new IpProgram({ processes: new SystemProcesses() }, searchPathOrThrow("answer DNS"));
      await holdAddress(ip, address, signal);
    }
    return startDns(env, access, { nodeName, address, serviceAddress: options.serviceAddress }, signal);
  });
}

/** Waits until the node is there and has its range. */
async function podSideAddress(
  client: Client,
  nodeName: string,
  sleep: (ms: number) => Promise<void>,
  signal: AbortSignal,
): Promise<string> {
  for (;;) {
    const { items } = await client
      .of<Node>(nodes)
      .list({ fieldSelector: `metadata.name=${nodeName}` }, signal)
      .catch((error: unknown) => {
        if (isUnreachable(error)) return { items: [] };
        throw error;
      });
    const address = firstAddress(items[0]?.spec.podCIDR);
    if (address !== undefined) return address;
    await sleep(rangePollMs);
  }
}

function searchPathOrThrow(action: string): string {
  const tools = process.getuid?.() === 0 ? findNetworkTools() : "needs root";
  if (typeof tools !== "string") return tools.searchPath;
  throw new ClusterError(
    "no-real-node",
    `Cannot ${action} on this machine: it ${tools}`,
    "Provide that; virtual nodes need neither.",
  );
}

async function started(component: Component, signal: AbortSignal): Promise<Component> {
  try {
    await component.start(signal);
    return component;
  } catch (error) {
    await component[Symbol.asyncDispose]();
    throw error;
  }
}
