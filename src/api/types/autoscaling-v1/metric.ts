/**
 * Metrics that version 1 keeps in annotations.
 * A table of autoscaling/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  known,
  field,
  int32,
  message,
  omitempty,
  optional,
  type Plain,
  quantity,
  type Shape,
  string,
  type Value,
} from "../../schema/mod.ts";
import { LabelSelector } from "../meta/label-selector.ts";

export interface ContainerResourceMetricSource extends Shape<typeof ContainerResourceMetricSource>, Plain {}
export const ContainerResourceMetricSource = message<ContainerResourceMetricSource>(
  "ContainerResourceMetricSource",
)({
  name: field(1, string),
  targetAverageUtilization: optional(2, int32),
  targetAverageValue: optional(3, quantity),
  container: field(5, string),
});

export interface ContainerResourceMetricStatus extends Shape<typeof ContainerResourceMetricStatus>, Plain {}
export const ContainerResourceMetricStatus = message<ContainerResourceMetricStatus>(
  "ContainerResourceMetricStatus",
)({
  name: field(1, string),
  currentAverageUtilization: optional(2, int32),
  currentAverageValue: field(3, quantity),
  container: field(4, string),
});

export interface CrossVersionObjectReference extends Shape<typeof CrossVersionObjectReference>, Plain {}
export const CrossVersionObjectReference = message<CrossVersionObjectReference>(
  "CrossVersionObjectReference",
  { atomic: true },
)({
  kind: field(1, string),
  name: field(2, string),
  apiVersion: omitempty(3, string),
});

export interface ExternalMetricSource extends Shape<typeof ExternalMetricSource>, Plain {}
export const ExternalMetricSource = message<ExternalMetricSource>("ExternalMetricSource")({
  metricName: field(1, string),
  metricSelector: optional(2, LabelSelector),
  targetValue: optional(3, quantity),
  targetAverageValue: optional(4, quantity),
});

export interface ExternalMetricStatus extends Shape<typeof ExternalMetricStatus>, Plain {}
export const ExternalMetricStatus = message<ExternalMetricStatus>("ExternalMetricStatus")({
  metricName: field(1, string),
  metricSelector: optional(2, LabelSelector),
  currentValue: field(3, quantity),
  currentAverageValue: optional(4, quantity),
});

export interface ObjectMetricSource extends Shape<typeof ObjectMetricSource>, Plain {}
export const ObjectMetricSource = message<ObjectMetricSource>("ObjectMetricSource")({
  target: field(1, CrossVersionObjectReference),
  metricName: field(2, string),
  targetValue: field(3, quantity),
  selector: optional(4, LabelSelector),
  averageValue: optional(5, quantity),
});

export interface PodsMetricSource extends Shape<typeof PodsMetricSource>, Plain {}
export const PodsMetricSource = message<PodsMetricSource>("PodsMetricSource")({
  metricName: field(1, string),
  targetAverageValue: field(2, quantity),
  selector: optional(3, LabelSelector),
});

export interface ResourceMetricSource extends Shape<typeof ResourceMetricSource>, Plain {}
export const ResourceMetricSource = message<ResourceMetricSource>("ResourceMetricSource")({
  name: field(1, string),
  targetAverageUtilization: optional(2, int32),
  targetAverageValue: optional(3, quantity),
});

export type MetricSourceType = Value<typeof MetricSourceType>;
export const MetricSourceType = known("ContainerResource", "External", "Object", "Pods", "Resource");

export interface MetricSpec extends Shape<typeof MetricSpec>, Plain {}
export const MetricSpec = message<MetricSpec>("MetricSpec")({
  type: field(1, MetricSourceType),
  object: optional(2, ObjectMetricSource),
  pods: optional(3, PodsMetricSource),
  resource: optional(4, ResourceMetricSource),
  containerResource: optional(7, ContainerResourceMetricSource),
  external: optional(5, ExternalMetricSource),
});

export interface ObjectMetricStatus extends Shape<typeof ObjectMetricStatus>, Plain {}
export const ObjectMetricStatus = message<ObjectMetricStatus>("ObjectMetricStatus")({
  target: field(1, CrossVersionObjectReference),
  metricName: field(2, string),
  currentValue: field(3, quantity),
  selector: optional(4, LabelSelector),
  averageValue: optional(5, quantity),
});

export interface PodsMetricStatus extends Shape<typeof PodsMetricStatus>, Plain {}
export const PodsMetricStatus = message<PodsMetricStatus>("PodsMetricStatus")({
  metricName: field(1, string),
  currentAverageValue: field(2, quantity),
  selector: optional(3, LabelSelector),
});

export interface ResourceMetricStatus extends Shape<typeof ResourceMetricStatus>, Plain {}
export const ResourceMetricStatus = message<ResourceMetricStatus>("ResourceMetricStatus")({
  name: field(1, string),
  currentAverageUtilization: optional(2, int32),
  currentAverageValue: field(3, quantity),
});

export interface MetricStatus extends Shape<typeof MetricStatus>, Plain {}
export const MetricStatus = message<MetricStatus>("MetricStatus")({
  type: field(1, MetricSourceType),
  object: optional(2, ObjectMetricStatus),
  pods: optional(3, PodsMetricStatus),
  resource: optional(4, ResourceMetricStatus),
  containerResource: optional(7, ContainerResourceMetricStatus),
  external: optional(5, ExternalMetricStatus),
});
