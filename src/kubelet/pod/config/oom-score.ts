/**
 * How readily the kernel kills a container when the node has no memory left, as `oom_score_adj`: Guaranteed pods
 * hardly, BestEffort ones first, Burstable ones by the share of the node that they have not asked for. What a pod asks
 * for as a whole beyond its containers is shared among them (KEP-2837), and a sidecar goes no earlier than what it
 * serves (KEP-753).
 */
import { type Container, type Pod, Quantity } from "#api";
import { qosClassOf } from "../../status/qos.ts";
import { containerAmounts } from "../requests.ts";

/** Guaranteed, and what the node cannot do without: just after the runtime and the kubelet. */
const guarded = -997;
/** The bounds of Burstable pods, between the two others. */
const [least, most] = [1000 + guarded, 999];
const systemCriticalPriority = 2_000_000_000;

/** A container, as far as its score goes. */
export type Scored = Pick<Container, "name" | "resources">;

export function oomScore(pod: Pod, container: Scored, nodeMemoryBytes: number): number {
  if (isNodeCritical(pod)) return guarded;
  switch (qosClassOf(pod)) {
    case "Guaranteed":
      return guarded;
    case "BestEffort":
      return 1000;
    case "Burstable": {
      const own = memoryOf(container);
      const sidecar = pod.spec.initContainers?.find(({ name }) => name === container.name);
      const serves = sidecar?.restartPolicy === "Always" ? Math.min(...pod.spec.containers.map(memoryOf)) : 0;
      const bytes = Math.max(own, serves) + sharedBytes(pod);
      const score = 1000 - Math.floor((1000 * bytes) / Math.max(1, nodeMemoryBytes));
      return Math.min(most, Math.max(least, score));
    }
  }
}

function isNodeCritical({ spec }: Pod): boolean {
  return spec.priorityClassName === "system-node-critical" && (spec.priority ?? 0) >= systemCriticalPriority;
}

/** Each container's part of what the pod asks for beyond them. */
function sharedBytes(pod: Pod): number {
  const level = pod.spec.resources?.requests?.["memory"];
  if (level === undefined) return 0;
  const rest =
    Quantity.parse(level).toUnits() - (containerAmounts(pod, "requests").get("memory")?.toUnits() ?? 0);
  return Math.floor(rest / (pod.spec.containers.length + (pod.spec.initContainers ?? []).length));
}

function memoryOf({ resources }: Scored): number {
  return Quantity.parse(resources.requests?.["memory"] ?? "0").toUnits();
}
