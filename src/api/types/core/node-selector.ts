/**
 * Terms that select nodes and topologies.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  enumOf,
  field,
  int32,
  message,
  omitempty,
  type Plain,
  type Shape,
  string,
  type Value,
} from "../../schema/mod.ts";

export type NodeSelectorOperator = Value<typeof NodeSelectorOperator>;
export const NodeSelectorOperator = enumOf("DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn");

export interface NodeSelectorRequirement extends Shape<typeof NodeSelectorRequirement>, Plain {}
export const NodeSelectorRequirement = message<NodeSelectorRequirement>("NodeSelectorRequirement")({
  key: field(1, string),
  operator: field(2, NodeSelectorOperator),
  values: omitempty(3, atomic(string)),
});

export interface NodeSelectorTerm extends Shape<typeof NodeSelectorTerm>, Plain {}
export const NodeSelectorTerm = message<NodeSelectorTerm>("NodeSelectorTerm", { atomic: true })({
  matchExpressions: omitempty(1, atomic(NodeSelectorRequirement)),
  matchFields: omitempty(2, atomic(NodeSelectorRequirement)),
});

export interface NodeSelector extends Shape<typeof NodeSelector>, Plain {}
export const NodeSelector = message<NodeSelector>("NodeSelector", { atomic: true })({
  nodeSelectorTerms: field(1, atomic(NodeSelectorTerm)),
});

export interface PreferredSchedulingTerm extends Shape<typeof PreferredSchedulingTerm>, Plain {}
export const PreferredSchedulingTerm = message<PreferredSchedulingTerm>("PreferredSchedulingTerm")({
  weight: field(1, int32),
  preference: field(2, NodeSelectorTerm),
});

export interface TopologySelectorLabelRequirement
  extends Shape<typeof TopologySelectorLabelRequirement>,
    Plain {}
export const TopologySelectorLabelRequirement = message<TopologySelectorLabelRequirement>(
  "TopologySelectorLabelRequirement",
)({
  key: field(1, string),
  values: field(2, atomic(string)),
});

export interface TopologySelectorTerm extends Shape<typeof TopologySelectorTerm>, Plain {}
export const TopologySelectorTerm = message<TopologySelectorTerm>("TopologySelectorTerm", { atomic: true })({
  matchLabelExpressions: omitempty(1, atomic(TopologySelectorLabelRequirement)),
});
