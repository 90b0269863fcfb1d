/**
 * Horizontal pod autoscalers, by processor use only.
 * A table of autoscaling/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
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
  type Shape,
  string,
  struct,
  time,
  type Value,
} from "../../schema/mod.ts";
import { ConditionStatus } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { CrossVersionObjectReference } from "./metric.ts";
import { defaultAutoscalerSpec } from "./horizontal-pod-autoscaler-defaults.ts";

export interface HorizontalPodAutoscalerSpec extends Shape<typeof HorizontalPodAutoscalerSpec>, Plain {}
export const HorizontalPodAutoscalerSpec = message<HorizontalPodAutoscalerSpec>(
  "HorizontalPodAutoscalerSpec",
)(
  {
    scaleTargetRef: field(1, CrossVersionObjectReference),
    minReplicas: optional(2, int32),
    maxReplicas: field(3, int32),
    targetCPUUtilizationPercentage: optional(4, int32),
  },
  { default: defaultAutoscalerSpec },
);

export interface HorizontalPodAutoscalerStatus extends Shape<typeof HorizontalPodAutoscalerStatus>, Plain {}
export const HorizontalPodAutoscalerStatus = message<HorizontalPodAutoscalerStatus>(
  "HorizontalPodAutoscalerStatus",
)({
  observedGeneration: optional(1, int64),
  lastScaleTime: optional(2, time),
  currentReplicas: field(3, int32),
  desiredReplicas: field(4, int32),
  currentCPUUtilizationPercentage: optional(5, int32),
});

export interface HorizontalPodAutoscaler extends Shape<typeof HorizontalPodAutoscaler>, Plain {}
export const HorizontalPodAutoscaler = kind<HorizontalPodAutoscaler>(
  "autoscaling/v1",
  "HorizontalPodAutoscaler",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, HorizontalPodAutoscalerSpec, { required: true }),
  status: struct(3, HorizontalPodAutoscalerStatus),
});

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

export type HorizontalPodAutoscalerList = KubeList<HorizontalPodAutoscaler>;
export const HorizontalPodAutoscalerList = kindList(HorizontalPodAutoscaler);
