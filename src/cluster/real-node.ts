/** The node of this machine under a cluster: chosen when the machine has what it takes, else why not. */
import { hostname } from "node:os";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { services } from "#api";
import type { Component, Env, Processes } from "#base";
import { createRealEnv, SystemProcesses } from "#base/real";
import { InformerSet } from "#client";
import {
  type ConfiguredOptions,
  findTools,
  lockMachine,
  machineOwner,
  MachineNode,
  MachineRuntime,
  type NodeTools,
  readMachine,
  type ServeKubelet,
} from "#kubelet";
import { defaultDnsAddress } from "#network";
import type { Access } from "./access.ts";
import type { NodeMode } from "./cluster-options.ts";
import { ClusterError } from "./errors.ts";
import { kubeletIdentity } from "./identities.ts";
import { clearServiceNetwork, ServiceNetwork } from "./service-network.ts";

/** How pods are going to run: on this machine, or on virtual nodes, and then why (empty: they were asked for). */
export type NodeChoice =
  | { readonly kind: "real"; readonly tools: NodeTools }
  | { readonly kind: "virtual"; readonly why: string };

/** The longest path of a unix socket, which containerd's data directory must leave room for. */
const maxSocketPath = 107;

/** Throws `no-real-node` when a real node is asked for and cannot be. */
export function chooseNode(mode: NodeMode, dataDir: string): NodeChoice {
  if (mode === "virtual") return { kind: "virtual", why: "" };
  const tools = findTools();
  const why = reasonAgainst(tools, dataDir);
  if (why === undefined && typeof tools !== "string") return { kind: "real", tools };
  if (mode === "auto") return { kind: "virtual", why: why ?? "" };
  const message = `Cannot run containers on this machine: a real node ${why}`;
  throw new ClusterError("no-real-node", message, "Provide that, or use --node virtual.");
}

function reasonAgainst(tools: NodeTools | string, dataDir: string): string | undefined {
  if (process.getuid?.() !== 0) return "needs root";
  if (process.arch !== "x64") return `needs an x64 machine, and this is ${process.arch}`;
  if (typeof tools === "string") return tools;
  if (`${containerdDirectory(dataDir)}/containerd.sock.ttrpc`.length > maxSocketPath)
    return "needs a shorter data directory, since a socket is in it";
  const owner = machineOwner();
  return owner === undefined ? undefined : `runs for another cluster already (process ${owner})`;
}

/** Where a cluster's containerd keeps everything. */
export function containerdDirectory(dataDir: string): string {
  return join(dataDir, "containerd");
}

/** Which node. */
export interface RealNodeOptions {
  readonly name: string;
  /** Of the cluster. */
  readonly dataDir: string;
  readonly tools: NodeTools;
  /** Starts programs and mounts; this process is too large to fork. */
  readonly processes: Processes;
  /** Of the kubelet's server; 0: any free one. Default 10250. */
  readonly kubeletPort?: number;
  /** What a kubelet configuration file says. Default: nothing. */
  readonly configured?: ConfiguredOptions;
}

/** A machine's node has the machine's name, as a kubelet's does; where that is no object's name, `otherwise`. */
export function realNodeName(otherwise: string): string {
  const name = hostname().toLowerCase();
  return /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/.test(name) ? name : otherwise;
}

/** Ends what a killed cluster left running of its containers. Resolves with whether there was something. */
export async function stopLeftNode(dataDir: string): Promise<boolean> {
  const directory = containerdDirectory(dataDir);
  const tools = findTools();
  if (!existsSync(join(directory, "containerd.pid")) || typeof tools === "string") return false;
  using _ = lockMachine();
  await using env = createRealEnv({ name: "down", logLevel: "warn" });
  await using runtime = new MachineRuntime(
    env,
    { processes: new SystemProcesses(), machine: readMachine(dataDir) },
    { tools, containerdDirectory: directory },
  );
  await runtime.start(new AbortController().signal);
  await clearServiceNetwork(env, new SystemProcesses(), tools.searchPath);
  return true;
}

/** How a node is reached, and what runs beside it: that stops after the node. */
export interface RealNodeParts {
  readonly serve: ServeKubelet;
  /** Default: nothing. */
  readonly beside?: Component;
}

/** Starts the machine's node; it ends its containers when it is disposed. */
export async function startRealNode(
  env: Env,
  access: Access,
  options: RealNodeOptions,
  { serve, beside }: RealNodeParts,
  signal: AbortSignal,
): Promise<Component> {
  const { name: nodeName, dataDir, tools, processes } = options;
  const lock = lockMachine();
  const client = access.client(kubeletIdentity(nodeName), "kubelet");
  const informers = new InformerSet(env.child("informers"), { client });
  const manifests = join(dataDir, "manifests");
  mkdirSync(manifests, { recursive: true, mode: 0o700 });
  const node = new MachineNode(
    env,
    { client, informers, services: informers.of(services).lister, processes, serve },
    {
      ...options.configured,
      nodeName,
      tools,
      containerdDirectory: containerdDirectory(dataDir),
      clusterDns: options.configured?.clusterDns ?? [defaultDnsAddress],
      manifestDirectories: [manifests, "/etc/kubernetes/manifests"],
    },
  );
  const component: Component = {
    async start() {
      await Promise.all([node.start(signal), beside?.start(signal)]);
    },
    ready: () => node.ready() ?? beside?.ready(),
    async [Symbol.asyncDispose]() {
      await node[Symbol.asyncDispose]();
      await beside?.[Symbol.asyncDispose]();
      lock[Symbol.dispose]();
    },
  };
  try {
    await component.start(signal);
    return component;
  } catch (error) {
    await component[Symbol.asyncDispose]();
    throw error;
  }
}

/** The machine's part in Services. */
export function serviceNetwork(env: Env, access: Access, options: RealNodeOptions): Component {
  const { name: nodeName, tools, processes } = options;
  return new ServiceNetwork(env, { access, processes }, { nodeName, searchPath: tools.searchPath });
}
