/** The types of networking.k8s.io/v1: each name is a type and its table. */
export {
  HTTPIngressPath,
  HTTPIngressRuleValue,
  Ingress,
  IngressBackend,
  IngressClass,
  IngressClassList,
  IngressClassParametersReference,
  IngressClassSpec,
  IngressList,
  IngressLoadBalancerIngress,
  IngressLoadBalancerStatus,
  IngressPortStatus,
  IngressRule,
  IngressRuleValue,
  IngressServiceBackend,
  IngressSpec,
  IngressStatus,
  IngressTLS,
  PathType,
  ServiceBackendPort,
} from "./ingress.ts";
export { IPAddress, IPAddressList, IPAddressSpec, ParentReference } from "./ip-address.ts";
export {
  IPBlock,
  NetworkPolicy,
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyList,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
  PolicyType,
} from "./network-policy.ts";
export { ServiceCIDR, ServiceCIDRList, ServiceCIDRSpec, ServiceCIDRStatus } from "./service-cidr.ts";
