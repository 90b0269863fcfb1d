/** Priority: turns a pod's class into its number and preemption policy, and keeps one class at most the global default. */
import { forbidden, type Pod, scheduling } from "#api";
import type { AdmissionDeps, AdmissionPlugin } from "./admission.ts";

type PriorityClass = scheduling.PriorityClass;

const group = "scheduling.k8s.io";

export const priority: AdmissionPlugin = {
  operations: ["CREATE", "UPDATE"],
  resources: ["pods", "priorityclasses.scheduling.k8s.io"],
  mutate({ object, operation, resource, name }, deps) {
    if (resource.plural !== "pods" || operation !== "CREATE") return;
    const pod = object as Pod;
    const refuse = (detail: string): never => {
      throw forbidden({ group: "", plural: "pods" }, name, detail);
    };
    const className = pod.spec.priorityClassName ?? "";
    const chosen = className === "" ? globalDefault(deps) : classNamed(deps, className);
    if (className !== "" && chosen === undefined) refuse(`no PriorityClass with name ${className} was found`);
    const value = chosen?.value ?? 0;
    const policy = chosen?.preemptionPolicy ?? "PreemptLowerPriority";
    const given = pod.spec.priority;
    if (given !== undefined && given !== value) {
      refuse(
        `the integer value of priority (${given}) must not be provided in pod spec; its class gives ${value}`,
      );
    }
    const givenPolicy = pod.spec.preemptionPolicy;
    if (givenPolicy !== undefined && givenPolicy !== policy) {
      refuse(
        `the string value of PreemptionPolicy (${givenPolicy}) must not be provided in pod spec; its class gives ${policy}`,
      );
    }
    if (chosen !== undefined) pod.spec.priorityClassName = chosen.metadata.name ?? "";
    pod.spec.priority = value;
    pod.spec.preemptionPolicy = policy;
  },
  validate({ object, resource, name }, deps) {
    if (resource.plural !== "priorityclasses" || (object as PriorityClass).globalDefault !== true) return;
    const other = globalDefault(deps);
    if (other === undefined || other.metadata.name === name) return;
    const detail = `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`;
    throw forbidden({ group, plural: "priorityclasses" }, name, detail);
  },
};

function classNamed({ objects }: AdmissionDeps, name: string): PriorityClass | undefined {
  return objects.get<PriorityClass>(group, "priorityclasses", "", name);
}

/** Should there be several, the lowest counts. */
function globalDefault({ objects }: AdmissionDeps): PriorityClass | undefined {
  let lowest: PriorityClass | undefined;
  for (const one of objects.list<PriorityClass>(group, "priorityclasses")) {
    if (one.globalDefault === true && (lowest === undefined || one.value < lowest.value)) lowest = one;
  }
  return lowest;
}
