/** The door of `cluster`: clusters as a library, and what the command line does. */
export { Cluster } from "./cluster.ts";
export type { ClusterConfig, ClusterParts } from "./cluster-config.ts";
export {
  checkNodeName,
  type ListenAddress,
  loopbackRanges,
  type NodeMode,
  parseAddress,
  parseListen,
  parsePort,
  parseRuntimeEndpoint,
  parseTimeSpan,
} from "./cluster-options.ts";
export { parseClusterCidr, parseClusterDomain } from "./network-ranges.ts";
export { flagsOf } from "./program-flags.ts";
export { readApiServerSettings, readNetworkRanges } from "./api-server-settings.ts";
export { launchDetached } from "./detach.ts";
export { type ClusterStatus, clusterStatus, down } from "./down.ts";
export { ClusterError, type ClusterErrorCode } from "./errors.ts";
export { addNode, type NodeTarget, removeNode } from "./joining.ts";
export { listNodeImages, loadNodeImages, type NodeImage } from "./node-images.ts";
export { cleanUpProxy, type ProxyMode, runDns, runProxy } from "./network-roles.ts";
export { type Role, runApiServer, runControllerManager, runKubelet, runScheduler } from "./roles.ts";
export type { LibraryOptions } from "./library-options.ts";
export { startCluster, type StartClusterOptions } from "./start-cluster.ts";
export { MemoryAtRest } from "#base/real";
export { SimWorld } from "#base/sim";
export { type UpCluster, up } from "./up.ts";
export { type UpConfig, upOptions } from "./up-options.ts";
export { dataDirOf } from "./user-paths.ts";
