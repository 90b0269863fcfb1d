/** Defaults of network policies: they are about what they have rules for, and always about ingress. */
import type { NetworkPolicyPort, NetworkPolicySpec } from "./network-policy.ts";

export function defaultPolicyPort(port: NetworkPolicyPort): void {
  port.protocol ??= "TCP";
}

export function defaultPolicySpec(spec: NetworkPolicySpec): void {
  if ((spec.policyTypes ?? []).length > 0) return;
  spec.policyTypes = (spec.egress ?? []).length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
}
