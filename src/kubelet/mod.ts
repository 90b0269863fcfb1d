/** The door of `kubelet`: the node agent, the interfaces of what lies under it, and their simulated twins. */
export { Kubelet, type KubeletDeps } from "./kubelet.ts";
export type { MachineInfo } from "./machine.ts";
export { lockMachine, machineOwner } from "./machine-lock-node.ts";
export { readMachine, readNodeDns } from "./machine-facts-node.ts";
export { MachineRuntime, type RuntimeSource } from "./machine-runtime-node.ts";
export { MachineNode, type MachineNodeDeps, type MachineNodeOptions } from "./machine-node.ts";
export type { KubeletOptions } from "./options.ts";
export { ApiReferences, type References } from "./pod/references.ts";
export type { HttpProbe, ProbeDialer } from "./probe/dialer.ts";
export { ConfigurationError, type ConfiguredOptions, readConfiguration } from "./configuration-file.ts";
export { containerdSocket } from "./runtime/containerd/containerd-config.ts";
export { ContainerdError } from "./runtime/containerd/errors.ts";
export { NodeImages } from "./runtime/containerd/node-images.ts";
export {
  type BasicTools,
  findBasicTools,
  findNetworkTools,
  findTools,
  type NodeTools,
} from "./runtime/containerd/tools-node.ts";
export type { Image, ImageService, RuntimeService } from "./runtime/runtime.ts";
export {
  SimCgroups,
  SimDialer,
  SimImages,
  type SimImagesOptions,
  SimRuntime,
  type SimRuntimeOptions,
  SimStats,
  SimStreams,
  SimVolumes,
} from "./runtime/sim/mod.ts";
export type { LogEntry, LogRange, LogSource, RuntimeStreams } from "./runtime/streams.ts";
export type { Caller } from "./server/caller.ts";
export { type HttpsServerOptions, KubeletHttpsServer } from "./server/https-server-node.ts";
export { KubeletServer, type KubeletServerDeps, type ServeKubelet } from "./server/kubelet-server.ts";
export { type PodVolumes, VolumeError } from "./volumes/volumes.ts";
