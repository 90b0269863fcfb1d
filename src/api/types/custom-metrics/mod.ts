/** The types of custom.metrics.k8s.io/v1beta2: each name is a type and its table. */
export { MetricIdentifier, MetricListOptions, MetricValue, MetricValueList } from "./metric-value.ts";
