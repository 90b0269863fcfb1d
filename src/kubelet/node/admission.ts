/**
 * The node's own word on a pod that was bound to it: the scheduler may have been too late, or not asked. A
 * refused pod is Failed at once, with the reason.
 */
import { type ContainerPort, type Node, type Pod, Quantity } from "#api";
import type { Pressure } from "../eviction/thresholds.ts";
import { isCritical } from "../eviction/victims.ts";
import { requestsOf } from "../pod/requests.ts";
import type { Refusal } from "../pod/resize.ts";
import type { Verdict } from "../status/pod-status.ts";
import { qosClassOf } from "../status/qos.ts";
import { type NodeSecurity, securityRefusal } from "./security-admission.ts";
import { nodeFits } from "./node-affinity.ts";

export interface AdmissionInput {
  readonly pod: Pod;
  readonly node: Node;
  readonly allocatable: Readonly<Record<string, string>>;
  /** The other pods that take room here. */
  readonly others: readonly Pod[];
  /** What the node is short of. */
  readonly pressures: ReadonlySet<Pressure>;
  readonly security: NodeSecurity;
}

/** Why the pod cannot run here; `undefined` when it can. */
export function refusalOf(input: AdmissionInput): Verdict | undefined {
  const { pod, node, allocatable, others, pressures, security } = input;
  if (pressures.size > 0 && !admittedUnder(pressures, pod)) {
    const message = `The node had condition: [${[...pressures].join(" ")}]. `;
    return { reason: "Evicted", message };
  }
  if (
    pod.spec.os !== undefined &&
    pod.spec.os.name !== (node.metadata.labels?.["kubernetes.io/os"] ?? "linux")
  ) {
    return {
      reason: "PodOSNotSupported",
      message: "Failed to admit pod as the OS field doesn't match node OS",
    };
  }
  const unsafe = securityRefusal(pod, node, security);
  if (unsafe !== undefined) return unsafe;
  const lack = lackOf(pod, allocatable, others);
  // A critical pod is not refused for want of room, if others can make some.
  if (lack !== undefined && !isCritical(pod)) return lack;
  if (!nodeFits(pod, node))
    return predicate("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
  if (portsClash(pod, others))
    return predicate("NodePorts", "node(s) didn't have free ports for the requested pod ports");
  return lack;
}

/** Why a pod of this node cannot have what it asks for now; `others` without itself. */
export function resizeRefusal(
  pod: Pod,
  allocatable: Readonly<Record<string, string>>,
  others: readonly Pod[],
): Refusal | undefined {
  for (const name of ["cpu", "memory"]) {
    const requested = requestsOf(pod).get(name) ?? Quantity.zero;
    const room = Quantity.parse(allocatable[name] ?? "0");
    if (requested.compare(room) <= 0) continue;
    const figures = `requested: ${amount(name, requested)}, capacity: ${amount(name, room)}`;
    return { reason: "Infeasible", message: `Node didn't have enough capacity: ${name}, ${figures}` };
  }
  const lack = lackOf(pod, allocatable, others);
  return lack === undefined ? undefined : { reason: "Deferred", message: lack.message };
}

/** Critical pods always; for want of memory alone, those that ask for some, and those that tolerate it. */
function admittedUnder(pressures: ReadonlySet<Pressure>, pod: Pod): boolean {
  if (isCritical(pod)) return true;
  if (pressures.size > 1 || !pressures.has("MemoryPressure")) return false;
  if (qosClassOf(pod) !== "BestEffort") return true;
  const key = "node.kubernetes.io/memory-pressure";
  return (pod.spec.tolerations ?? []).some(
    (one) =>
      (one.effect === undefined || one.effect === "" || one.effect === "NoSchedule") &&
      ((one.key ?? "") === "" ? one.operator === "Exists" : one.key === key) &&
      (one.operator === "Exists" || (one.value ?? "") === ""),
  );
}

function predicate(name: string, why: string): Verdict {
  return { reason: name, message: `Predicate ${name} failed: ${why}` };
}

function lackOf(
  pod: Pod,
  allocatable: Readonly<Record<string, string>>,
  others: readonly Pod[],
): Verdict | undefined {
  const capacity = Number(allocatable["pods"] ?? 0);
  if (others.length + 1 > capacity) return outOf("pods", 1, others.length, capacity);
  const requests = requestsOf(pod);
  if (requests.size === 0) return undefined;
  const taken = others.map(requestsOf);
  for (const [name, requested] of requests) {
    if (requested.sign <= 0) continue;
    const used = taken.reduce((sum, one) => sum.plus(one.get(name) ?? Quantity.zero), Quantity.zero);
    const room = Quantity.parse(allocatable[name] ?? "0");
    if (used.plus(requested).compare(room) <= 0) continue;
    return outOf(name, amount(name, requested), amount(name, used), amount(name, room));
  }
  return undefined;
}

function amount(name: string, quantity: Quantity): number {
  return name === "cpu" ? quantity.toMillis() : quantity.toUnits();
}

function outOf(name: string, requested: number, used: number, capacity: number): Verdict {
  const figures = `requested: ${requested}, used: ${used}, capacity: ${capacity}`;
  const message = `Node didn't have enough resource: ${name}, ${figures}`;
  return { reason: `OutOf${name}`, message, lacksRoom: true };
}

function portsClash(pod: Pod, others: readonly Pod[]): boolean {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return false;
  const taken = others.flatMap(hostPorts);
  return wanted.some((port) => taken.some((other) => clashes(port, other)));
}

function hostPorts(pod: Pod): ContainerPort[] {
  return pod.spec.containers.flatMap((one) => one.ports ?? []).filter((port) => (port.hostPort ?? 0) > 0);
}

function clashes(a: ContainerPort, b: ContainerPort): boolean {
  const everywhere = (ip: string | undefined): boolean =>
    ip === undefined || ip === "" || ip === "0.0.0.0" || ip === "::";
  if (a.hostPort !== b.hostPort || (a.protocol ?? "TCP") !== (b.protocol ?? "TCP")) return false;
  return everywhere(a.hostIP) || everywhere(b.hostIP) || a.hostIP === b.hostIP;
}
