/**
 * Features that a node declares in `status.declaredFeatures` (KEP-5328), and what in a pod needs them: the scheduler
 * leaves out nodes without what a new pod needs, and a pod that is bound is changed only to what its node declares.
 * Those of gates that are off by default are not here.
 */
import { Quantity } from "./quantity.ts";
import { sameField, sameOf } from "./same-of.ts";
import { type Pod, PodSpec, ResourceRequirements } from "./types/core/mod.ts";

interface Need {
  /** Whether a pod needs it on the node where it begins. */
  toRun?(pod: Pod): boolean;
  /** Whether this change of a pod needs it. */
  toChange?(pod: Pod, old: Pod): boolean;
}

const needs = {
  ExtendWebSocketsToKubelet: {},
  GuaranteedQoSPodCPUResize: { toChange: resizesGuaranteedCpu },
  InPlacePodLevelResourcesVerticalScaling: {
    toChange: (pod, old) => !sameField(PodSpec, "resources", pod.spec, old.spec),
  },
  InPlacePodVerticalScalingInitContainers: { toChange: resizesInitContainer },
  RestartAllContainersOnContainerExits: { toRun: restartsAll },
} as const satisfies Readonly<Record<string, Need>>;

/** All of them, as a kubelet of this version declares them: sorted. */
export const declaredFeatures: readonly string[] = Object.keys(needs);

/** What a node has to declare for the pod to be placed there. */
export function featuresToRun(pod: Pod): readonly string[] {
  return namesOf(({ toRun }) => toRun?.(pod) === true);
}

/** What a node has to declare for a pod that it runs to be changed so. */
export function featuresToChange(pod: Pod, old: Pod): readonly string[] {
  return namesOf(({ toChange }) => toChange?.(pod, old) === true);
}

function namesOf(isNeeded: (need: Need) => boolean): readonly string[] {
  return Object.entries<Need>(needs).flatMap(([name, need]) => (isNeeded(need) ? [name] : []));
}

function resizesGuaranteedCpu(pod: Pod, old: Pod): boolean {
  if (old.status.qosClass !== "Guaranteed") return false;
  return old.spec.containers.some(({ resources }, i) => {
    const [before, after] = [resources, pod.spec.containers[i]?.resources].map((one) =>
      Quantity.parse(one?.requests?.["cpu"] ?? "0"),
    ) as [Quantity, Quantity];
    return before.compare(after) !== 0;
  });
}

function resizesInitContainer(pod: Pod, old: Pod): boolean {
  return (old.spec.initContainers ?? []).some(
    ({ restartPolicy, resources }, i) =>
      restartPolicy !== "Always" &&
      !sameOf(ResourceRequirements, resources, pod.spec.initContainers?.[i]?.resources),
  );
}

function restartsAll({ spec }: Pod): boolean {
  return [...spec.containers, ...(spec.initContainers ?? [])].some((one) =>
    (one.restartPolicyRules ?? []).some(({ action }) => action === "RestartAllContainers"),
  );
}
