/** What `navarch up` is asked for, checked. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Program } from "#base";
import type { ConfiguredOptions } from "#kubelet";
import { type ApiServerSettings, readApiServerSettings, readNetworkRanges } from "./api-server-settings.ts";
import {
  checkClusterName,
  defaultDataDir,
  type ListenAddress,
  type NodeMode,
  parseCount,
  parseListen,
  parsePort,
  parseRuntimeEndpoint,
} from "./cluster-options.ts";
import { ClusterError } from "./errors.ts";
import { readKubeletConfig } from "./kubelet-config.ts";
import type { NetworkRanges } from "./network-ranges.ts";
import { flagsOf } from "./program-flags.ts";
import { loopbackRanges } from "./service-sockets.ts";

export interface UpConfig {
  readonly name: string;
  readonly dataDir: string;
  readonly listen: ListenAddress;
  readonly kubeconfig: string;
  readonly node: NodeMode;
  readonly virtualNodes: number;
  /** Where services answer when nodes are virtual, as CIDRs with commas between. */
  readonly nodePortAddresses: string;
  /** The socket of a runtime that is there already; default: a containerd of our own. */
  readonly runtimeEndpoint?: string;
  /** Of a real node's kubelet; 0: any free one. */
  readonly kubeletPort: number;
  /** Of a real node, as a file says. */
  readonly configured: ConfiguredOptions;
  readonly ranges: NetworkRanges;
  readonly apiServer: ApiServerSettings;
  readonly flags: Program["flags"];
}

/** Reads the command line's options; throws `bad-option` with what would do. */
export function upOptions(options: Readonly<Record<string, unknown>>): UpConfig {
  const name = checkClusterName(String(options["name"]));
  const node = String(options["node"]) as NodeMode;
  const virtualNodes = options["virtualNodes"];
  const file = options["kubeletConfig"] as string | undefined;
  const endpoint = options["containerRuntimeEndpoint"] as string | undefined;
  if (node === "real" && virtualNodes !== undefined) {
    const message = `Cannot use --virtual-nodes "${String(virtualNodes)}" with --node real: nodes are of one kind`;
    throw new ClusterError("bad-option", message, "Leave one of them out.");
  }
  return {
    name,
    dataDir: dataDirOf(name, options["data"] as string | undefined),
    listen: parseListen(String(options["listen"])),
    kubeconfig: kubeconfigPath(options["kubeconfig"] as string | undefined),
    // Whoever says how many virtual nodes wants them.
    node: node === "auto" && virtualNodes !== undefined ? "virtual" : node,
    kubeletPort: parsePort("--kubelet-port", String(options["kubeletPort"] ?? 10_250), 10_250),
    configured: file === undefined ? {} : readKubeletConfig(file),
    nodePortAddresses: String(options["nodeportAddresses"] ?? loopbackRanges),
    ranges: readNetworkRanges(options),
    apiServer: readApiServerSettings(options),
    flags: flagsOf(options),
    virtualNodes: parseCount("--virtual-nodes", String(virtualNodes ?? 1), 10_000),
    ...(endpoint === undefined ? {} : { runtimeEndpoint: parseRuntimeEndpoint(endpoint) }),
  };
}

/** The data directory of a cluster, given or by its name. */
export function dataDirOf(name: string, given: string | undefined): string {
  // An unset variable in a script: the directory that one happens to be in is nobody's data.
  if (given === "") throw new ClusterError("bad-option", 'Cannot use --data "": it is no directory', noData);
  return resolve(given ?? defaultDataDir(name, process.env, process.getuid?.() === 0));
}

const noData = "Name one, or leave --data out.";

/** The file that kubectl would write to. */
export function kubeconfigPath(given: string | undefined): string {
  const first = process.env["KUBECONFIG"]?.split(":").find((path) => path !== "");
  return resolve(given ?? first ?? join(homedir(), ".kube", "config"));
}
