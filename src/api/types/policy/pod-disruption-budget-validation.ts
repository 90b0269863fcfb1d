/** Validation of pod disruption budgets. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { validateLabelSelector } from "../../selectors/label-selector-validation.ts";
import { validateConditions } from "../meta/condition-validation.ts";
import { validateCounts } from "../meta/count-validation.ts";
import { validateAtMostAll, validateIntOrPercent } from "../meta/int-or-percent-validation.ts";
import type { PodDisruptionBudget } from "./pod-disruption-budget.ts";

const policies = ["AlwaysAllow", "IfHealthyBudget"];

export function validatePodDisruptionBudget({ spec }: PodDisruptionBudget, errors: FieldErrors): void {
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    errors.invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set");
  }
  for (const field of ["minAvailable", "maxUnavailable"] as const) {
    const value = spec[field];
    if (value === undefined) continue;
    validateIntOrPercent(value, at("spec", field), errors);
    validateAtMostAll(value, at("spec", field), errors);
  }
  validateLabelSelector(spec.selector, "spec.selector", errors);
  const policy = spec.unhealthyPodEvictionPolicy;
  if (policy !== undefined && !policies.includes(policy))
    errors.notSupported("spec.unhealthyPodEvictionPolicy", policy, policies);
}

const counts = ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"] as const;

export function validatePodDisruptionBudgetStatus(
  { status }: PodDisruptionBudget,
  _old: PodDisruptionBudget,
  errors: FieldErrors,
): void {
  validateConditions(status.conditions, "status.conditions", errors);
  validateCounts(status, counts, "status", errors);
}
