/**
 * Replication controllers.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  by,
  known,
  field,
  int32,
  int64,
  kind,
  map,
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
import { PodTemplateSpec } from "./pod.ts";
import { defaultReplicationController } from "./replication-controller-defaults.ts";

export interface ReplicationControllerSpec extends Shape<typeof ReplicationControllerSpec>, Plain {}
export const ReplicationControllerSpec = message<ReplicationControllerSpec>("ReplicationControllerSpec")({
  replicas: optional(1, int32, { default: 1 }),
  minReadySeconds: omitempty(4, int32, { default: 0 }),
  selector: omitempty(2, map(string), { topology: "atomic" }),
  template: optional(3, PodTemplateSpec),
});

export type ReplicationControllerConditionType = Value<typeof ReplicationControllerConditionType>;
export const ReplicationControllerConditionType = known("ReplicaFailure");

export interface ReplicationControllerCondition extends Shape<typeof ReplicationControllerCondition>, Plain {}
export const ReplicationControllerCondition = message<ReplicationControllerCondition>(
  "ReplicationControllerCondition",
)({
  type: field(1, ReplicationControllerConditionType),
  status: field(2, ConditionStatus),
  lastTransitionTime: nullable(3, time),
  reason: omitempty(4, string),
  message: omitempty(5, string),
});

export interface ReplicationControllerStatus extends Shape<typeof ReplicationControllerStatus>, Plain {}
export const ReplicationControllerStatus = message<ReplicationControllerStatus>(
  "ReplicationControllerStatus",
)({
  replicas: field(1, int32),
  fullyLabeledReplicas: omitempty(2, int32),
  readyReplicas: omitempty(4, int32),
  availableReplicas: omitempty(5, int32),
  observedGeneration: omitempty(3, int64),
  conditions: omitempty(6, by("type", ReplicationControllerCondition), { patch: "merge" }),
});

export interface ReplicationController extends Shape<typeof ReplicationController>, Plain {}
export const ReplicationController = kind<ReplicationController>("v1", "ReplicationController")(
  {
    metadata: struct(1, ObjectMeta),
    spec: struct(2, ReplicationControllerSpec),
    status: struct(3, ReplicationControllerStatus),
  },
  { default: defaultReplicationController },
);

export type ReplicationControllerList = KubeList<ReplicationController>;
export const ReplicationControllerList = kindList(ReplicationController);
