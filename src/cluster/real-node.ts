/** The node of this machine under a cluster: chosen when the machine has what it takes, else why not. */
import { hostname } from "node:os";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { services } from "#api";
import { type Component, type Env, makeFolder, type Processes } from "#base";
import { createRealEnv, SystemProcesses } from "#base/real";
import { InformerSet } from "#client";
import {
  type ConfiguredOptions,
  containerdSocket,
  findBasicTools,
  findTools,
  lockMachine,
  machineOwner,
  MachineNode,
  MachineRuntime,
  readMachine,
  type RuntimeSource,
  type ServeKubelet,
} from "#kubelet";
import type { Access } from "./access.ts";
import { started } from "./components.ts";
import type { NodeMode } from "./cluster-options.ts";
import { ClusterError } from "./errors.ts";
import { kubeletIdentity } from "./identities.ts";
import { dnsAddressIn, type NetworkRanges } from "./network-ranges.ts";
import { clearServiceNetwork, ServiceNetwork } from "./service-network.ts";

/** How pods are going to run: on this machine, or on virtual nodes, and then why (empty: they were asked for). */
export type NodeChoice =
  | { readonly kind: "real"; readonly source: RuntimeSource }
  | { readonly kind: "virtual"; readonly why: string };

/** The longest path of a unix socket, which containerd's data directory must leave room for. */
const maxSocketPath = 107;

/** What is asked for. */
export interface NodeWish {
  readonly mode: NodeMode;
  readonly dataDir: string;
  /** Of a runtime that is there: its socket's path. Default: a containerd of our own. */
  readonly runtimeEndpoint?: string;
}

/** Throws `no-real-node` when a real node is asked for and cannot be. */
export function chooseNode({ mode, dataDir, runtimeEndpoint }: NodeWish): NodeChoice {
  if (mode === "virtual") return { kind: "virtual", why: "" };
  const source =
    runtimeEndpoint === undefined ? supervisedSource(dataDir) : endpointSource(dataDir, runtimeEndpoint);
  const why = generalReasonAgainst() ?? (typeof source === "string" ? source : undefined);
  if (why === undefined && typeof source !== "string") return { kind: "real", source };
  if (mode === "auto" && runtimeEndpoint === undefined) return { kind: "virtual", why: why ?? "" };
  const message = `Cannot run containers on this machine: a real node ${why}`;
  const isProgram = / on PATH$| plug-ins /.test(why ?? "");
  const remedy = isProgram
    ? `Install it, or use --node virtual. ${onDebian}`
    : "Mend that, or use --node virtual.";
  throw new ClusterError("no-real-node", message, remedy);
}

const onDebian =
  "What Debian and Ubuntu have: apt-get install --no-remove containerd runc nftables iptables iproute2 containernetworking-plugins.";

function generalReasonAgainst(): string | undefined {
  if (process.getuid?.() !== 0) return "needs root";
  const owner = machineOwner();
  return owner === undefined ? undefined : `runs for another cluster already (process ${owner})`;
}

function supervisedSource(dataDir: string): RuntimeSource | string {
  if (process.arch !== "x64") return `needs an x64 machine, and this is ${process.arch}`;
  const tools = findTools();
  if (typeof tools === "string") return tools;
  const directory = containerdDirectory(dataDir);
  if (`${directory}/containerd.sock.ttrpc`.length > maxSocketPath)
    return "needs a shorter data directory, since a socket is in it";
  return { kind: "supervised", tools, directory };
}

function endpointSource(dataDir: string, socket: string): RuntimeSource | string {
  const tools = findBasicTools();
  if (typeof tools === "string") return tools;
  if (!existsSync(socket)) return `needs a container runtime at "${socket}", and there is none`;
  return { kind: "endpoint", tools, socket, owner: dataDir };
}

/** Where a cluster's containerd keeps everything. */
function containerdDirectory(dataDir: string): string {
  return join(dataDir, "containerd");
}

/** Says at which runtime that is not ours a cluster's pods are; absent: at none. */
function endpointFile(dataDir: string): string {
  return join(dataDir, "container-runtime");
}

/** The socket of the runtime that has a cluster's pods; undefined when it never had any. */
export function runtimeSocket(dataDir: string): string | undefined {
  try {
    return readFileSync(endpointFile(dataDir), "utf8");
  } catch {
    const socket = containerdSocket(containerdDirectory(dataDir));
    return existsSync(socket) ? socket : undefined;
  }
}

/** Which node. */
export interface RealNodeOptions {
  readonly name: string;
  /** Of the cluster. */
  readonly dataDir: string;
  readonly source: RuntimeSource;
  /** Starts programs and mounts; this process is too large to fork. */
  readonly processes: Processes;
  /** What was begun before. Default: it begins with the node. */
  readonly runtime?: StartingRuntime;
  /** Of the kubelet's server; 0: any free one. Default 10250. */
  readonly kubeletPort?: number;
  /** Of the cluster's network. Default: upstream's usual. */
  readonly ranges?: NetworkRanges;
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
  const source = leftSource(dataDir);
  if (source === undefined) return false;
  using _ = lockMachine();
  await using env = createRealEnv({ name: "down", logLevel: "warn" });
  await using runtime = new MachineRuntime(
    env,
    { processes: new SystemProcesses(), machine: readMachine(dataDir) },
    { source },
  );
  await runtime.start(new AbortController().signal);
  await clearServiceNetwork(env, new SystemProcesses(), source.tools.searchPath);
  rmSync(endpointFile(dataDir), { force: true });
  return true;
}

/** What ran the containers of a cluster that ended without its farewell. */
function leftSource(dataDir: string): RuntimeSource | undefined {
  const isOther = existsSync(endpointFile(dataDir));
  if (!isOther && !existsSync(join(containerdDirectory(dataDir), "containerd.pid"))) return undefined;
  const source = isOther ? endpointSource(dataDir, runtimeSocket(dataDir) ?? "") : supervisedSource(dataDir);
  return typeof source === "string" ? undefined : source;
}

/** The machine is ours, and its runtime starts while other things do. */
export class StartingRuntime implements AsyncDisposable {
  readonly runtime: MachineRuntime;
  readonly #lock: Disposable;
  readonly #endpointFile: string;

  constructor(env: Env, options: RealNodeOptions, signal: AbortSignal) {
    const { dataDir, source, processes, configured, ranges = {} } = options;
    this.#lock = lockMachine();
    makeFolder(dataDir, 0o700);
    this.#endpointFile = endpointFile(dataDir);
    if (source.kind === "endpoint") writeFileSync(this.#endpointFile, source.socket);
    this.runtime = new MachineRuntime(
      env,
      { processes, machine: readMachine(dataDir) },
      { ...ranges, ...configured, source },
    );
    // Whoever needs it hears of its failure.
    this.runtime.start(signal).catch(() => {});
  }

  /** Lets go of it before a node had it: pods run on. */
  async release(): Promise<void> {
    await this.runtime.release();
    this.#lock[Symbol.dispose]();
  }

  /** Ends its pods. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.runtime[Symbol.asyncDispose]();
    rmSync(this.#endpointFile, { force: true });
    this.#lock[Symbol.dispose]();
  }
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
  const { name: nodeName, dataDir, ranges = {} } = options;
  const starting = options.runtime ?? new StartingRuntime(env.child("runtime"), options, signal);
  const client = access.client(kubeletIdentity(nodeName), "kubelet");
  const informers = new InformerSet(env.child("informers"), { client });
  const manifests = join(dataDir, "manifests");
  makeFolder(manifests, 0o700);
  const node = new MachineNode(
    env,
    { client, informers, services: informers.of(services).lister, runtime: starting.runtime, serve },
    {
      ...ranges,
      ...options.configured,
      nodeName,
      clusterDns: options.configured?.clusterDns ?? [dnsAddressIn(ranges.serviceRange)],
      manifestDirectories: [manifests, options.configured?.staticPodPath ?? "/etc/kubernetes/manifests"],
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
      await starting[Symbol.asyncDispose]();
    },
  };
  return started(component, signal);
}

/** The machine's part in Services. */
export function serviceNetwork(env: Env, access: Access, options: RealNodeOptions): Component {
  const { name: nodeName, source, processes, ranges = {} } = options;
  const { searchPath } = source.tools;
  const own = { nodeName, searchPath, ...ranges };
  return new ServiceNetwork(env, { access, processes }, own);
}
