/**
 * Disruption budgets, and the eviction that asks them.
 * A table of policy/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  always,
  by,
  enumOf,
  int32,
  int64,
  intOrString,
  kind,
  map,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  struct,
  time,
  type Value,
} from "../../schema/mod.ts";
import { Condition } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { DeleteOptions } from "../meta/options.ts";

export interface Eviction extends Shape<typeof Eviction>, Plain {}
export const Eviction = kind<Eviction>(
  "policy/v1",
  "Eviction",
)({
  metadata: struct(1, ObjectMeta),
  deleteOptions: optional(2, DeleteOptions),
});

export type UnhealthyPodEvictionPolicyType = Value<typeof UnhealthyPodEvictionPolicyType>;
export const UnhealthyPodEvictionPolicyType = enumOf("AlwaysAllow", "IfHealthyBudget");

export interface PodDisruptionBudgetSpec extends Shape<typeof PodDisruptionBudgetSpec>, Plain {}
export const PodDisruptionBudgetSpec = message<PodDisruptionBudgetSpec>("PodDisruptionBudgetSpec")({
  minAvailable: optional(1, intOrString),
  selector: optional(2, LabelSelector, { patch: "replace" }),
  maxUnavailable: optional(3, intOrString),
  unhealthyPodEvictionPolicy: optional(4, UnhealthyPodEvictionPolicyType),
});

export interface PodDisruptionBudgetStatus extends Shape<typeof PodDisruptionBudgetStatus>, Plain {}
export const PodDisruptionBudgetStatus = message<PodDisruptionBudgetStatus>("PodDisruptionBudgetStatus")({
  observedGeneration: omitempty(1, int64),
  disruptedPods: omitempty(2, map(time)),
  disruptionsAllowed: always(3, int32),
  currentHealthy: always(4, int32),
  desiredHealthy: always(5, int32),
  expectedPods: always(6, int32),
  conditions: omitempty(7, by("type", Condition), { patch: "merge" }),
});

export interface PodDisruptionBudget extends Shape<typeof PodDisruptionBudget>, Plain {}
export const PodDisruptionBudget = kind<PodDisruptionBudget>(
  "policy/v1",
  "PodDisruptionBudget",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, PodDisruptionBudgetSpec),
  status: struct(3, PodDisruptionBudgetStatus),
});

export type PodDisruptionBudgetList = KubeList<PodDisruptionBudget>;
export const PodDisruptionBudgetList = kindList(PodDisruptionBudget);
