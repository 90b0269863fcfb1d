/**
 * Daemon sets.
 * A table of apps/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  by,
  enumOf,
  field,
  int32,
  int64,
  intOrString,
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
import { PodTemplateSpec } from "../core/pod.ts";
import { ConditionStatus } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { defaultDaemonSet, defaultDaemonSetSpec, defaultDaemonSetStrategy } from "./daemon-set-defaults.ts";

export interface RollingUpdateDaemonSet extends Shape<typeof RollingUpdateDaemonSet>, Plain {}
export const RollingUpdateDaemonSet = message<RollingUpdateDaemonSet>("RollingUpdateDaemonSet")({
  maxUnavailable: optional(1, intOrString),
  maxSurge: optional(2, intOrString),
});

export type DaemonSetUpdateStrategyType = Value<typeof DaemonSetUpdateStrategyType>;
export const DaemonSetUpdateStrategyType = enumOf("OnDelete", "RollingUpdate");

export interface DaemonSetUpdateStrategy extends Shape<typeof DaemonSetUpdateStrategy>, Plain {}
export const DaemonSetUpdateStrategy = message<DaemonSetUpdateStrategy>("DaemonSetUpdateStrategy")(
  {
    type: omitempty(1, DaemonSetUpdateStrategyType),
    rollingUpdate: optional(2, RollingUpdateDaemonSet),
  },
  { default: defaultDaemonSetStrategy },
);

export interface DaemonSetSpec extends Shape<typeof DaemonSetSpec>, Plain {}
export const DaemonSetSpec = message<DaemonSetSpec>("DaemonSetSpec")(
  {
    selector: nullable(1, LabelSelector, { required: true }),
    template: field(2, PodTemplateSpec),
    updateStrategy: struct(3, DaemonSetUpdateStrategy),
    minReadySeconds: omitempty(4, int32),
    revisionHistoryLimit: optional(6, int32),
  },
  { default: defaultDaemonSetSpec },
);

export interface DaemonSetCondition extends Shape<typeof DaemonSetCondition>, Plain {}
export const DaemonSetCondition = message<DaemonSetCondition>("DaemonSetCondition")({
  type: field(1, string),
  status: field(2, ConditionStatus),
  lastTransitionTime: nullable(3, time),
  reason: omitempty(4, string),
  message: omitempty(5, string),
});

export interface DaemonSetStatus extends Shape<typeof DaemonSetStatus>, Plain {}
export const DaemonSetStatus = message<DaemonSetStatus>("DaemonSetStatus")({
  currentNumberScheduled: field(1, int32),
  numberMisscheduled: field(2, int32),
  desiredNumberScheduled: field(3, int32),
  numberReady: field(4, int32),
  observedGeneration: omitempty(5, int64),
  updatedNumberScheduled: omitempty(6, int32),
  numberAvailable: omitempty(7, int32),
  numberUnavailable: omitempty(8, int32),
  collisionCount: optional(9, int32),
  conditions: omitempty(10, by("type", DaemonSetCondition), { patch: "merge" }),
});

export interface DaemonSet extends Shape<typeof DaemonSet>, Plain {}
export const DaemonSet = kind<DaemonSet>("apps/v1", "DaemonSet")(
  {
    metadata: struct(1, ObjectMeta),
    spec: struct(2, DaemonSetSpec),
    status: struct(3, DaemonSetStatus),
  },
  { default: defaultDaemonSet },
);

export type DaemonSetList = KubeList<DaemonSet>;
export const DaemonSetList = kindList(DaemonSet);
