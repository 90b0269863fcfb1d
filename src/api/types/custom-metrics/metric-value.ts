/**
 * Custom metrics.
 * A table of custom.metrics.k8s.io/v1beta2; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  field,
  int64,
  kind,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  quantity,
  type Shape,
  string,
  time,
} from "../../schema/mod.ts";
import { ObjectReference } from "../core/reference.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { LabelSelector } from "../meta/label-selector.ts";

export interface MetricIdentifier extends Shape<typeof MetricIdentifier>, Plain {}
export const MetricIdentifier = message<MetricIdentifier>("MetricIdentifier")({
  name: field(1, string),
  selector: nullable(2, LabelSelector),
});

export interface MetricListOptions extends Shape<typeof MetricListOptions>, Plain {}
export const MetricListOptions = kind<MetricListOptions>(
  "custom.metrics.k8s.io/v1beta2",
  "MetricListOptions",
)({
  labelSelector: omitempty(1, string),
  metricLabelSelector: omitempty(2, string),
});

export interface MetricValue extends Shape<typeof MetricValue>, Plain {}
export const MetricValue = kind<MetricValue>(
  "custom.metrics.k8s.io/v1beta2",
  "MetricValue",
)({
  describedObject: field(1, ObjectReference),
  metric: field(2, MetricIdentifier),
  timestamp: nullable(3, time, { required: true }),
  windowSeconds: optional(4, int64),
  value: field(5, quantity),
});

export type MetricValueList = KubeList<MetricValue>;
export const MetricValueList = kindList(MetricValue);
