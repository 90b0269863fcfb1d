/**
 * Replica sets.
 * A table of apps/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
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
import { defaultReplicaSetSpec } from "./replica-set-defaults.ts";

export interface ReplicaSetSpec extends Shape<typeof ReplicaSetSpec>, Plain {}
export const ReplicaSetSpec = message<ReplicaSetSpec>("ReplicaSetSpec")(
  {
    replicas: optional(1, int32),
    minReadySeconds: omitempty(4, int32),
    selector: nullable(2, LabelSelector, { required: true }),
    template: struct(3, PodTemplateSpec),
  },
  { default: defaultReplicaSetSpec },
);

export type ReplicaSetConditionType = Value<typeof ReplicaSetConditionType>;
export const ReplicaSetConditionType = known("ReplicaFailure");

export interface ReplicaSetCondition extends Shape<typeof ReplicaSetCondition>, Plain {}
export const ReplicaSetCondition = message<ReplicaSetCondition>("ReplicaSetCondition")({
  type: field(1, ReplicaSetConditionType),
  status: field(2, ConditionStatus),
  lastTransitionTime: nullable(3, time),
  reason: omitempty(4, string),
  message: omitempty(5, string),
});

export interface ReplicaSetStatus extends Shape<typeof ReplicaSetStatus>, Plain {}
export const ReplicaSetStatus = message<ReplicaSetStatus>("ReplicaSetStatus")({
  replicas: field(1, int32),
  fullyLabeledReplicas: omitempty(2, int32),
  readyReplicas: omitempty(4, int32),
  availableReplicas: omitempty(5, int32),
  terminatingReplicas: optional(7, int32),
  observedGeneration: omitempty(3, int64),
  conditions: omitempty(6, by("type", ReplicaSetCondition), { patch: "merge" }),
});

export interface ReplicaSet extends Shape<typeof ReplicaSet>, Plain {}
export const ReplicaSet = kind<ReplicaSet>(
  "apps/v1",
  "ReplicaSet",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, ReplicaSetSpec),
  status: struct(3, ReplicaSetStatus),
});

export type ReplicaSetList = KubeList<ReplicaSet>;
export const ReplicaSetList = kindList(ReplicaSet);
