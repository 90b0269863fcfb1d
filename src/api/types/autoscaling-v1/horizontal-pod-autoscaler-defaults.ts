/** Defaults of the first version of autoscalers, which are those of the version that is stored. */
import type { HorizontalPodAutoscalerSpec } from "./horizontal-pod-autoscaler.ts";

export function defaultAutoscalerSpec(spec: HorizontalPodAutoscalerSpec): void {
  spec.minReplicas ??= 1;
}
