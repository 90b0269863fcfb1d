/**
 * Conditions of statuses.
 * A table of meta.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  known,
  field,
  int64,
  message,
  nullable,
  omitempty,
  type Plain,
  type Shape,
  string,
  time,
  type Value,
} from "../../schema/mod.ts";

export type ConditionStatus = Value<typeof ConditionStatus>;
export const ConditionStatus = known("False", "True", "Unknown");

export interface Condition extends Shape<typeof Condition>, Plain {}
export const Condition = message<Condition>("Condition")({
  type: field(1, string),
  status: field(2, ConditionStatus),
  observedGeneration: omitempty(3, int64),
  lastTransitionTime: nullable(4, time, { required: true }),
  reason: field(5, string),
  message: field(6, string),
});
