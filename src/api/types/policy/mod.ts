/** The types of policy/v1: each name is a type and its table. */
export {
  Eviction,
  PodDisruptionBudget,
  PodDisruptionBudgetList,
  PodDisruptionBudgetSpec,
  PodDisruptionBudgetStatus,
  UnhealthyPodEvictionPolicyType,
} from "./pod-disruption-budget.ts";
