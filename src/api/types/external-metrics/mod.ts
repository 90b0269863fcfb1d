/** The types of external.metrics.k8s.io/v1beta1: each name is a type and its table. */
export { ExternalMetricValue, ExternalMetricValueList } from "./external-metric-value.ts";
