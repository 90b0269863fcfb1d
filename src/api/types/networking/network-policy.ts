/**
 * Network policies.
 * A table of networking.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  enumOf,
  field,
  int32,
  intOrString,
  kind,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { Protocol } from "../core/container.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { defaultPolicyPort, defaultPolicySpec } from "./network-policy-defaults.ts";

export interface IPBlock extends Shape<typeof IPBlock>, Plain {}
export const IPBlock = message<IPBlock>("IPBlock")({
  cidr: field(1, string),
  except: omitempty(2, atomic(string)),
});

export interface NetworkPolicyPort extends Shape<typeof NetworkPolicyPort>, Plain {}
export const NetworkPolicyPort = message<NetworkPolicyPort>("NetworkPolicyPort")(
  {
    protocol: optional(1, Protocol),
    port: optional(2, intOrString),
    endPort: optional(3, int32),
  },
  { default: defaultPolicyPort },
);

export interface NetworkPolicyPeer extends Shape<typeof NetworkPolicyPeer>, Plain {}
export const NetworkPolicyPeer = message<NetworkPolicyPeer>("NetworkPolicyPeer")({
  podSelector: optional(1, LabelSelector),
  namespaceSelector: optional(2, LabelSelector),
  ipBlock: optional(3, IPBlock),
});

export interface NetworkPolicyIngressRule extends Shape<typeof NetworkPolicyIngressRule>, Plain {}
export const NetworkPolicyIngressRule = message<NetworkPolicyIngressRule>("NetworkPolicyIngressRule")({
  ports: omitempty(1, atomic(NetworkPolicyPort)),
  from: omitempty(2, atomic(NetworkPolicyPeer)),
});

export interface NetworkPolicyEgressRule extends Shape<typeof NetworkPolicyEgressRule>, Plain {}
export const NetworkPolicyEgressRule = message<NetworkPolicyEgressRule>("NetworkPolicyEgressRule")({
  ports: omitempty(1, atomic(NetworkPolicyPort)),
  to: omitempty(2, atomic(NetworkPolicyPeer)),
});

export type PolicyType = Value<typeof PolicyType>;
export const PolicyType = enumOf("Egress", "Ingress");

export interface NetworkPolicySpec extends Shape<typeof NetworkPolicySpec>, Plain {}
export const NetworkPolicySpec = message<NetworkPolicySpec>("NetworkPolicySpec")(
  {
    podSelector: struct(1, LabelSelector),
    ingress: omitempty(2, atomic(NetworkPolicyIngressRule)),
    egress: omitempty(3, atomic(NetworkPolicyEgressRule)),
    policyTypes: omitempty(4, atomic(PolicyType)),
  },
  { default: defaultPolicySpec },
);

export interface NetworkPolicy extends Shape<typeof NetworkPolicy>, Plain {}
export const NetworkPolicy = kind<NetworkPolicy>(
  "networking.k8s.io/v1",
  "NetworkPolicy",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, NetworkPolicySpec),
});

export type NetworkPolicyList = KubeList<NetworkPolicy>;
export const NetworkPolicyList = kindList(NetworkPolicy);
