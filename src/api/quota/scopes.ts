/** Which objects a quota is about: its scopes, and its selector of scopes with values. */
import type { PersistentVolumeClaim, Pod, ResourceQuota } from "../types/core/mod.ts";
import { qosClass } from "../types/core/pod-qos.ts";

interface Requirement {
  readonly scopeName: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** Quotas without scopes are about everything; those with scopes only about pods, or claims of a class. */
export function isInScope({ spec }: ResourceQuota, plural: string, object: object): boolean {
  const requirements: readonly Requirement[] = [
    ...(spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: "Exists" })),
    ...(spec.scopeSelector?.matchExpressions ?? []),
  ];
  if (requirements.length === 0) return true;
  return requirements.every((one) =>
    plural === "pods"
      ? podMatches(object as Pod, one)
      : plural === "persistentvolumeclaims" && claimMatches(object as PersistentVolumeClaim, one),
  );
}

function podMatches({ spec }: Pod, requirement: Requirement): boolean {
  const isTerminating = (spec.activeDeadlineSeconds ?? -1) >= 0;
  switch (requirement.scopeName) {
    case "Terminating":
      return isTerminating;
    case "NotTerminating":
      return !isTerminating;
    case "BestEffort":
      return qosClass(spec) === "BestEffort";
    case "NotBestEffort":
      return qosClass(spec) !== "BestEffort";
    case "PriorityClass":
      return valueMatches(spec.priorityClassName ?? "", requirement);
    case "CrossNamespacePodAffinity":
      return crossesNamespaces(spec);
    default:
      return false;
  }
}

function claimMatches({ spec, status }: PersistentVolumeClaim, requirement: Requirement): boolean {
  if (requirement.scopeName !== "VolumeAttributesClass") return false;
  const names = [
    spec.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return names.some((name) => (name ?? "") !== "" && valueMatches(name ?? "", requirement));
}

function valueMatches(value: string, { operator, values = [] }: Requirement): boolean {
  if (operator === "In") return values.includes(value);
  if (operator === "NotIn") return !values.includes(value);
  return (value !== "") === (operator === "Exists");
}

function crossesNamespaces({ affinity }: Pod["spec"]): boolean {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].some((one) => {
    const terms = [
      ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => term.podAffinityTerm),
    ];
    return terms.some((term) => (term.namespaces ?? []).length > 0 || term.namespaceSelector !== undefined);
  });
}
