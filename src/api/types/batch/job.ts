/**
 * Jobs.
 * A table of batch/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  always,
  atomic,
  bool,
  enumOf,
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
  set,
  type Shape,
  string,
  struct,
  time,
  type Value,
} from "../../schema/mod.ts";
import { PodConditionType, PodTemplateSpec } from "../core/pod.ts";
import { ConditionStatus } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { defaultConditionPattern, defaultJob } from "./job-defaults.ts";

export type PodFailurePolicyOnExitCodesOperator = Value<typeof PodFailurePolicyOnExitCodesOperator>;
export const PodFailurePolicyOnExitCodesOperator = enumOf("In", "NotIn");

export interface PodFailurePolicyOnExitCodesRequirement
  extends Shape<typeof PodFailurePolicyOnExitCodesRequirement>,
    Plain {}
export const PodFailurePolicyOnExitCodesRequirement = message<PodFailurePolicyOnExitCodesRequirement>(
  "PodFailurePolicyOnExitCodesRequirement",
)({
  containerName: optional(1, string),
  operator: field(2, PodFailurePolicyOnExitCodesOperator),
  values: field(3, set(int32)),
});

export interface PodFailurePolicyOnPodConditionsPattern
  extends Shape<typeof PodFailurePolicyOnPodConditionsPattern>,
    Plain {}
export const PodFailurePolicyOnPodConditionsPattern = message<PodFailurePolicyOnPodConditionsPattern>(
  "PodFailurePolicyOnPodConditionsPattern",
)(
  {
    type: field(1, PodConditionType),
    status: always(2, ConditionStatus),
  },
  { default: defaultConditionPattern },
);

export type PodFailurePolicyAction = Value<typeof PodFailurePolicyAction>;
export const PodFailurePolicyAction = enumOf("Count", "FailIndex", "FailJob", "Ignore");

export interface PodFailurePolicyRule extends Shape<typeof PodFailurePolicyRule>, Plain {}
export const PodFailurePolicyRule = message<PodFailurePolicyRule>("PodFailurePolicyRule")({
  action: field(1, PodFailurePolicyAction),
  onExitCodes: optional(2, PodFailurePolicyOnExitCodesRequirement),
  onPodConditions: omitempty(3, atomic(PodFailurePolicyOnPodConditionsPattern)),
});

export interface PodFailurePolicy extends Shape<typeof PodFailurePolicy>, Plain {}
export const PodFailurePolicy = message<PodFailurePolicy>("PodFailurePolicy")({
  rules: nullable(1, atomic(PodFailurePolicyRule), { required: true }),
});

export interface SuccessPolicyRule extends Shape<typeof SuccessPolicyRule>, Plain {}
export const SuccessPolicyRule = message<SuccessPolicyRule>("SuccessPolicyRule")({
  succeededIndexes: optional(1, string),
  succeededCount: optional(2, int32),
});

export interface SuccessPolicy extends Shape<typeof SuccessPolicy>, Plain {}
export const SuccessPolicy = message<SuccessPolicy>("SuccessPolicy")({
  rules: field(1, atomic(SuccessPolicyRule)),
});

export type CompletionMode = Value<typeof CompletionMode>;
export const CompletionMode = enumOf("Indexed", "NonIndexed");

export type PodReplacementPolicy = Value<typeof PodReplacementPolicy>;
export const PodReplacementPolicy = enumOf("Failed", "TerminatingOrFailed");

export interface JobSpec extends Shape<typeof JobSpec>, Plain {}
export const JobSpec = message<JobSpec>("JobSpec")({
  parallelism: optional(1, int32),
  completions: optional(2, int32),
  activeDeadlineSeconds: optional(3, int64),
  podFailurePolicy: optional(11, PodFailurePolicy),
  successPolicy: optional(16, SuccessPolicy),
  backoffLimit: optional(7, int32),
  backoffLimitPerIndex: optional(12, int32),
  maxFailedIndexes: optional(13, int32),
  selector: optional(4, LabelSelector),
  manualSelector: optional(5, bool),
  template: field(6, PodTemplateSpec),
  ttlSecondsAfterFinished: optional(8, int32),
  completionMode: optional(9, CompletionMode),
  suspend: optional(10, bool),
  podReplacementPolicy: optional(14, PodReplacementPolicy),
  managedBy: optional(15, string),
});

export type JobConditionType = Value<typeof JobConditionType>;
export const JobConditionType = known(
  "Complete",
  "Failed",
  "FailureTarget",
  "SuccessCriteriaMet",
  "Suspended",
);

export interface JobCondition extends Shape<typeof JobCondition>, Plain {}
export const JobCondition = message<JobCondition>("JobCondition")({
  type: field(1, JobConditionType),
  status: field(2, ConditionStatus),
  lastProbeTime: nullable(3, time),
  lastTransitionTime: nullable(4, time),
  reason: omitempty(5, string),
  message: omitempty(6, string),
});

export interface UncountedTerminatedPods extends Shape<typeof UncountedTerminatedPods>, Plain {}
export const UncountedTerminatedPods = message<UncountedTerminatedPods>("UncountedTerminatedPods")({
  succeeded: omitempty(1, set(string)),
  failed: omitempty(2, set(string)),
});

export interface JobStatus extends Shape<typeof JobStatus>, Plain {}
export const JobStatus = message<JobStatus>("JobStatus")({
  conditions: omitempty(1, atomic(JobCondition), { patch: "merge", mergeKey: "type" }),
  startTime: optional(2, time),
  completionTime: optional(3, time),
  active: omitempty(4, int32),
  succeeded: omitempty(5, int32),
  failed: omitempty(6, int32),
  terminating: optional(11, int32),
  completedIndexes: omitempty(7, string),
  failedIndexes: optional(10, string),
  uncountedTerminatedPods: optional(8, UncountedTerminatedPods),
  ready: optional(9, int32),
});

export interface Job extends Shape<typeof Job>, Plain {}
export const Job = kind<Job>("batch/v1", "Job")(
  {
    metadata: struct(1, ObjectMeta),
    spec: struct(2, JobSpec),
    status: struct(3, JobStatus),
  },
  { default: defaultJob },
);

export type JobList = KubeList<Job>;
export const JobList = kindList(Job);

export interface JobTemplateSpec extends Shape<typeof JobTemplateSpec>, Plain {}
export const JobTemplateSpec = message<JobTemplateSpec>("JobTemplateSpec")({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, JobSpec),
});
