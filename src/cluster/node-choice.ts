/** Whether a cluster's pods run on this machine: when it has what it takes, else why not; and where they were left running. */
import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { containerdSocket, findBasicTools, findTools, machineOwner, type RuntimeSource } from "#kubelet";
import type { NodeMode } from "./cluster-options.ts";
import { ClusterError } from "./errors.ts";

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

/** A machine's node has the machine's name, as a kubelet's does; where that is no object's name, `otherwise`. */
export function realNodeName(otherwise: string): string {
  const name = hostname().toLowerCase();
  return /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/.test(name) ? name : otherwise;
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
export function endpointFile(dataDir: string): string {
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

/** What ran the containers of a cluster that ended without its farewell. */
export function leftSource(dataDir: string): RuntimeSource | undefined {
  const isOther = existsSync(endpointFile(dataDir));
  if (!isOther && !existsSync(join(containerdDirectory(dataDir), "containerd.pid"))) return undefined;
  const source = isOther ? endpointSource(dataDir, runtimeSocket(dataDir) ?? "") : supervisedSource(dataDir);
  return typeof source === "string" ? undefined : source;
}
