/**
 * External metrics.
 * A table of external.metrics.k8s.io/v1beta1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  field,
  int64,
  kind,
  map,
  nullable,
  optional,
  type Plain,
  quantity,
  type Shape,
  string,
  time,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";

export interface ExternalMetricValue extends Shape<typeof ExternalMetricValue>, Plain {}
export const ExternalMetricValue = kind<ExternalMetricValue>(
  "external.metrics.k8s.io/v1beta1",
  "ExternalMetricValue",
)({
  metricName: field(1, string),
  metricLabels: field(2, map(string)),
  timestamp: nullable(3, time, { required: true }),
  window: optional(4, int64),
  value: field(5, quantity),
});

export type ExternalMetricValueList = KubeList<ExternalMetricValue>;
export const ExternalMetricValueList = kindList(ExternalMetricValue);
