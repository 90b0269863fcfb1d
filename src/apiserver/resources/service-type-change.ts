/**
 * A Service that changes its type loses what only the old type has, unless the author changed that too:
 * then it is the author's mistake, and validation says so.
 */
import type { Service } from "#api";

type Spec = Service["spec"];

/** Changes `spec` in place. */
export function dropOutdated(spec: Spec, old: Spec): void {
  if (old.type !== "ExternalName" && spec.type === "ExternalName") {
    drop(spec, old, "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy");
  }
  if (hasNodePorts(old) && !hasNodePorts(spec) && hasOnlyOld(spec, old)) {
    for (const port of spec.ports ?? []) delete port.nodePort;
  }
  if (hasHealthPort(old) && !hasHealthPort(spec)) drop(spec, old, "healthCheckNodePort");
  if (old.type === "LoadBalancer" && spec.type !== "LoadBalancer") {
    drop(spec, old, "allocateLoadBalancerNodePorts", "loadBalancerClass");
  }
  if (isReachable(old) && !isReachable(spec)) drop(spec, old, "externalTrafficPolicy");
}

type Droppable =
  | "allocateLoadBalancerNodePorts"
  | "clusterIP"
  | "clusterIPs"
  | "externalTrafficPolicy"
  | "healthCheckNodePort"
  | "ipFamilies"
  | "ipFamilyPolicy"
  | "loadBalancerClass";

function drop(spec: Spec, old: Spec, ...names: readonly Droppable[]): void {
  for (const name of names) if (isSame(spec[name], old[name])) delete spec[name];
}

/** Scalars and lists of strings. */
function isSame(a: Spec[Droppable], b: Spec[Droppable]): boolean {
  return String(a) === String(b);
}

export function hasNodePorts({ type, allocateLoadBalancerNodePorts }: Spec): boolean {
  return type === "NodePort" || (type === "LoadBalancer" && allocateLoadBalancerNodePorts !== false);
}

/** Ports may come and go meanwhile; whoever asks for another node port means it. */
function hasOnlyOld(spec: Spec, old: Spec): boolean {
  const known = new Set((old.ports ?? []).map(({ nodePort }) => nodePort));
  return (spec.ports ?? []).every(({ nodePort }) => !nodePort || known.has(nodePort));
}

function hasHealthPort({ type, externalTrafficPolicy }: Spec): boolean {
  return type === "LoadBalancer" && externalTrafficPolicy === "Local";
}

function isReachable({ type, externalIPs }: Spec): boolean {
  if (type === "LoadBalancer" || type === "NodePort") return true;
  return type === "ClusterIP" && (externalIPs ?? []).length > 0;
}
