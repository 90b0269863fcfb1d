/** The network's components as processes of their own: the service proxy of a machine, and the cluster's DNS on one. */
import { type Node, nodes, parseIp } from "#api";
import type { Component, Env, Program } from "#base";
import { createRealEnv, SystemProcesses } from "#base/real";
import { type Client, isUnreachable } from "#client";
import { findNetworkTools } from "#kubelet";
import { firstAddress, holdAddress, IpProgram } from "#network";
import type { Access } from "./access.ts";
import { started } from "./components.ts";
import { startDns } from "./dns.ts";
import { ClusterError } from "./errors.ts";
import { administrator } from "./identities.ts";
import { type Role, runRemote } from "./roles.ts";
import { clearServiceNetwork, ServiceNetwork } from "./service-network.ts";
import { serviceSockets } from "./service-sockets.ts";
import { UserspaceNetwork } from "./userspace-network.ts";

/** Whose credentials, and for which node. */
export interface NodeRoleOptions {
  readonly kubeconfig: string;
  readonly nodeName: string;
}

/** How services are answered: by rules of the kernel, or by sockets of this process. */
export type ProxyMode = "nftables" | "userspace";

export interface ProxyRoleOptions extends NodeRoleOptions {
  readonly mode: ProxyMode;
  /** Where node ports are in mode userspace, as CIDRs with commas between. */
  readonly nodePortAddresses: string;
  /** Of all nodes' pods. */
  readonly clusterCidr: string;
  readonly flags: Program["flags"];
}

/** How often a node that waits for its range of addresses is looked at. */
const rangePollMs = 200;

/**
 * Services and routes of this machine. Rules stay when it ends, so that the next one goes on without a gap. In mode
 * userspace services alone, without privileges, for as long as it runs.
 */
export function runProxy(options: ProxyRoleOptions, signal: AbortSignal): Promise<Role> {
  const { kubeconfig, nodeName, mode, nodePortAddresses, clusterCidr, flags } = options;
  const run = (make: (env: Env, access: Access) => Component): Promise<Role> => {
    const start = async (env: Env, access: Access): Promise<Component> => started(make(env, access), signal);
    return runRemote(`proxy ${nodeName}`, kubeconfig, start, flags);
  };
  if (mode === "userspace") {
    const sockets = serviceSockets(nodePortAddresses);
    return run((env, access) => new UserspaceNetwork(env, { access, sockets }, { nodeName, ownPages: true }));
  }
  const searchPath = searchPathOrThrow("proxy services");
  const own = { nodeName, searchPath, clusterCidr, keep: true };
  return run((env, access) => new ServiceNetwork(env, { access, processes: new SystemProcesses() }, own));
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
  options: NodeRoleOptions & {
    readonly address: string | undefined;
    readonly serviceAddress: string;
    readonly clusterDomain: string;
  },
  signal: AbortSignal,
): Promise<Role> {
  const { kubeconfig, nodeName, serviceAddress, clusterDomain } = options;
  for (const address of [options.address, serviceAddress]) {
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
    return startDns(env, access, { nodeName, address, serviceAddress, clusterDomain }, signal);
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
    "Provide that, or use --proxy-mode userspace; virtual nodes need neither.",
  );
}
