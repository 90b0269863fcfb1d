/** Defaults of jobs: one run of one pod unless the author says otherwise. */
import type { Job, PodFailurePolicyOnPodConditionsPattern } from "./job.ts";

const maxInt32 = 2 ** 31 - 1;

export function defaultJob({ metadata, spec }: Job): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : maxInt32;
  const labels = spec.template?.metadata?.labels;
  if (labels !== undefined && Object.keys(metadata.labels ?? {}).length === 0)
    metadata.labels = { ...labels };
  spec.completionMode ??= "NonIndexed";
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? "TerminatingOrFailed" : "Failed";
  spec.manualSelector ??= false;
}

export function defaultConditionPattern(pattern: PodFailurePolicyOnPodConditionsPattern): void {
  pattern.status ||= "True";
}
