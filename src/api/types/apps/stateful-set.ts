/**
 * Stateful sets.
 * A table of apps/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  always,
  atomic,
  by,
  enumOf,
  known,
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
import { PersistentVolumeClaim } from "../core/persistent-volume-claim.ts";
import { PodTemplateSpec } from "../core/pod.ts";
import { ConditionStatus } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { defaultStatefulSetSpec, defaultStatefulSetStrategy } from "./stateful-set-defaults.ts";

export interface RollingUpdateStatefulSetStrategy
  extends Shape<typeof RollingUpdateStatefulSetStrategy>,
    Plain {}
export const RollingUpdateStatefulSetStrategy = message<RollingUpdateStatefulSetStrategy>(
  "RollingUpdateStatefulSetStrategy",
)({
  partition: optional(1, int32),
  maxUnavailable: optional(2, intOrString, { gate: "MaxUnavailableStatefulSet" }),
});

export type StatefulSetUpdateStrategyType = Value<typeof StatefulSetUpdateStrategyType>;
export const StatefulSetUpdateStrategyType = enumOf("OnDelete", "RollingUpdate");

export interface StatefulSetUpdateStrategy extends Shape<typeof StatefulSetUpdateStrategy>, Plain {}
export const StatefulSetUpdateStrategy = message<StatefulSetUpdateStrategy>("StatefulSetUpdateStrategy")(
  {
    type: omitempty(1, StatefulSetUpdateStrategyType),
    rollingUpdate: optional(2, RollingUpdateStatefulSetStrategy),
  },
  { default: defaultStatefulSetStrategy },
);

export type PersistentVolumeClaimRetentionPolicyType = Value<typeof PersistentVolumeClaimRetentionPolicyType>;
export const PersistentVolumeClaimRetentionPolicyType = known("Delete", "Retain");

export interface StatefulSetPersistentVolumeClaimRetentionPolicy
  extends Shape<typeof StatefulSetPersistentVolumeClaimRetentionPolicy>,
    Plain {}
export const StatefulSetPersistentVolumeClaimRetentionPolicy =
  message<StatefulSetPersistentVolumeClaimRetentionPolicy>("StatefulSetPersistentVolumeClaimRetentionPolicy")(
    {
      whenDeleted: omitempty(1, PersistentVolumeClaimRetentionPolicyType),
      whenScaled: omitempty(2, PersistentVolumeClaimRetentionPolicyType),
    },
  );

export interface StatefulSetOrdinals extends Shape<typeof StatefulSetOrdinals>, Plain {}
export const StatefulSetOrdinals = message<StatefulSetOrdinals>("StatefulSetOrdinals")({
  start: always(1, int32),
});

export type PodManagementPolicyType = Value<typeof PodManagementPolicyType>;
export const PodManagementPolicyType = enumOf("OrderedReady", "Parallel");

export interface StatefulSetSpec extends Shape<typeof StatefulSetSpec>, Plain {}
export const StatefulSetSpec = message<StatefulSetSpec>("StatefulSetSpec")(
  {
    replicas: optional(1, int32),
    selector: nullable(2, LabelSelector, { required: true }),
    template: field(3, PodTemplateSpec),
    volumeClaimTemplates: omitempty(4, atomic(PersistentVolumeClaim)),
    serviceName: always(5, string),
    podManagementPolicy: omitempty(6, PodManagementPolicyType),
    updateStrategy: struct(7, StatefulSetUpdateStrategy),
    revisionHistoryLimit: optional(8, int32),
    minReadySeconds: omitempty(9, int32),
    persistentVolumeClaimRetentionPolicy: optional(10, StatefulSetPersistentVolumeClaimRetentionPolicy),
    ordinals: optional(11, StatefulSetOrdinals),
  },
  { default: defaultStatefulSetSpec },
);

export interface StatefulSetCondition extends Shape<typeof StatefulSetCondition>, Plain {}
export const StatefulSetCondition = message<StatefulSetCondition>("StatefulSetCondition")({
  type: field(1, string),
  status: field(2, ConditionStatus),
  lastTransitionTime: nullable(3, time),
  reason: omitempty(4, string),
  message: omitempty(5, string),
});

export interface StatefulSetStatus extends Shape<typeof StatefulSetStatus>, Plain {}
export const StatefulSetStatus = message<StatefulSetStatus>("StatefulSetStatus")({
  observedGeneration: omitempty(1, int64),
  replicas: field(2, int32),
  readyReplicas: omitempty(3, int32),
  currentReplicas: omitempty(4, int32),
  updatedReplicas: omitempty(5, int32),
  currentRevision: omitempty(6, string),
  updateRevision: omitempty(7, string),
  collisionCount: optional(9, int32),
  conditions: omitempty(10, by("type", StatefulSetCondition), { patch: "merge" }),
  availableReplicas: always(11, int32),
});

export interface StatefulSet extends Shape<typeof StatefulSet>, Plain {}
export const StatefulSet = kind<StatefulSet>(
  "apps/v1",
  "StatefulSet",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, StatefulSetSpec),
  status: struct(3, StatefulSetStatus),
});

export type StatefulSetList = KubeList<StatefulSet>;
export const StatefulSetList = kindList(StatefulSet);
