/**
 * Taints of nodes and the tolerations of pods.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  enumOf,
  field,
  int64,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  time,
  type Value,
} from "../../schema/mod.ts";

export type TaintEffect = Value<typeof TaintEffect>;
export const TaintEffect = enumOf("NoExecute", "NoSchedule", "PreferNoSchedule");

export interface Taint extends Shape<typeof Taint>, Plain {}
export const Taint = message<Taint>("Taint")({
  key: field(1, string),
  value: omitempty(2, string),
  effect: field(3, TaintEffect),
  timeAdded: optional(4, time),
});

export type TolerationOperator = Value<typeof TolerationOperator>;
export const TolerationOperator = enumOf("Equal", "Exists", "Gt", "Lt");

export interface Toleration extends Shape<typeof Toleration>, Plain {}
export const Toleration = message<Toleration>("Toleration")({
  key: omitempty(1, string),
  operator: omitempty(2, TolerationOperator),
  value: omitempty(3, string),
  effect: omitempty(4, TaintEffect),
  tolerationSeconds: optional(5, int64),
});
