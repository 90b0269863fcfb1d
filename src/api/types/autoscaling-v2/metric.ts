/**
 * What an autoscaler measures, and what it measured.
 * A table of autoscaling/v2; the words are those of src/api/schema. Row order is JSON order.
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

export type MetricTargetType = Value<typeof MetricTargetType>;
export const MetricTargetType = known("AverageValue", "Utilization", "Value");

export interface MetricTarget extends Shape<typeof MetricTarget>, Plain {}
export const MetricTarget = message<MetricTarget>("MetricTarget")({
  type: field(1, MetricTargetType),
  value: optional(2, quantity),
  averageValue: optional(3, quantity),
  averageUtilization: optional(4, int32),
});

export interface ContainerResourceMetricSource extends Shape<typeof ContainerResourceMetricSource>, Plain {}
export const ContainerResourceMetricSource = message<ContainerResourceMetricSource>(
  "ContainerResourceMetricSource",
)({
  name: field(1, string),
  target: field(2, MetricTarget),
  container: field(3, string),
});

export interface MetricValueStatus extends Shape<typeof MetricValueStatus>, Plain {}
export const MetricValueStatus = message<MetricValueStatus>("MetricValueStatus")({
  value: optional(1, quantity),
  averageValue: optional(2, quantity),
  averageUtilization: optional(3, int32),
});

export interface ContainerResourceMetricStatus extends Shape<typeof ContainerResourceMetricStatus>, Plain {}
export const ContainerResourceMetricStatus = message<ContainerResourceMetricStatus>(
  "ContainerResourceMetricStatus",
)({
  name: field(1, string),
  current: field(2, MetricValueStatus),
  container: field(3, string),
});

export interface CrossVersionObjectReference extends Shape<typeof CrossVersionObjectReference>, Plain {}
export const CrossVersionObjectReference = message<CrossVersionObjectReference>(
  "CrossVersionObjectReference",
)({
  kind: field(1, string),
  name: field(2, string),
  apiVersion: omitempty(3, string),
});

export interface MetricIdentifier extends Shape<typeof MetricIdentifier>, Plain {}
export const MetricIdentifier = message<MetricIdentifier>("MetricIdentifier")({
  name: field(1, string),
  selector: optional(2, LabelSelector),
});

export interface ExternalMetricSource extends Shape<typeof ExternalMetricSource>, Plain {}
export const ExternalMetricSource = message<ExternalMetricSource>("ExternalMetricSource")({
  metric: field(1, MetricIdentifier),
  target: field(2, MetricTarget),
});

export interface ExternalMetricStatus extends Shape<typeof ExternalMetricStatus>, Plain {}
export const ExternalMetricStatus = message<ExternalMetricStatus>("ExternalMetricStatus")({
  metric: field(1, MetricIdentifier),
  current: field(2, MetricValueStatus),
});

export interface ObjectMetricSource extends Shape<typeof ObjectMetricSource>, Plain {}
export const ObjectMetricSource = message<ObjectMetricSource>("ObjectMetricSource")({
  describedObject: field(1, CrossVersionObjectReference),
  target: field(2, MetricTarget),
  metric: field(3, MetricIdentifier),
});

export interface PodsMetricSource extends Shape<typeof PodsMetricSource>, Plain {}
export const PodsMetricSource = message<PodsMetricSource>("PodsMetricSource")({
  metric: field(1, MetricIdentifier),
  target: field(2, MetricTarget),
});

export interface ResourceMetricSource extends Shape<typeof ResourceMetricSource>, Plain {}
export const ResourceMetricSource = message<ResourceMetricSource>("ResourceMetricSource")({
  name: field(1, string),
  target: field(2, MetricTarget),
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
  metric: field(1, MetricIdentifier),
  current: field(2, MetricValueStatus),
  describedObject: field(3, CrossVersionObjectReference),
});

export interface PodsMetricStatus extends Shape<typeof PodsMetricStatus>, Plain {}
export const PodsMetricStatus = message<PodsMetricStatus>("PodsMetricStatus")({
  metric: field(1, MetricIdentifier),
  current: field(2, MetricValueStatus),
});

export interface ResourceMetricStatus extends Shape<typeof ResourceMetricStatus>, Plain {}
export const ResourceMetricStatus = message<ResourceMetricStatus>("ResourceMetricStatus")({
  name: field(1, string),
  current: field(2, MetricValueStatus),
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
