/** The kubelet's options, and what follows from them for its parts. */
import { kubernetesVersion, type Node } from "#api";
import type { NodeHealthOptions } from "./eviction/node-health.ts";
import { hardThresholds, type Threshold } from "./eviction/thresholds.ts";
import {
  imageMinAgeMs,
  imagesHighPercent,
  imagesLowPercent,
  maxPods,
  pressureTransitionMs,
} from "./limits.ts";
import type { MachineInfo } from "./machine.ts";
import { allocatableOf, type NodeOptions } from "./node/node-object.ts";
import type { NodeDefaults } from "./pod/config/sandbox-config.ts";
import type { DnsConfig } from "./runtime/config.ts";

/** How one node is set up. */
export interface KubeletOptions {
  readonly nodeName: string;
  /** Labels of the node beside those that every node has. Default: none. */
  readonly nodeLabels?: Readonly<Record<string, string>>;
  /** Taints that the node registers with. Default: none. */
  readonly registerWithTaints?: Node["spec"]["taints"];
  /** Resources kept from pods (`cpu: "100m"`). Default: none. */
  readonly reserved?: Readonly<Record<string, string>>;
  /** Default 110. */
  readonly maxPods?: number;
  /** Port of the kubelet's server, told in the node's status. Default 10250. */
  readonly port?: number;
  /** Default `/var/lib/kubelet`. */
  readonly rootDirectory?: string;
  /** Default `/var/log/pods`. */
  readonly podLogsDirectory?: string;
  /** Names or `prefix*` of sysctls that pods may set beside the safe ones. Default: none. */
  readonly allowedUnsafeSysctls?: readonly string[];
  /** When pods are evicted. Default: upstream's hard thresholds. */
  readonly evictionThresholds?: readonly Threshold[];
  /** What a pod gets at most to end when it goes for a threshold with a grace. Default 0: one second. */
  readonly evictionMaxGraceSeconds?: number;
  /** Default 300 s. */
  readonly pressureTransitionMs?: number;
  /** Percent of their file system above which images go, and down to which. Default 85 and 80. */
  readonly imagesHighPercent?: number;
  readonly imagesLowPercent?: number;
  /** How long an image is there at least before it goes for want of room. Default two minutes. */
  readonly imagesMinAgeMs?: number;
  /** Addresses of the cluster's DNS. Default: none, and pods use the node's resolver. */
  readonly clusterDns?: readonly string[];
  /** Default `cluster.local`. */
  readonly clusterDomain?: string;
  /** What /etc/subuid and /etc/subgid say. Default: nothing. */
  readonly subordinateIds?: readonly [subuid: string, subgid: string];
  /** The node's own resolver. Default: empty. */
  readonly nodeDns?: DnsConfig;
}

/** The options of the node's own object. */
export function nodeOptions(options: KubeletOptions): NodeOptions {
  const { nodeName: name, nodeLabels, registerWithTaints, reserved } = options;
  return {
    name,
    maxPods: options.maxPods ?? maxPods,
    keptFree: healthOptions(options).thresholds,
    port: options.port ?? 10_250,
    version: kubernetesVersion,
    ...(nodeLabels === undefined ? {} : { labels: nodeLabels }),
    ...(registerWithTaints === undefined ? {} : { taints: registerWithTaints }),
    ...(reserved === undefined ? {} : { reserved }),
  };
}

/** When the node is short of something, and of whom it rids itself. */
export function healthOptions(options: KubeletOptions): NodeHealthOptions {
  return {
    thresholds: options.evictionThresholds ?? hardThresholds,
    maxGraceSeconds: options.evictionMaxGraceSeconds ?? 0,
    transitionMs: options.pressureTransitionMs ?? pressureTransitionMs,
    imagesHigh: options.imagesHighPercent ?? imagesHighPercent,
    imagesLow: options.imagesLowPercent ?? imagesLowPercent,
    imagesMinAgeMs: options.imagesMinAgeMs ?? imageMinAgeMs,
  };
}

/** The node's part in its pods' configuration. */
export function nodeDefaults(options: KubeletOptions, machine: MachineInfo): NodeDefaults {
  return {
    rootDirectory: options.rootDirectory ?? "/var/lib/kubelet",
    logDirectory: options.podLogsDirectory ?? "/var/log/pods",
    clusterDns: options.clusterDns ?? [],
    clusterDomain: options.clusterDomain ?? "cluster.local",
    nodeDns: options.nodeDns ?? { servers: [], searches: [], options: [] },
    memoryBytes: machine.memoryBytes,
    containerCgroup: machine.containerCgroup,
    allocatable: allocatableOf(nodeOptions(options), machine),
  };
}
