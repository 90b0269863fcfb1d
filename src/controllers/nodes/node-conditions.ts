/**
 * What a node's state means for it: conditions of a silent node, and the taints that follow from conditions. Pure.
 */
import { type Node, rfc3339, type Taint } from "#api";

type Condition = NonNullable<Node["status"]["conditions"]>[number];

export const NOT_READY = "node.kubernetes.io/not-ready";
const UNREACHABLE = "node.kubernetes.io/unreachable";

/** Conditions that a kubelet reports, and that are unknown when it is silent. */
const REPORTED = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

export function conditionStatus(node: Node, type: string): string | undefined {
  return node.status.conditions?.find((condition) => condition.type === type)?.status;
}

/** The conditions of a node whose kubelet has been silent for too long. */
export function silentConditions(node: Node, nowMs: number): Condition[] {
  const conditions = [...(node.status.conditions ?? [])];
  const now = rfc3339(nowMs);
  for (const type of REPORTED) {
    const at = conditions.findIndex((condition) => condition.type === type);
    const known = conditions[at];
    if (known === undefined) {
      conditions.push({
        type,
        status: "Unknown",
        lastHeartbeatTime: node.metadata.creationTimestamp ?? null,
        lastTransitionTime: now,
        reason: "NodeStatusNeverUpdated",
        message: "Kubelet never posted node status.",
      } as Condition);
    } else if (known.status !== "Unknown") {
      conditions[at] = {
        ...known,
        status: "Unknown",
        lastTransitionTime: now,
        reason: "NodeStatusUnknown",
        message: "Kubelet stopped posting node status.",
      };
    }
  }
  return conditions;
}

/** Condition, the status that taints, and the taint's key. */
const TAINTS: readonly (readonly [condition: string, status: string, key: string])[] = [
  ["Ready", "False", NOT_READY],
  ["Ready", "Unknown", UNREACHABLE],
  ["MemoryPressure", "True", "node.kubernetes.io/memory-pressure"],
  ["DiskPressure", "True", "node.kubernetes.io/disk-pressure"],
  ["PIDPressure", "True", "node.kubernetes.io/pid-pressure"],
  ["NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"],
];
const UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
const OWN_KEYS = new Set([...TAINTS.map(([, , key]) => key), UNSCHEDULABLE]);

/** The taints that keep new pods away, by condition. */
export function scheduleTaints(node: Node): readonly string[] {
  const keys = TAINTS.filter(([type, status]) => conditionStatus(node, type) === status).map(
    ([, , key]) => key,
  );
  return node.spec.unschedulable === true ? [...keys, UNSCHEDULABLE] : keys;
}

/** The taint that moves running pods away, or undefined for a ready node. */
export function evictionTaint(node: Node): string | undefined {
  const ready = conditionStatus(node, "Ready");
  if (ready === "False") return NOT_READY;
  return ready === "Unknown" ? UNREACHABLE : undefined;
}

export function hasTaint(node: Node, key: string, effect: string): boolean {
  return node.spec.taints?.some((taint) => taint.key === key && taint.effect === effect) ?? false;
}

/** The node's taints with exactly these of the controller's own, others untouched. */
export function withTaints(
  node: Node,
  noSchedule: readonly string[],
  noExecute: string | undefined,
  nowMs: number,
): Taint[] {
  const wanted = [
    ...noSchedule.map((key) => ({ key, effect: "NoSchedule" })),
    ...(noExecute === undefined ? [] : [{ key: noExecute, effect: "NoExecute" }]),
  ];
  const isOwn = ({ key, effect }: Taint) =>
    (effect === "NoSchedule" && OWN_KEYS.has(key)) ||
    (effect === "NoExecute" && (key === NOT_READY || key === UNREACHABLE));
  const isWanted = (taint: Taint) =>
    wanted.some(({ key, effect }) => key === taint.key && effect === taint.effect);
  const kept = (node.spec.taints ?? []).filter((taint) => !isOwn(taint) || isWanted(taint));
  const missing = wanted.filter(({ key, effect }) => !hasTaint(node, key, effect));
  return [...kept, ...missing.map((taint) => ({ ...taint, timeAdded: rfc3339(nowMs) }))];
}
