/** Turns a pod's priority class into its number; only one class may be the default. */
import { type KubeObject, type Pod, type PriorityClass, forbidden } from "#api";
import type { AdmissionDeps, AdmissionPlugin, AdmissionRequest } from "./admission.ts";

const GROUP = "scheduling.k8s.io";
const CLASSES = "priorityclasses";

export const priority: AdmissionPlugin = {
  operations: ["CREATE", "UPDATE"],
  resources: ["pods", `${CLASSES}.${GROUP}`],
  mutate(request, deps) {
    if (request.resource.plural === CLASSES) return;
    const pod = request.object as Pod;
    if (request.operation === "UPDATE") return keepPriority(pod, request.old as Pod);
    resolve(request, deps, pod);
  },
  validate(request, { objects }) {
    if (request.resource.plural !== CLASSES) return;
    const offered = request.object as PriorityClass;
    if (offered.globalDefault !== true) return;
    for (const other of objects.list<KubeObject & PriorityClass>(GROUP, CLASSES)) {
      if (other.globalDefault !== true || other.metadata.name === offered.metadata.name) continue;
      throw forbidden(
        request.resource,
        request.name,
        `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`,
      );
    }
  },
};

function keepPriority(pod: Pod, old: Pod): void {
  if (pod.spec.priority === undefined && old.spec.priority !== undefined)
    pod.spec.priority = old.spec.priority;
  if (pod.spec.preemptionPolicy === undefined && old.spec.preemptionPolicy !== undefined) {
    pod.spec.preemptionPolicy = old.spec.preemptionPolicy;
  }
}

function resolve(request: AdmissionRequest, { objects }: AdmissionDeps, pod: Pod): void {
  const refuse = (detail: string): never => {
    throw forbidden(request.resource, request.name, detail);
  };
  const name = pod.spec.priorityClassName ?? "";
  const found = name === "" ? defaultClass(objects) : objects.get<PriorityClass>(GROUP, CLASSES, "", name);
  if (name !== "" && found === undefined) refuse(`no PriorityClass with name ${name} was found`);
  const value = found?.value ?? 0;
  const policy = found?.preemptionPolicy ?? "PreemptLowerPriority";
  if (name === "" && found !== undefined) pod.spec.priorityClassName = found.metadata.name ?? "";
  const given = pod.spec.priority;
  if (given !== undefined && given !== value) {
    refuse(`priority ${given} differs from ${value}, which its PriorityClass gives; leave spec.priority out`);
  }
  pod.spec.priority = value;
  if (pod.spec.preemptionPolicy !== undefined && pod.spec.preemptionPolicy !== policy) {
    const given = `preemption policy "${pod.spec.preemptionPolicy}"`;
    refuse(
      `${given} differs from "${policy}", which its PriorityClass gives; leave spec.preemptionPolicy out`,
    );
  }
  pod.spec.preemptionPolicy = policy;
}

function defaultClass(objects: AdmissionDeps["objects"]): PriorityClass | undefined {
  let lowest: PriorityClass | undefined;
  for (const one of objects.list<KubeObject & PriorityClass>(GROUP, CLASSES)) {
    if (one.globalDefault === true && (lowest === undefined || one.value < lowest.value)) lowest = one;
  }
  return lowest;
}
