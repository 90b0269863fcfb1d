/**
 * Deployments.
 * A table of apps/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  bool,
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
import { PodTemplateSpec } from "../core/pod.ts";
import { ConditionStatus } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { defaultDeploymentSpec, defaultDeploymentStrategy } from "./deployment-defaults.ts";

export interface RollingUpdateDeployment extends Shape<typeof RollingUpdateDeployment>, Plain {}
export const RollingUpdateDeployment = message<RollingUpdateDeployment>("RollingUpdateDeployment")({
  maxUnavailable: optional(1, intOrString),
  maxSurge: optional(2, intOrString),
});

export type DeploymentStrategyType = Value<typeof DeploymentStrategyType>;
export const DeploymentStrategyType = enumOf("Recreate", "RollingUpdate");

export interface DeploymentStrategy extends Shape<typeof DeploymentStrategy>, Plain {}
export const DeploymentStrategy = message<DeploymentStrategy>("DeploymentStrategy")(
  {
    type: omitempty(1, DeploymentStrategyType),
    rollingUpdate: optional(2, RollingUpdateDeployment),
  },
  { default: defaultDeploymentStrategy },
);

export interface DeploymentSpec extends Shape<typeof DeploymentSpec>, Plain {}
export const DeploymentSpec = message<DeploymentSpec>("DeploymentSpec")(
  {
    replicas: optional(1, int32),
    selector: nullable(2, LabelSelector, { required: true }),
    template: field(3, PodTemplateSpec),
    strategy: struct(4, DeploymentStrategy, { patch: "retainKeys" }),
    minReadySeconds: omitempty(5, int32),
    revisionHistoryLimit: optional(6, int32),
    paused: omitempty(7, bool),
    progressDeadlineSeconds: optional(9, int32),
  },
  { default: defaultDeploymentSpec },
);

export type DeploymentConditionType = Value<typeof DeploymentConditionType>;
export const DeploymentConditionType = known("Available", "Progressing", "ReplicaFailure");

export interface DeploymentCondition extends Shape<typeof DeploymentCondition>, Plain {}
export const DeploymentCondition = message<DeploymentCondition>("DeploymentCondition")({
  type: field(1, DeploymentConditionType),
  status: field(2, ConditionStatus),
  lastUpdateTime: nullable(6, time),
  lastTransitionTime: nullable(7, time),
  reason: omitempty(4, string),
  message: omitempty(5, string),
});

export interface DeploymentStatus extends Shape<typeof DeploymentStatus>, Plain {}
export const DeploymentStatus = message<DeploymentStatus>("DeploymentStatus")({
  observedGeneration: omitempty(1, int64),
  replicas: omitempty(2, int32),
  updatedReplicas: omitempty(3, int32),
  readyReplicas: omitempty(7, int32),
  availableReplicas: omitempty(4, int32),
  unavailableReplicas: omitempty(5, int32),
  terminatingReplicas: optional(9, int32),
  conditions: omitempty(6, by("type", DeploymentCondition), { patch: "merge" }),
  collisionCount: optional(8, int32),
});

export interface Deployment extends Shape<typeof Deployment>, Plain {}
export const Deployment = kind<Deployment>(
  "apps/v1",
  "Deployment",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, DeploymentSpec),
  status: struct(3, DeploymentStatus),
});

export type DeploymentList = KubeList<Deployment>;
export const DeploymentList = kindList(Deployment);
