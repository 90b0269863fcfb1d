/**
 * Ingresses and their classes.
 * A table of networking.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  enumOf,
  field,
  inline,
  int32,
  kind,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { Protocol } from "../core/container.ts";
import { TypedLocalObjectReference } from "../core/reference.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { defaultClassParameters } from "./ingress-defaults.ts";

export interface ServiceBackendPort extends Shape<typeof ServiceBackendPort>, Plain {}
export const ServiceBackendPort = message<ServiceBackendPort>("ServiceBackendPort", { atomic: true })({
  name: omitempty(1, string),
  number: omitempty(2, int32),
});

export interface IngressServiceBackend extends Shape<typeof IngressServiceBackend>, Plain {}
export const IngressServiceBackend = message<IngressServiceBackend>("IngressServiceBackend")({
  name: field(1, string),
  port: struct(2, ServiceBackendPort),
});

export interface IngressBackend extends Shape<typeof IngressBackend>, Plain {}
export const IngressBackend = message<IngressBackend>("IngressBackend")({
  service: optional(4, IngressServiceBackend),
  resource: optional(3, TypedLocalObjectReference),
});

export type PathType = Value<typeof PathType>;
export const PathType = enumOf("Exact", "ImplementationSpecific", "Prefix");

export interface HTTPIngressPath extends Shape<typeof HTTPIngressPath>, Plain {}
export const HTTPIngressPath = message<HTTPIngressPath>("HTTPIngressPath")({
  path: omitempty(1, string),
  pathType: nullable(3, PathType, { required: true }),
  backend: field(2, IngressBackend),
});

export interface HTTPIngressRuleValue extends Shape<typeof HTTPIngressRuleValue>, Plain {}
export const HTTPIngressRuleValue = message<HTTPIngressRuleValue>("HTTPIngressRuleValue")({
  paths: field(1, atomic(HTTPIngressPath)),
});

export interface IngressTLS extends Shape<typeof IngressTLS>, Plain {}
export const IngressTLS = message<IngressTLS>("IngressTLS")({
  hosts: omitempty(1, atomic(string)),
  secretName: omitempty(2, string),
});

export interface IngressRuleValue extends Shape<typeof IngressRuleValue>, Plain {}
export const IngressRuleValue = message<IngressRuleValue>("IngressRuleValue")({
  http: optional(1, HTTPIngressRuleValue),
});

export interface IngressRule extends Shape<typeof IngressRule>, Plain {}
export const IngressRule = message<IngressRule>("IngressRule")({
  host: omitempty(1, string),
  ...inline(2, IngressRuleValue),
});

export interface IngressSpec extends Shape<typeof IngressSpec>, Plain {}
export const IngressSpec = message<IngressSpec>("IngressSpec")({
  ingressClassName: optional(4, string),
  defaultBackend: optional(1, IngressBackend),
  tls: omitempty(2, atomic(IngressTLS)),
  rules: omitempty(3, atomic(IngressRule)),
});

export interface IngressPortStatus extends Shape<typeof IngressPortStatus>, Plain {}
export const IngressPortStatus = message<IngressPortStatus>("IngressPortStatus")({
  port: field(1, int32),
  protocol: field(2, Protocol),
  error: optional(3, string),
});

export interface IngressLoadBalancerIngress extends Shape<typeof IngressLoadBalancerIngress>, Plain {}
export const IngressLoadBalancerIngress = message<IngressLoadBalancerIngress>("IngressLoadBalancerIngress")({
  ip: omitempty(1, string),
  hostname: omitempty(2, string),
  ports: omitempty(4, atomic(IngressPortStatus)),
});

export interface IngressLoadBalancerStatus extends Shape<typeof IngressLoadBalancerStatus>, Plain {}
export const IngressLoadBalancerStatus = message<IngressLoadBalancerStatus>("IngressLoadBalancerStatus")({
  ingress: omitempty(1, atomic(IngressLoadBalancerIngress)),
});

export interface IngressStatus extends Shape<typeof IngressStatus>, Plain {}
export const IngressStatus = message<IngressStatus>("IngressStatus")({
  loadBalancer: struct(1, IngressLoadBalancerStatus),
});

export interface Ingress extends Shape<typeof Ingress>, Plain {}
export const Ingress = kind<Ingress>(
  "networking.k8s.io/v1",
  "Ingress",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, IngressSpec),
  status: struct(3, IngressStatus),
});

export interface IngressClassParametersReference
  extends Shape<typeof IngressClassParametersReference>,
    Plain {}
export const IngressClassParametersReference = message<IngressClassParametersReference>(
  "IngressClassParametersReference",
)(
  {
    apiGroup: optional(1, string),
    kind: field(2, string),
    name: field(3, string),
    scope: nullable(4, string),
    namespace: optional(5, string),
  },
  { default: defaultClassParameters },
);

export interface IngressClassSpec extends Shape<typeof IngressClassSpec>, Plain {}
export const IngressClassSpec = message<IngressClassSpec>("IngressClassSpec")({
  controller: omitempty(1, string),
  parameters: optional(2, IngressClassParametersReference),
});

export interface IngressClass extends Shape<typeof IngressClass>, Plain {}
export const IngressClass = kind<IngressClass>(
  "networking.k8s.io/v1",
  "IngressClass",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, IngressClassSpec),
});

export type IngressClassList = KubeList<IngressClass>;
export const IngressClassList = kindList(IngressClass);

export type IngressList = KubeList<Ingress>;
export const IngressList = kindList(Ingress);
