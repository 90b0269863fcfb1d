/**
 * Horizontal pod autoscalers.
 * A table of autoscaling/v2; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  by,
  known,
  field,
  int32,
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
  struct,
  time,
  type Value,
} from "../../schema/mod.ts";
import { ConditionStatus } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { CrossVersionObjectReference, MetricSpec, MetricStatus } from "./metric.ts";
import { defaultAutoscalerSpec, defaultBehavior } from "./horizontal-pod-autoscaler-defaults.ts";

export type HPAScalingPolicyType = Value<typeof HPAScalingPolicyType>;
export const HPAScalingPolicyType = known("Percent", "Pods");

export interface HPAScalingPolicy extends Shape<typeof HPAScalingPolicy>, Plain {}
export const HPAScalingPolicy = message<HPAScalingPolicy>("HPAScalingPolicy")({
  type: field(1, HPAScalingPolicyType),
  value: field(2, int32),
  periodSeconds: field(3, int32),
});

export type ScalingPolicySelect = Value<typeof ScalingPolicySelect>;
export const ScalingPolicySelect = known("Disabled", "Max", "Min");

export interface HPAScalingRules extends Shape<typeof HPAScalingRules>, Plain {}
export const HPAScalingRules = message<HPAScalingRules>("HPAScalingRules")({
  stabilizationWindowSeconds: optional(3, int32),
  selectPolicy: optional(1, ScalingPolicySelect),
  policies: omitempty(2, atomic(HPAScalingPolicy)),
  tolerance: optional(4, quantity, { gate: "HPAConfigurableTolerance" }),
});

export interface HorizontalPodAutoscalerBehavior
  extends Shape<typeof HorizontalPodAutoscalerBehavior>,
    Plain {}
export const HorizontalPodAutoscalerBehavior = message<HorizontalPodAutoscalerBehavior>(
  "HorizontalPodAutoscalerBehavior",
)(
  {
    scaleUp: optional(1, HPAScalingRules),
    scaleDown: optional(2, HPAScalingRules),
  },
  { default: defaultBehavior },
);

export interface HorizontalPodAutoscalerSpec extends Shape<typeof HorizontalPodAutoscalerSpec>, Plain {}
export const HorizontalPodAutoscalerSpec = message<HorizontalPodAutoscalerSpec>(
  "HorizontalPodAutoscalerSpec",
)(
  {
    scaleTargetRef: field(1, CrossVersionObjectReference),
    minReplicas: optional(2, int32),
    maxReplicas: field(3, int32),
    metrics: omitempty(4, atomic(MetricSpec)),
    behavior: optional(5, HorizontalPodAutoscalerBehavior),
  },
  { default: defaultAutoscalerSpec },
);

export type HorizontalPodAutoscalerConditionType = Value<typeof HorizontalPodAutoscalerConditionType>;
export const HorizontalPodAutoscalerConditionType = known(
  "AbleToScale",
  "ScaledToZero",
  "ScalingActive",
  "ScalingLimited",
);

export interface HorizontalPodAutoscalerCondition
  extends Shape<typeof HorizontalPodAutoscalerCondition>,
    Plain {}
export const HorizontalPodAutoscalerCondition = message<HorizontalPodAutoscalerCondition>(
  "HorizontalPodAutoscalerCondition",
)({
  type: field(1, HorizontalPodAutoscalerConditionType),
  status: field(2, ConditionStatus),
  lastTransitionTime: nullable(3, time),
  reason: omitempty(4, string),
  message: omitempty(5, string),
});

export interface HorizontalPodAutoscalerStatus extends Shape<typeof HorizontalPodAutoscalerStatus>, Plain {}
export const HorizontalPodAutoscalerStatus = message<HorizontalPodAutoscalerStatus>(
  "HorizontalPodAutoscalerStatus",
)({
  observedGeneration: optional(1, int64),
  lastScaleTime: optional(2, time),
  currentReplicas: omitempty(3, int32),
  desiredReplicas: field(4, int32),
  currentMetrics: nullable(5, atomic(MetricStatus)),
  conditions: omitempty(6, by("type", HorizontalPodAutoscalerCondition), { patch: "merge" }),
});

export interface HorizontalPodAutoscaler extends Shape<typeof HorizontalPodAutoscaler>, Plain {}
export const HorizontalPodAutoscaler = kind<HorizontalPodAutoscaler>(
  "autoscaling/v2",
  "HorizontalPodAutoscaler",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, HorizontalPodAutoscalerSpec, { required: true }),
  status: struct(3, HorizontalPodAutoscalerStatus),
});

export type HorizontalPodAutoscalerList = KubeList<HorizontalPodAutoscaler>;
export const HorizontalPodAutoscalerList = kindList(HorizontalPodAutoscaler);
