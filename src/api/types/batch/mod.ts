/** The types of batch/v1: each name is a type and its table. */
export { ConcurrencyPolicy, CronJob, CronJobList, CronJobSpec, CronJobStatus } from "./cron-job.ts";
export {
  CompletionMode,
  Job,
  JobCondition,
  JobConditionType,
  JobList,
  JobSpec,
  JobStatus,
  JobTemplateSpec,
  PodFailurePolicy,
  PodFailurePolicyAction,
  PodFailurePolicyOnExitCodesOperator,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
  PodReplacementPolicy,
  SuccessPolicy,
  SuccessPolicyRule,
  UncountedTerminatedPods,
} from "./job.ts";
