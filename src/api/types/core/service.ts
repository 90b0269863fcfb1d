/**
 * Services.
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
  intOrString,
  kind,
  map,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { Condition } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { Protocol } from "./container.ts";
import { defaultServicePort, defaultServiceSpec, defaultServiceStatus } from "./service-defaults.ts";

export interface ClientIPConfig extends Shape<typeof ClientIPConfig>, Plain {}
export const ClientIPConfig = message<ClientIPConfig>("ClientIPConfig")({
  timeoutSeconds: optional(1, int32),
});

export interface PortStatus extends Shape<typeof PortStatus>, Plain {}
export const PortStatus = message<PortStatus>("PortStatus")({
  port: field(1, int32),
  protocol: field(2, Protocol),
  error: optional(3, string),
});

export type LoadBalancerIPMode = Value<typeof LoadBalancerIPMode>;
export const LoadBalancerIPMode = known("Proxy", "VIP");

export interface LoadBalancerIngress extends Shape<typeof LoadBalancerIngress>, Plain {}
export const LoadBalancerIngress = message<LoadBalancerIngress>("LoadBalancerIngress")({
  ip: omitempty(1, string),
  hostname: omitempty(2, string),
  ipMode: optional(3, LoadBalancerIPMode),
  ports: omitempty(4, atomic(PortStatus)),
});

export interface LoadBalancerStatus extends Shape<typeof LoadBalancerStatus>, Plain {}
export const LoadBalancerStatus = message<LoadBalancerStatus>("LoadBalancerStatus")({
  ingress: omitempty(1, atomic(LoadBalancerIngress)),
});

export interface ServicePort extends Shape<typeof ServicePort>, Plain {}
export const ServicePort = message<ServicePort>("ServicePort")(
  {
    name: omitempty(1, string),
    protocol: omitempty(2, Protocol, { default: "TCP" }),
    appProtocol: optional(6, string),
    port: field(3, int32),
    targetPort: always(4, intOrString),
    nodePort: omitempty(5, int32),
  },
  { default: defaultServicePort },
);

export interface SessionAffinityConfig extends Shape<typeof SessionAffinityConfig>, Plain {}
export const SessionAffinityConfig = message<SessionAffinityConfig>("SessionAffinityConfig")({
  clientIP: optional(1, ClientIPConfig),
});

export type ServiceType = Value<typeof ServiceType>;
export const ServiceType = enumOf("ClusterIP", "ExternalName", "LoadBalancer", "NodePort");

export type ServiceAffinity = Value<typeof ServiceAffinity>;
export const ServiceAffinity = enumOf("ClientIP", "None");

export type ServiceExternalTrafficPolicy = Value<typeof ServiceExternalTrafficPolicy>;
export const ServiceExternalTrafficPolicy = enumOf("Cluster", "Local");

export type IPFamily = Value<typeof IPFamily>;
export const IPFamily = enumOf("", "IPv4", "IPv6");

export type IPFamilyPolicy = Value<typeof IPFamilyPolicy>;
export const IPFamilyPolicy = enumOf("PreferDualStack", "RequireDualStack", "SingleStack");

export type ServiceInternalTrafficPolicy = Value<typeof ServiceInternalTrafficPolicy>;
export const ServiceInternalTrafficPolicy = enumOf("Cluster", "Local");

export interface ServiceSpec extends Shape<typeof ServiceSpec>, Plain {}
export const ServiceSpec = message<ServiceSpec>("ServiceSpec")(
  {
    ports: omitempty(1, by(["port", "protocol"], ServicePort), { patch: "merge" }),
    selector: omitempty(2, map(string), { topology: "atomic" }),
    clusterIP: omitempty(3, string),
    clusterIPs: omitempty(18, atomic(string)),
    type: omitempty(4, ServiceType),
    externalIPs: omitempty(5, atomic(string)),
    sessionAffinity: omitempty(7, ServiceAffinity),
    loadBalancerIP: omitempty(8, string),
    loadBalancerSourceRanges: omitempty(9, atomic(string)),
    externalName: omitempty(10, string),
    externalTrafficPolicy: omitempty(11, ServiceExternalTrafficPolicy),
    healthCheckNodePort: omitempty(12, int32),
    publishNotReadyAddresses: omitempty(13, bool),
    sessionAffinityConfig: optional(14, SessionAffinityConfig),
    ipFamilies: omitempty(19, atomic(IPFamily)),
    ipFamilyPolicy: optional(17, IPFamilyPolicy),
    allocateLoadBalancerNodePorts: optional(20, bool),
    loadBalancerClass: optional(21, string),
    internalTrafficPolicy: optional(22, ServiceInternalTrafficPolicy),
    trafficDistribution: optional(23, string),
  },
  { default: defaultServiceSpec },
);

export interface ServiceStatus extends Shape<typeof ServiceStatus>, Plain {}
export const ServiceStatus = message<ServiceStatus>("ServiceStatus")(
  {
    loadBalancer: struct(1, LoadBalancerStatus),
    conditions: omitempty(2, by("type", Condition), { patch: "merge" }),
  },
  { default: defaultServiceStatus },
);

export interface Service extends Shape<typeof Service>, Plain {}
export const Service = kind<Service>(
  "v1",
  "Service",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, ServiceSpec),
  status: struct(3, ServiceStatus),
});

export type ServiceList = KubeList<Service>;
export const ServiceList = kindList(Service);
