/**
 * Rules that place a pod near or far from nodes and other pods.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  enumOf,
  field,
  int32,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  type Value,
} from "../../schema/mod.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { NodeSelector, PreferredSchedulingTerm } from "./node-selector.ts";

export interface NodeAffinity extends Shape<typeof NodeAffinity>, Plain {}
export const NodeAffinity = message<NodeAffinity>("NodeAffinity")({
  requiredDuringSchedulingIgnoredDuringExecution: optional(1, NodeSelector),
  preferredDuringSchedulingIgnoredDuringExecution: omitempty(2, atomic(PreferredSchedulingTerm)),
});

export interface PodAffinityTerm extends Shape<typeof PodAffinityTerm>, Plain {}
export const PodAffinityTerm = message<PodAffinityTerm>("PodAffinityTerm")({
  labelSelector: optional(1, LabelSelector),
  namespaces: omitempty(2, atomic(string)),
  topologyKey: field(3, string),
  namespaceSelector: optional(4, LabelSelector),
  matchLabelKeys: omitempty(5, atomic(string)),
  mismatchLabelKeys: omitempty(6, atomic(string)),
});

export interface WeightedPodAffinityTerm extends Shape<typeof WeightedPodAffinityTerm>, Plain {}
export const WeightedPodAffinityTerm = message<WeightedPodAffinityTerm>("WeightedPodAffinityTerm")({
  weight: field(1, int32),
  podAffinityTerm: field(2, PodAffinityTerm),
});

export interface PodAffinity extends Shape<typeof PodAffinity>, Plain {}
export const PodAffinity = message<PodAffinity>("PodAffinity")({
  requiredDuringSchedulingIgnoredDuringExecution: omitempty(1, atomic(PodAffinityTerm)),
  preferredDuringSchedulingIgnoredDuringExecution: omitempty(2, atomic(WeightedPodAffinityTerm)),
});

export interface PodAntiAffinity extends Shape<typeof PodAntiAffinity>, Plain {}
export const PodAntiAffinity = message<PodAntiAffinity>("PodAntiAffinity")({
  requiredDuringSchedulingIgnoredDuringExecution: omitempty(1, atomic(PodAffinityTerm)),
  preferredDuringSchedulingIgnoredDuringExecution: omitempty(2, atomic(WeightedPodAffinityTerm)),
});

export interface Affinity extends Shape<typeof Affinity>, Plain {}
export const Affinity = message<Affinity>("Affinity")({
  nodeAffinity: optional(1, NodeAffinity),
  podAffinity: optional(2, PodAffinity),
  podAntiAffinity: optional(3, PodAntiAffinity),
});

export type UnsatisfiableConstraintAction = Value<typeof UnsatisfiableConstraintAction>;
export const UnsatisfiableConstraintAction = enumOf("DoNotSchedule", "ScheduleAnyway");

export type NodeInclusionPolicy = Value<typeof NodeInclusionPolicy>;
export const NodeInclusionPolicy = enumOf("Honor", "Ignore");

export interface TopologySpreadConstraint extends Shape<typeof TopologySpreadConstraint>, Plain {}
export const TopologySpreadConstraint = message<TopologySpreadConstraint>("TopologySpreadConstraint")({
  maxSkew: field(1, int32),
  topologyKey: field(2, string),
  whenUnsatisfiable: field(3, UnsatisfiableConstraintAction),
  labelSelector: optional(4, LabelSelector),
  minDomains: optional(5, int32),
  nodeAffinityPolicy: optional(6, NodeInclusionPolicy),
  nodeTaintsPolicy: optional(7, NodeInclusionPolicy),
  matchLabelKeys: omitempty(8, atomic(string)),
});
