/**
 * Between autoscaling/v1 and the stored v2: processor utilization is v1's own field, and everything else that
 * v2 knows travels in four annotations, whose JSON uses v1's names for metrics.
 */
import type * as v1 from "../../types/autoscaling-v1/mod.ts";
import type * as v2 from "../../types/autoscaling-v2/mod.ts";

const metricsKey = "autoscaling.alpha.kubernetes.io/metrics";
const currentMetricsKey = "autoscaling.alpha.kubernetes.io/current-metrics";
const conditionsKey = "autoscaling.alpha.kubernetes.io/conditions";
const behaviorKey = "autoscaling.alpha.kubernetes.io/behavior";
const keys = [metricsKey, currentMetricsKey, conditionsKey, behaviorKey];

/** The stored form; annotations that are no JSON are dropped. */
export function toV2(object: v1.HorizontalPodAutoscaler): v2.HorizontalPodAutoscaler {
  const { targetCPUUtilizationPercentage: target, ...spec } = object.spec;
  const { currentCPUUtilizationPercentage: current, ...status } = object.status ?? {};
  const annotations = { ...object.metadata.annotations };
  const metrics = [
    ...(target === undefined ? [] : [cpuMetric(target)]),
    ...listOf<v1.MetricSpec>(annotations[metricsKey]).map(metricToV2),
  ];
  const currentMetrics = [
    ...(current === undefined ? [] : [cpuStatus(current)]),
    ...listOf<v1.MetricStatus>(annotations[currentMetricsKey]).map(statusToV2),
  ];
  const conditions = listOf<v2.HorizontalPodAutoscalerCondition>(annotations[conditionsKey]);
  const behavior = parsed<v2.HorizontalPodAutoscalerBehavior>(annotations[behaviorKey]);
  for (const key of keys) delete annotations[key];
  const { annotations: _, ...metadata } = object.metadata;
  return {
    ...object,
    apiVersion: "autoscaling/v2",
    metadata: { ...metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: {
      ...spec,
      ...(metrics.length === 0 ? {} : { metrics }),
      ...(behavior === undefined ? {} : { behavior }),
    },
    status: {
      ...status,
      desiredReplicas: status.desiredReplicas ?? 0,
      currentMetrics: currentMetrics.length === 0 ? null : currentMetrics,
      ...(conditions.length === 0 ? {} : { conditions }),
    },
  };
}

/** The served form of what is stored. */
export function fromV2(object: v2.HorizontalPodAutoscaler): v1.HorizontalPodAutoscaler {
  const { metrics = [], behavior, ...spec } = object.spec;
  const { currentMetrics, conditions = [], ...status } = object.status ?? {};
  const cpu = metrics.find(
    (one) => one.resource?.name === "cpu" && one.resource.target.averageUtilization !== undefined,
  );
  const cpuNow = currentMetrics?.find(
    (one) => one.resource?.name === "cpu" && one.resource.current.averageUtilization !== undefined,
  );
  const others = metrics.filter((one) => one !== cpu).map(metricToV1);
  const othersNow = (currentMetrics ?? []).filter((one) => one !== cpuNow).map(statusToV1);
  const annotations = {
    ...object.metadata.annotations,
    ...(others.length === 0 ? {} : { [metricsKey]: JSON.stringify(others) }),
    ...(othersNow.length === 0 ? {} : { [currentMetricsKey]: JSON.stringify(othersNow) }),
    ...(conditions.length === 0 ? {} : { [conditionsKey]: JSON.stringify(conditions) }),
    ...(behavior === undefined ? {} : { [behaviorKey]: JSON.stringify(behavior) }),
  };
  const target = cpu?.resource?.target.averageUtilization;
  const current = cpuNow?.resource?.current.averageUtilization;
  return {
    ...object,
    apiVersion: "autoscaling/v1",
    metadata: { ...object.metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: {
      ...status,
      currentReplicas: status.currentReplicas ?? 0,
      desiredReplicas: status.desiredReplicas ?? 0,
      ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }),
    },
  };
}

function cpuMetric(averageUtilization: number): v2.MetricSpec {
  return { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization } } };
}

function cpuStatus(averageUtilization: number): v2.MetricStatus {
  return { type: "Resource", resource: { name: "cpu", current: { averageUtilization } } };
}

/** An annotation that is no JSON is as if absent: anybody may write annotations. */
function parsed<X>(text: string | undefined): X | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    return JSON.parse(text) as X;
  } catch {
    return undefined; // upstream ignores it too
  }
}

function listOf<X>(text: string | undefined): X[] {
  const value = parsed<X[]>(text);
  return Array.isArray(value) ? value : [];
}

/** Leaves out what is undefined. */
function given<X extends object>(value: { [K in keyof X]: X[K] | undefined }): X {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as X;
}

function resourceTarget(source: v1.ResourceMetricSource): v2.MetricTarget {
  return given<v2.MetricTarget>({
    type: source.targetAverageUtilization === undefined ? "AverageValue" : "Utilization",
    averageUtilization: source.targetAverageUtilization,
    averageValue: source.targetAverageValue,
    value: undefined,
  });
}

function valueTarget(value: string | undefined, averageValue: string | undefined): v2.MetricTarget {
  const type = averageValue === undefined ? "Value" : "AverageValue";
  return given<v2.MetricTarget>({ type, value, averageValue, averageUtilization: undefined });
}

function metricToV2(metric: v1.MetricSpec): v2.MetricSpec {
  const { type, object, pods, resource, containerResource, external } = metric;
  const identifier = (name: string, selector: v2.MetricIdentifier["selector"] | undefined) =>
    given<v2.MetricIdentifier>({ name, selector });
  return given<v2.MetricSpec>({
    type,
    object: object && {
      describedObject: object.target,
      metric: identifier(object.metricName, object.selector),
      target: valueTarget(
        object.averageValue === undefined ? object.targetValue : undefined,
        object.averageValue,
      ),
    },
    pods: pods && {
      metric: identifier(pods.metricName, pods.selector),
      target: valueTarget(undefined, pods.targetAverageValue),
    },
    resource: resource && { name: resource.name, target: resourceTarget(resource) },
    containerResource: containerResource && {
      name: containerResource.name,
      container: containerResource.container,
      target: resourceTarget(containerResource),
    },
    external: external && {
      metric: identifier(external.metricName, external.metricSelector),
      target: valueTarget(external.targetValue, external.targetAverageValue),
    },
  });
}

function metricToV1(metric: v2.MetricSpec): v1.MetricSpec {
  const { type, object, pods, resource, containerResource, external } = metric;
  return given<v1.MetricSpec>({
    type,
    object:
      object &&
      given<v1.ObjectMetricSource>({
        target: object.describedObject,
        metricName: object.metric.name,
        targetValue: object.target.value ?? "0",
        selector: object.metric.selector,
        averageValue: object.target.averageValue,
      }),
    pods:
      pods &&
      given<v1.PodsMetricSource>({
        metricName: pods.metric.name,
        targetAverageValue: pods.target.averageValue ?? "0",
        selector: pods.metric.selector,
      }),
    resource:
      resource &&
      given<v1.ResourceMetricSource>({
        name: resource.name,
        targetAverageUtilization: resource.target.averageUtilization,
        targetAverageValue: resource.target.averageValue,
      }),
    containerResource:
      containerResource &&
      given<v1.ContainerResourceMetricSource>({
        name: containerResource.name,
        targetAverageUtilization: containerResource.target.averageUtilization,
        targetAverageValue: containerResource.target.averageValue,
        container: containerResource.container,
      }),
    external:
      external &&
      given<v1.ExternalMetricSource>({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        targetValue: external.target.value,
        targetAverageValue: external.target.averageValue,
      }),
  });
}

function statusToV2(status: v1.MetricStatus): v2.MetricStatus {
  const { type, object, pods, resource, containerResource, external } = status;
  const current = (value?: string, averageValue?: string, averageUtilization?: number) =>
    given<v2.MetricValueStatus>({ value, averageValue, averageUtilization });
  return given<v2.MetricStatus>({
    type,
    object: object && {
      describedObject: object.target,
      metric: given<v2.MetricIdentifier>({ name: object.metricName, selector: object.selector }),
      current: current(object.currentValue, object.averageValue),
    },
    pods: pods && {
      metric: given<v2.MetricIdentifier>({ name: pods.metricName, selector: pods.selector }),
      current: current(undefined, pods.currentAverageValue),
    },
    resource: resource && {
      name: resource.name,
      current: current(undefined, resource.currentAverageValue, resource.currentAverageUtilization),
    },
    containerResource: containerResource && {
      name: containerResource.name,
      container: containerResource.container,
      current: current(
        undefined,
        containerResource.currentAverageValue,
        containerResource.currentAverageUtilization,
      ),
    },
    external: external && {
      metric: given<v2.MetricIdentifier>({ name: external.metricName, selector: external.metricSelector }),
      current: current(external.currentValue, external.currentAverageValue),
    },
  });
}

function statusToV1(status: v2.MetricStatus): v1.MetricStatus {
  const { type, object, pods, resource, containerResource, external } = status;
  return given<v1.MetricStatus>({
    type,
    object:
      object &&
      given<v1.ObjectMetricStatus>({
        target: object.describedObject,
        metricName: object.metric.name,
        currentValue: object.current.value ?? "0",
        selector: object.metric.selector,
        averageValue: object.current.averageValue,
      }),
    pods:
      pods &&
      given<v1.PodsMetricStatus>({
        metricName: pods.metric.name,
        currentAverageValue: pods.current.averageValue ?? "0",
        selector: pods.metric.selector,
      }),
    resource:
      resource &&
      given<v1.ResourceMetricStatus>({
        name: resource.name,
        currentAverageUtilization: resource.current.averageUtilization,
        currentAverageValue: resource.current.averageValue ?? "0",
      }),
    containerResource:
      containerResource &&
      given<v1.ContainerResourceMetricStatus>({
        name: containerResource.name,
        currentAverageUtilization: containerResource.current.averageUtilization,
        currentAverageValue: containerResource.current.averageValue ?? "0",
        container: containerResource.container,
      }),
    external:
      external &&
      given<v1.ExternalMetricStatus>({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        currentValue: external.current.value ?? "0",
        currentAverageValue: external.current.averageValue,
      }),
  });
}
