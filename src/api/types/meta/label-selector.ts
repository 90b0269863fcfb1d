/**
 * Selectors by label and by field, as objects embed them.
 * A table of meta.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  known,
  field,
  map,
  message,
  omitempty,
  type Plain,
  type Shape,
  string,
  type Value,
} from "../../schema/mod.ts";

export type FieldSelectorOperator = Value<typeof FieldSelectorOperator>;
export const FieldSelectorOperator = known("DoesNotExist", "Exists", "In", "NotIn");

export interface FieldSelectorRequirement extends Shape<typeof FieldSelectorRequirement>, Plain {}
export const FieldSelectorRequirement = message<FieldSelectorRequirement>("FieldSelectorRequirement")({
  key: field(1, string),
  operator: field(2, FieldSelectorOperator),
  values: omitempty(3, atomic(string)),
});

export type LabelSelectorOperator = Value<typeof LabelSelectorOperator>;
export const LabelSelectorOperator = known("DoesNotExist", "Exists", "In", "NotIn");

export interface LabelSelectorRequirement extends Shape<typeof LabelSelectorRequirement>, Plain {}
export const LabelSelectorRequirement = message<LabelSelectorRequirement>("LabelSelectorRequirement")({
  key: field(1, string),
  operator: field(2, LabelSelectorOperator),
  values: omitempty(3, atomic(string)),
});

export interface LabelSelector extends Shape<typeof LabelSelector>, Plain {}
export const LabelSelector = message<LabelSelector>("LabelSelector", { atomic: true })({
  matchLabels: omitempty(1, map(string)),
  matchExpressions: omitempty(2, atomic(LabelSelectorRequirement)),
});
