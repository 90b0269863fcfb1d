/**
 * What pod workers need of cgroups: one for each pod, above those of its containers, in the place of its QoS
 * class. Invariant: it is there before the first container, and gone after the last.
 */
import type { Pod } from "#api";
import { type QosClass, qosClassOf } from "../status/qos.ts";

export interface PodCgroups {
  /** Makes what is above all pods, and removes the cgroups of pods that nobody knows any more. */
  start(
    options: { readonly allocatable: Readonly<Record<string, string>>; readonly known: ReadonlySet<string> },
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Makes the pod's cgroup with its values, or gives it new ones. Cheap when nothing changed. `atLeast`: it
   * gets no less than it had, since its containers may have more than the new values still.
   */
  ensure(pod: Pod, how: "atLeast" | "exactly", signal: AbortSignal): Promise<void>;
  /** Ends what is left in it and removes it. Idempotent. */
  remove(podUid: string, signal: AbortSignal): Promise<void>;
}

/** Ours alone: another kubelet of the machine has its pods in `/kubepods`, and whoever is unknown below here ends. */
export const ownCgroup = "/navarch";

/** Above all pods. */
export const podsCgroup = `${ownCgroup}/kubepods`;

/** `/navarch/kubepods/burstable`; Guaranteed pods are right below the root. */
export function qosCgroup(qos: QosClass): string {
  return qos === "Guaranteed" ? podsCgroup : `${podsCgroup}/${qos.toLowerCase()}`;
}

/** `/navarch/kubepods/besteffort/pod<uid>`, the parent of the pod's containers. */
export function podCgroup(pod: Pod): string {
  return `${qosCgroup(qosClassOf(pod))}/pod${pod.metadata.uid}`;
}
