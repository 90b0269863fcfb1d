/** Defaults of services. IP families and addresses are not here: they depend on what the cluster has. */
import type { ServicePort, ServiceSpec, ServiceStatus } from "./service.ts";

const affinitySeconds = 10_800;

export function defaultServiceSpec(spec: ServiceSpec): void {
  spec.sessionAffinity ||= "None";
  spec.type ||= "ClusterIP";
  if (spec.sessionAffinity === "None") delete spec.sessionAffinityConfig;
  if (
    spec.sessionAffinity === "ClientIP" &&
    spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined
  ) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: affinitySeconds } };
  }
  if (isReachable(spec)) spec.externalTrafficPolicy ||= "Cluster";
  if (spec.type !== "ExternalName") spec.internalTrafficPolicy ??= "Cluster";
  if (spec.type === "LoadBalancer") spec.allocateLoadBalancerNodePorts ??= true;
}

/** From outside the cluster. */
export function isReachable(spec: ServiceSpec): boolean {
  if (spec.type === "LoadBalancer" || spec.type === "NodePort") return true;
  return spec.type === "ClusterIP" && (spec.externalIPs ?? []).length > 0;
}

export function defaultServicePort(port: ServicePort): void {
  if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === "")
    port.targetPort = port.port;
}

export function defaultServiceStatus(status: ServiceStatus): void {
  for (const ingress of status.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= "VIP";
}
