/**
 * Pods.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
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
import { ObjectMeta } from "../meta/object-meta.ts";
import { Affinity, TopologySpreadConstraint } from "./affinity.ts";
import { ContainerStatus } from "./container-status.ts";
import { Container, EphemeralContainer } from "./container.ts";
import { LocalObjectReference } from "./reference.ts";
import { ResourceRequirements } from "./resources.ts";
import { PodSecurityContext } from "./security-context.ts";
import { Toleration } from "./taint.ts";
import { Volume } from "./volume.ts";
import { defaultPod, defaultPodSpec, defaultPodTemplate } from "./pod-defaults.ts";

export interface ContainerExtendedResourceRequest
  extends Shape<typeof ContainerExtendedResourceRequest>,
    Plain {}
export const ContainerExtendedResourceRequest = message<ContainerExtendedResourceRequest>(
  "ContainerExtendedResourceRequest",
)({
  containerName: field(1, string),
  resourceName: field(2, string),
  requestName: field(3, string),
});

export interface HostAlias extends Shape<typeof HostAlias>, Plain {}
export const HostAlias = message<HostAlias>("HostAlias")({
  ip: field(1, string),
  hostnames: omitempty(2, atomic(string)),
});

export interface HostIP extends Shape<typeof HostIP>, Plain {}
export const HostIP = message<HostIP>("HostIP")({
  ip: field(1, string),
});

export interface NodeAllocatableResourceClaimStatus
  extends Shape<typeof NodeAllocatableResourceClaimStatus>,
    Plain {}
export const NodeAllocatableResourceClaimStatus = message<NodeAllocatableResourceClaimStatus>(
  "NodeAllocatableResourceClaimStatus",
)({
  resourceClaimName: field(1, string),
  containers: omitempty(2, set(string)),
  resources: field(3, map(quantity)),
});

export interface PodDNSConfigOption extends Shape<typeof PodDNSConfigOption>, Plain {}
export const PodDNSConfigOption = message<PodDNSConfigOption>("PodDNSConfigOption")({
  name: omitempty(1, string),
  value: optional(2, string),
});

export interface PodDNSConfig extends Shape<typeof PodDNSConfig>, Plain {}
export const PodDNSConfig = message<PodDNSConfig>("PodDNSConfig")({
  nameservers: omitempty(1, atomic(string)),
  searches: omitempty(2, atomic(string)),
  options: omitempty(3, atomic(PodDNSConfigOption)),
});

export type PodConditionType = Value<typeof PodConditionType>;
export const PodConditionType = known(
  "AllContainersRestarting",
  "ContainersReady",
  "DisruptionTarget",
  "Initialized",
  "PodReadyToStartContainers",
  "PodResizeInProgress",
  "PodResizePending",
  "PodScheduled",
  "Ready",
);

export interface PodReadinessGate extends Shape<typeof PodReadinessGate>, Plain {}
export const PodReadinessGate = message<PodReadinessGate>("PodReadinessGate")({
  conditionType: field(1, PodConditionType),
});

export type OSName = Value<typeof OSName>;
export const OSName = known("linux", "windows");

export interface PodOS extends Shape<typeof PodOS>, Plain {}
export const PodOS = message<PodOS>("PodOS")({
  name: field(1, OSName),
});

export interface PodSchedulingGate extends Shape<typeof PodSchedulingGate>, Plain {}
export const PodSchedulingGate = message<PodSchedulingGate>("PodSchedulingGate")({
  name: field(1, string),
});

export interface PodResourceClaim extends Shape<typeof PodResourceClaim>, Plain {}
export const PodResourceClaim = message<PodResourceClaim>("PodResourceClaim")({
  name: field(1, string),
  resourceClaimName: optional(3, string),
  resourceClaimTemplateName: optional(4, string),
});

export interface PodSchedulingGroup extends Shape<typeof PodSchedulingGroup>, Plain {}
export const PodSchedulingGroup = message<PodSchedulingGroup>("PodSchedulingGroup")({
  podGroupName: optional(1, string),
});

export type RestartPolicy = Value<typeof RestartPolicy>;
export const RestartPolicy = enumOf("Always", "Never", "OnFailure");

export type DNSPolicy = Value<typeof DNSPolicy>;
export const DNSPolicy = enumOf("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None");

export type PreemptionPolicy = Value<typeof PreemptionPolicy>;
export const PreemptionPolicy = enumOf("Never", "PreemptLowerPriority");

export interface PodSpec extends Shape<typeof PodSpec>, Plain {}
export const PodSpec = message<PodSpec>("PodSpec")(
  {
    volumes: omitempty(1, by("name", Volume), { patch: "merge,retainKeys" }),
    initContainers: omitempty(20, by("name", Container), { patch: "merge" }),
    containers: field(2, by("name", Container), { patch: "merge" }),
    ephemeralContainers: omitempty(34, by("name", EphemeralContainer), { patch: "merge" }),
    restartPolicy: omitempty(3, RestartPolicy),
    terminationGracePeriodSeconds: optional(4, int64),
    activeDeadlineSeconds: optional(5, int64),
    dnsPolicy: omitempty(6, DNSPolicy),
    nodeSelector: omitempty(7, map(string), { topology: "atomic" }),
    serviceAccountName: omitempty(8, string),
    serviceAccount: omitempty(9, string),
    automountServiceAccountToken: optional(21, bool),
    nodeName: omitempty(10, string),
    hostNetwork: omitempty(11, bool),
    hostPID: omitempty(12, bool),
    hostIPC: omitempty(13, bool),
    shareProcessNamespace: optional(27, bool),
    securityContext: optional(14, PodSecurityContext),
    imagePullSecrets: omitempty(15, by("name", LocalObjectReference), { patch: "merge" }),
    hostname: omitempty(16, string),
    subdomain: omitempty(17, string),
    affinity: optional(18, Affinity),
    schedulerName: omitempty(19, string),
    tolerations: omitempty(22, atomic(Toleration)),
    hostAliases: omitempty(23, by("ip", HostAlias), { patch: "merge" }),
    priorityClassName: omitempty(24, string),
    priority: optional(25, int32),
    dnsConfig: optional(26, PodDNSConfig),
    readinessGates: omitempty(28, atomic(PodReadinessGate)),
    runtimeClassName: optional(29, string),
    enableServiceLinks: optional(30, bool),
    preemptionPolicy: optional(31, PreemptionPolicy),
    overhead: omitempty(32, map(quantity)),
    topologySpreadConstraints: omitempty(
      33,
      by(["topologyKey", "whenUnsatisfiable"], TopologySpreadConstraint),
      { patch: "merge" },
    ),
    setHostnameAsFQDN: optional(35, bool),
    os: optional(36, PodOS),
    hostUsers: optional(37, bool),
    schedulingGates: omitempty(38, by("name", PodSchedulingGate), { patch: "merge" }),
    resourceClaims: omitempty(39, by("name", PodResourceClaim), {
      patch: "merge,retainKeys",
      gate: "DynamicResourceAllocation",
    }),
    resources: optional(40, ResourceRequirements, { gate: "PodLevelResources" }),
    hostnameOverride: optional(41, string, { gate: "HostnameOverride" }),
    schedulingGroup: optional(43, PodSchedulingGroup, { gate: "GenericWorkload" }),
  },
  { default: defaultPodSpec },
);

export interface PodCondition extends Shape<typeof PodCondition>, Plain {}
export const PodCondition = message<PodCondition>("PodCondition")({
  type: field(1, PodConditionType),
  observedGeneration: omitempty(7, int64),
  status: field(2, ConditionStatus),
  lastProbeTime: nullable(3, time),
  lastTransitionTime: nullable(4, time),
  reason: omitempty(5, string),
  message: omitempty(6, string),
});

export interface PodIP extends Shape<typeof PodIP>, Plain {}
export const PodIP = message<PodIP>("PodIP")({
  ip: field(1, string),
});

export interface PodResourceClaimStatus extends Shape<typeof PodResourceClaimStatus>, Plain {}
export const PodResourceClaimStatus = message<PodResourceClaimStatus>("PodResourceClaimStatus")({
  name: field(1, string),
  resourceClaimName: optional(2, string),
});

export interface PodExtendedResourceClaimStatus extends Shape<typeof PodExtendedResourceClaimStatus>, Plain {}
export const PodExtendedResourceClaimStatus = message<PodExtendedResourceClaimStatus>(
  "PodExtendedResourceClaimStatus",
)({
  requestMappings: field(1, atomic(ContainerExtendedResourceRequest)),
  resourceClaimName: field(2, string),
});

export type PodPhase = Value<typeof PodPhase>;
export const PodPhase = enumOf("Failed", "Pending", "Running", "Succeeded", "Unknown");

export type PodQOSClass = Value<typeof PodQOSClass>;
export const PodQOSClass = enumOf("BestEffort", "Burstable", "Guaranteed");

export type PodResizeStatus = Value<typeof PodResizeStatus>;
export const PodResizeStatus = known("Deferred", "InProgress", "Infeasible");

export interface PodStatus extends Shape<typeof PodStatus>, Plain {}
export const PodStatus = message<PodStatus>("PodStatus")({
  observedGeneration: omitempty(17, int64),
  phase: omitempty(1, PodPhase),
  conditions: omitempty(2, by("type", PodCondition), { patch: "merge" }),
  message: omitempty(3, string),
  reason: omitempty(4, string),
  nominatedNodeName: omitempty(11, string),
  hostIP: omitempty(5, string),
  hostIPs: omitempty(16, atomic(HostIP), { patch: "merge", mergeKey: "ip" }),
  podIP: omitempty(6, string),
  podIPs: omitempty(12, by("ip", PodIP), { patch: "merge" }),
  startTime: optional(7, time),
  initContainerStatuses: omitempty(10, atomic(ContainerStatus)),
  containerStatuses: omitempty(8, atomic(ContainerStatus)),
  qosClass: omitempty(9, PodQOSClass),
  ephemeralContainerStatuses: omitempty(13, atomic(ContainerStatus)),
  resize: omitempty(14, PodResizeStatus, { gate: "InPlacePodVerticalScaling" }),
  resourceClaimStatuses: omitempty(15, by("name", PodResourceClaimStatus), {
    patch: "merge,retainKeys",
    gate: "DynamicResourceAllocation",
  }),
  extendedResourceClaimStatus: optional(18, PodExtendedResourceClaimStatus, { gate: "DRAExtendedResource" }),
  allocatedResources: omitempty(19, map(quantity), { gate: "InPlacePodLevelResourcesVerticalScaling" }),
  resources: optional(20, ResourceRequirements, { gate: "InPlacePodLevelResourcesVerticalScaling" }),
  nodeAllocatableResourceClaimStatuses: omitempty(21, atomic(NodeAllocatableResourceClaimStatus), {
    gate: "DRANodeAllocatableResources",
  }),
});

export interface Pod extends Shape<typeof Pod>, Plain {}
export const Pod = kind<Pod>("v1", "Pod")(
  {
    metadata: struct(1, ObjectMeta),
    spec: struct(2, PodSpec),
    status: struct(3, PodStatus),
  },
  { default: defaultPod },
);

export type PodList = KubeList<Pod>;
export const PodList = kindList(Pod);

export interface PodTemplateSpec extends Shape<typeof PodTemplateSpec>, Plain {}
export const PodTemplateSpec = message<PodTemplateSpec>("PodTemplateSpec")(
  {
    metadata: struct(1, ObjectMeta),
    spec: struct(2, PodSpec),
  },
  { default: defaultPodTemplate },
);

export interface PodTemplate extends Shape<typeof PodTemplate>, Plain {}
export const PodTemplate = kind<PodTemplate>(
  "v1",
  "PodTemplate",
)({
  metadata: struct(1, ObjectMeta),
  template: struct(2, PodTemplateSpec),
});

export type PodTemplateList = KubeList<PodTemplate>;
export const PodTemplateList = kindList(PodTemplate);
