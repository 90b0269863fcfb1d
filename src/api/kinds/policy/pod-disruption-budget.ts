/**
 * PodDisruptionBudget: how many pods an eviction must leave. Its name may be any path segment, as upstream.
 */
import type { Resource } from "../../resource.ts";
import { PodDisruptionBudget } from "../../types/policy/mod.ts";
import {
  validatePodDisruptionBudget,
  validatePodDisruptionBudgetStatus,
} from "../../types/policy/pod-disruption-budget-validation.ts";
import { age, integer, name, text } from "../columns.ts";
import { clearStatusTo, define, keepStatus, statusResetFields, statusSubresource } from "../define.ts";

export const podDisruptionBudgets: Resource<PodDisruptionBudget> = define({
  type: PodDisruptionBudget,
  plural: "poddisruptionbudgets",
  namespaced: true,
  shortNames: ["pdb"],
  strategy: {
    allowUnconditionalUpdate: false,
    generationOf: ["spec"],
    resetFields: statusResetFields,
    prepareForCreate: clearStatusTo({
      disruptionsAllowed: 0,
      currentHealthy: 0,
      desiredHealthy: 0,
      expectedPods: 0,
    }),
    prepareForUpdate: keepStatus,
    validateCreate: validatePodDisruptionBudget,
    validateUpdate: (object, _old, errors) => validatePodDisruptionBudget(object, errors),
  },
  status: statusSubresource<PodDisruptionBudget>({ validateUpdate: validatePodDisruptionBudgetStatus }),
  columns: [
    name,
    text("Min Available", ({ spec }) => String(spec.minAvailable ?? "N/A")),
    text("Max Unavailable", ({ spec }) => String(spec.maxUnavailable ?? "N/A")),
    integer("Allowed Disruptions", ({ status }) => status.disruptionsAllowed ?? 0),
    age,
  ],
});
