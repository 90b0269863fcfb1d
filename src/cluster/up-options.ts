/** What `navarch up` is asked for, checked. */
import type { Program } from "#base";
import type { ConfiguredOptions } from "#kubelet";
import { type ApiServerSettings, readApiServerSettings, readNetworkRanges } from "./api-server-settings.ts";
import {
  checkClusterName,
  type ListenAddress,
  loopbackRanges,
  type NodeMode,
  parseCount,
  parseListen,
  parsePort,
  parseRuntimeEndpoint,
} from "./cluster-options.ts";
import { ClusterError } from "./errors.ts";
import type { NetworkRanges } from "./network-ranges.ts";
import { flagsOf } from "./program-flags.ts";
import { dataDirOf, kubeconfigPath } from "./user-paths.ts";

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

/** Reads the command line's options; rejects with `bad-option` and what would do. */
export async function upOptions(options: Readonly<Record<string, unknown>>): Promise<UpConfig> {
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
    configured: file === undefined ? {} : (await import("./kubelet-config.ts")).readKubeletConfig(file),
    nodePortAddresses: String(options["nodeportAddresses"] ?? loopbackRanges),
    ranges: readNetworkRanges(options),
    apiServer: await readApiServerSettings(options),
    flags: flagsOf(options),
    virtualNodes: parseCount("--virtual-nodes", String(virtualNodes ?? 1), 10_000),
    ...(endpoint === undefined ? {} : { runtimeEndpoint: parseRuntimeEndpoint(endpoint) }),
  };
}
