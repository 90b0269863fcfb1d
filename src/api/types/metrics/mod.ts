/** The types of metrics.k8s.io/v1beta1: each name is a type and its table. */
export { ContainerMetrics, NodeMetrics, NodeMetricsList, PodMetrics, PodMetricsList } from "./metrics.ts";
