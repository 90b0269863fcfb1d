/**
 * Defaults of autoscalers: at least one replica, 80 % of the processor, up fast and down as fast as metrics
 * say.
 */
import type {
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerSpec,
} from "./horizontal-pod-autoscaler.ts";

const periodSeconds = 15;

export function defaultAutoscalerSpec(spec: HorizontalPodAutoscalerSpec): void {
  spec.minReplicas ??= 1;
  if ((spec.metrics ?? []).length > 0) return;
  spec.metrics = [
    { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
  ];
}

/** An author of one direction gets the other's defaults written out. */
export function defaultBehavior(behavior: HorizontalPodAutoscalerBehavior): void {
  behavior.scaleUp = {
    stabilizationWindowSeconds: 0,
    selectPolicy: "Max",
    policies: [
      { type: "Pods", value: 4, periodSeconds },
      { type: "Percent", value: 100, periodSeconds },
    ],
    ...behavior.scaleUp,
  };
  behavior.scaleDown = {
    selectPolicy: "Max",
    policies: [{ type: "Percent", value: 100, periodSeconds }],
    ...behavior.scaleDown,
  };
}
