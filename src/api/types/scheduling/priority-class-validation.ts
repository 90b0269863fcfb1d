/** Validation of priority classes: the highest values and the `system-` names belong to the system. */
import type { FieldErrors } from "../../field-errors.ts";
import type { PriorityClass } from "./priority-class.ts";

const maxUserValue = 1_000_000_000;
/** What the server itself makes. */
const systemClasses: Readonly<Record<string, number>> = {
  "system-node-critical": 2_000_001_000,
  "system-cluster-critical": 2_000_000_000,
};
const policies = ["Never", "PreemptLowerPriority"];

export function validatePriorityClass(one: PriorityClass, errors: FieldErrors): void {
  const name = one.metadata.name ?? "";
  if (name.startsWith("system-")) {
    if (systemClasses[name] !== one.value)
      errors.forbidden("metadata.name", "names with the prefix 'system-' are reserved for system use only");
  } else if (one.value > maxUserValue)
    errors.forbidden("value", `maximum allowed value of a user defined priority is ${maxUserValue}`);
  const policy = one.preemptionPolicy ?? "";
  if (policy === "") errors.required("preemptionPolicy");
  else if (!policies.includes(policy)) errors.notSupported("preemptionPolicy", policy, policies);
}

export function validatePriorityClassUpdate(
  one: PriorityClass,
  old: PriorityClass,
  errors: FieldErrors,
): void {
  if (one.value !== old.value) errors.forbidden("value", "may not be changed in an update.");
  if (one.preemptionPolicy !== old.preemptionPolicy)
    errors.invalid("preemptionPolicy", one.preemptionPolicy ?? null, "field is immutable");
}
