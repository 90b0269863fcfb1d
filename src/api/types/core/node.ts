/**
 * Nodes.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  always,
  atomic,
  bool,
  by,
  enumOf,
  known,
  field,
  int32,
  int64,
  kind,
  map,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  quantity,
  set,
  type Shape,
  string,
  struct,
  time,
  type Value,
} from "../../schema/mod.ts";
import { ConditionStatus } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta, OwnerReference } from "../meta/object-meta.ts";
import { Taint } from "./taint.ts";
import { defaultNodeSpec, defaultNodeStatus } from "./node-defaults.ts";

export interface AttachedVolume extends Shape<typeof AttachedVolume>, Plain {}
export const AttachedVolume = message<AttachedVolume>("AttachedVolume")({
  name: field(1, string),
  devicePath: field(2, string),
});

export interface PodSignature extends Shape<typeof PodSignature>, Plain {}
export const PodSignature = message<PodSignature>("PodSignature")({
  podController: optional(1, OwnerReference),
});

export interface PreferAvoidPodsEntry extends Shape<typeof PreferAvoidPodsEntry>, Plain {}
export const PreferAvoidPodsEntry = message<PreferAvoidPodsEntry>("PreferAvoidPodsEntry")({
  podSignature: field(1, PodSignature),
  evictionTime: nullable(2, time),
  reason: omitempty(3, string),
  message: omitempty(4, string),
});

export interface AvoidPods extends Shape<typeof AvoidPods>, Plain {}
export const AvoidPods = message<AvoidPods>("AvoidPods")({
  preferAvoidPods: omitempty(1, atomic(PreferAvoidPodsEntry)),
});

export interface ConfigMapNodeConfigSource extends Shape<typeof ConfigMapNodeConfigSource>, Plain {}
export const ConfigMapNodeConfigSource = message<ConfigMapNodeConfigSource>("ConfigMapNodeConfigSource")({
  namespace: field(1, string),
  name: field(2, string),
  uid: omitempty(3, string),
  resourceVersion: omitempty(4, string),
  kubeletConfigKey: field(5, string),
});

export interface ContainerImage extends Shape<typeof ContainerImage>, Plain {}
export const ContainerImage = message<ContainerImage>("ContainerImage")({
  names: nullable(1, atomic(string)),
  sizeBytes: omitempty(2, int64),
});

export interface DaemonEndpoint extends Shape<typeof DaemonEndpoint>, Plain {}
export const DaemonEndpoint = message<DaemonEndpoint>("DaemonEndpoint")({
  Port: field(1, int32),
});

export interface NodeConfigSource extends Shape<typeof NodeConfigSource>, Plain {}
export const NodeConfigSource = message<NodeConfigSource>("NodeConfigSource")({
  configMap: optional(2, ConfigMapNodeConfigSource),
});

export interface NodeSpec extends Shape<typeof NodeSpec>, Plain {}
export const NodeSpec = message<NodeSpec>("NodeSpec")(
  {
    podCIDR: omitempty(1, string),
    podCIDRs: omitempty(7, set(string), { patch: "merge" }),
    providerID: omitempty(3, string),
    unschedulable: omitempty(4, bool),
    taints: omitempty(5, atomic(Taint)),
    configSource: optional(6, NodeConfigSource),
    externalID: omitempty(2, string),
  },
  { default: defaultNodeSpec },
);

export type NodeConditionType = Value<typeof NodeConditionType>;
export const NodeConditionType = known(
  "DiskPressure",
  "MemoryPressure",
  "NetworkUnavailable",
  "PIDPressure",
  "Ready",
);

export interface NodeCondition extends Shape<typeof NodeCondition>, Plain {}
export const NodeCondition = message<NodeCondition>("NodeCondition")({
  type: field(1, NodeConditionType),
  status: field(2, ConditionStatus),
  lastHeartbeatTime: nullable(3, time),
  lastTransitionTime: nullable(4, time),
  reason: omitempty(5, string),
  message: omitempty(6, string),
});

export type NodeAddressType = Value<typeof NodeAddressType>;
export const NodeAddressType = known("ExternalDNS", "ExternalIP", "Hostname", "InternalDNS", "InternalIP");

export interface NodeAddress extends Shape<typeof NodeAddress>, Plain {}
export const NodeAddress = message<NodeAddress>("NodeAddress")({
  type: field(1, NodeAddressType),
  address: field(2, string),
});

export interface NodeDaemonEndpoints extends Shape<typeof NodeDaemonEndpoints>, Plain {}
export const NodeDaemonEndpoints = message<NodeDaemonEndpoints>("NodeDaemonEndpoints")({
  kubeletEndpoint: struct(1, DaemonEndpoint),
});

export interface NodeSwapStatus extends Shape<typeof NodeSwapStatus>, Plain {}
export const NodeSwapStatus = message<NodeSwapStatus>("NodeSwapStatus")({
  capacity: optional(1, int64),
});

export interface NodeSystemInfo extends Shape<typeof NodeSystemInfo>, Plain {}
export const NodeSystemInfo = message<NodeSystemInfo>("NodeSystemInfo")({
  machineID: field(1, string),
  systemUUID: field(2, string),
  bootID: field(3, string),
  kernelVersion: field(4, string),
  osImage: field(5, string),
  containerRuntimeVersion: field(6, string),
  kubeletVersion: field(7, string),
  kubeProxyVersion: field(8, string),
  operatingSystem: field(9, string),
  architecture: field(10, string),
  swap: optional(11, NodeSwapStatus),
});

export interface NodeConfigStatus extends Shape<typeof NodeConfigStatus>, Plain {}
export const NodeConfigStatus = message<NodeConfigStatus>("NodeConfigStatus")({
  assigned: optional(1, NodeConfigSource),
  active: optional(2, NodeConfigSource),
  lastKnownGood: optional(3, NodeConfigSource),
  error: omitempty(4, string),
});

export interface NodeRuntimeHandlerFeatures extends Shape<typeof NodeRuntimeHandlerFeatures>, Plain {}
export const NodeRuntimeHandlerFeatures = message<NodeRuntimeHandlerFeatures>("NodeRuntimeHandlerFeatures")({
  recursiveReadOnlyMounts: optional(1, bool),
  userNamespaces: optional(2, bool),
});

export interface NodeRuntimeHandler extends Shape<typeof NodeRuntimeHandler>, Plain {}
export const NodeRuntimeHandler = message<NodeRuntimeHandler>("NodeRuntimeHandler")({
  name: always(1, string),
  features: optional(2, NodeRuntimeHandlerFeatures),
});

export interface NodeFeatures extends Shape<typeof NodeFeatures>, Plain {}
export const NodeFeatures = message<NodeFeatures>("NodeFeatures")({
  supplementalGroupsPolicy: optional(1, bool),
});

export type NodePhase = Value<typeof NodePhase>;
export const NodePhase = enumOf("Pending", "Running", "Terminated");

export interface NodeStatus extends Shape<typeof NodeStatus>, Plain {}
export const NodeStatus = message<NodeStatus>("NodeStatus")(
  {
    capacity: omitempty(1, map(quantity)),
    allocatable: omitempty(2, map(quantity)),
    phase: omitempty(3, NodePhase),
    conditions: omitempty(4, by("type", NodeCondition), { patch: "merge" }),
    addresses: omitempty(5, by("type", NodeAddress), { patch: "merge" }),
    daemonEndpoints: struct(6, NodeDaemonEndpoints),
    nodeInfo: struct(7, NodeSystemInfo),
    images: omitempty(8, atomic(ContainerImage)),
    volumesInUse: omitempty(9, atomic(string)),
    volumesAttached: omitempty(10, atomic(AttachedVolume)),
    config: optional(11, NodeConfigStatus),
    runtimeHandlers: omitempty(12, atomic(NodeRuntimeHandler)),
    features: optional(13, NodeFeatures, { gate: "SupplementalGroupsPolicy" }),
    declaredFeatures: omitempty(14, atomic(string), { gate: "NodeDeclaredFeatures" }),
  },
  { default: defaultNodeStatus },
);

export interface Node extends Shape<typeof Node>, Plain {}
export const Node = kind<Node>(
  "v1",
  "Node",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, NodeSpec),
  status: struct(3, NodeStatus),
});

export type NodeList = KubeList<Node>;
export const NodeList = kindList(Node);
