/**
 * Validation of jobs and job templates. Indexed jobs have more rules; policies are in
 * `job-policy-validation.ts`.
 */
import { same } from "../../equal.ts";
import { at, type FieldErrors } from "../../field-errors.ts";
import { dnsLabel, domainPrefixedPath } from "../../names/dns.ts";
import { validateLabelSelector } from "../../selectors/label-selector-validation.ts";
import { matcherOf, validatePodTemplate } from "../core/pod-template-validation.ts";
import { validateCounts } from "../meta/count-validation.ts";
import { validatePodFailurePolicy, validateSuccessPolicy } from "./job-policy-validation.ts";
import type { Job, JobSpec, JobTemplateSpec } from "./job.ts";

/** Of an indexed job, since each index is tracked in its status. */
const maxIndexedParallelism = 100_000;
const maxManagedByBytes = 63;

const counts = [
  "parallelism",
  "completions",
  "activeDeadlineSeconds",
  "backoffLimit",
  "ttlSecondsAfterFinished",
  "backoffLimitPerIndex",
  "maxFailedIndexes",
] as const;

export function validateJob(job: Job, errors: FieldErrors): void {
  const { spec } = job;
  validateHostNames(job, errors);
  validateSpec(spec, "spec", errors);
  if (spec.selector === undefined) return errors.required("spec.selector");
  validateLabelSelector(spec.selector, "spec.selector", errors);
  const matches = matcherOf(spec.selector);
  if (matches !== undefined && !matches(spec.template.metadata?.labels ?? {})) {
    errors.invalid(
      "spec.template.metadata.labels",
      spec.template.metadata?.labels,
      "`selector` does not match template `labels`",
    );
  }
}

/** The pods of an indexed job are hosts named by job and index. */
function validateHostNames({ metadata, spec }: Job, errors: FieldErrors): void {
  const { completions = 0 } = spec;
  if (spec.completionMode !== "Indexed" || completions <= 0) return;
  const last = `${metadata.name ?? ""}-${completions - 1}`;
  if (dnsLabel(last).length > 0)
    errors.invalid("metadata.name", metadata.name ?? "", `pods could not be hosts named "${last}"`);
}

/** Inside a CronJob: the selector is made for each job. */
export function validateJobTemplate(template: JobTemplateSpec, path: string, errors: FieldErrors): void {
  const spec = at(path, "spec");
  validateSpec(template.spec, spec, errors);
  if (template.spec.selector !== undefined) {
    errors.invalid(at(spec, "selector"), template.spec.selector, "`selector` will be auto-generated");
  }
  if (template.spec.manualSelector) {
    errors.notSupported(at(spec, "manualSelector"), template.spec.manualSelector, ["nil", "false"]);
  }
}

function validateSpec(spec: JobSpec, path: string, errors: FieldErrors): void {
  validateCounts(spec, counts, path, errors);
  validateCompletionMode(spec, path, errors);
  if (spec.managedBy !== undefined) {
    const here = at(path, "managedBy");
    errors.invalidEach(here, spec.managedBy, domainPrefixedPath(spec.managedBy));
    if (spec.managedBy.length > maxManagedByBytes) errors.tooLong(here, maxManagedByBytes);
  }
  if (spec.podFailurePolicy)
    validatePodFailurePolicy(spec.podFailurePolicy, spec, at(path, "podFailurePolicy"), errors);
  if (spec.successPolicy) {
    if (spec.completionMode === "Indexed")
      validateSuccessPolicy(spec.successPolicy, spec, at(path, "successPolicy"), errors);
    else errors.invalid(at(path, "successPolicy"), spec.successPolicy, "requires indexed completion mode");
  }
  validateReplacement(spec, at(path, "podReplacementPolicy"), errors);
  const template = at(path, "template");
  validatePodTemplate(spec.template, template, errors);
  validateRestart(spec, at(at(template, "spec"), "restartPolicy"), errors);
}

function validateCompletionMode(spec: JobSpec, path: string, errors: FieldErrors): void {
  const mode = spec.completionMode;
  const modes = ["Indexed", "NonIndexed"];
  if (mode !== undefined && !modes.includes(mode))
    errors.notSupported(at(path, "completionMode"), mode, modes);
  if (mode === "Indexed") {
    const { completions, parallelism = 0, maxFailedIndexes } = spec;
    if (completions === undefined)
      errors.required(at(path, "completions"), "is required when completion mode is Indexed");
    if (parallelism > maxIndexedParallelism) {
      errors.invalid(
        at(path, "parallelism"),
        parallelism,
        `must be at most ${maxIndexedParallelism} for an indexed job`,
      );
    }
    if (maxFailedIndexes === undefined) return;
    const here = at(path, "maxFailedIndexes");
    if (completions !== undefined && maxFailedIndexes > completions) {
      errors.invalid(here, maxFailedIndexes, "must be less than or equal to completions");
    }
    if (maxFailedIndexes > maxIndexedParallelism) {
      errors.invalid(here, maxFailedIndexes, `must be less than or equal to ${maxIndexedParallelism}`);
    }
    return;
  }
  for (const field of ["backoffLimitPerIndex", "maxFailedIndexes"] as const) {
    if (spec[field] !== undefined)
      errors.invalid(at(path, field), spec[field], "requires indexed completion mode");
  }
}

function validateReplacement(spec: JobSpec, path: string, errors: FieldErrors): void {
  const policy = spec.podReplacementPolicy;
  const policies = spec.podFailurePolicy ? ["Failed"] : ["Failed", "TerminatingOrFailed"];
  if (policy !== undefined && !policies.includes(policy)) errors.notSupported(path, policy, policies);
}

function validateRestart(spec: JobSpec, path: string, errors: FieldErrors): void {
  const restart = spec.template.spec.restartPolicy ?? "";
  if (restart === "Always") errors.required(path, 'valid values: "OnFailure", "Never"');
  else if (restart !== "OnFailure" && restart !== "Never")
    errors.notSupported(path, restart, ["OnFailure", "Never"]);
  else if (spec.podFailurePolicy && restart !== "Never") {
    errors.invalid(path, restart, "only 'Never' is supported when podFailurePolicy is specified");
  }
}

const fixed = [
  "completionMode",
  "podFailurePolicy",
  "backoffLimitPerIndex",
  "managedBy",
  "successPolicy",
] as const;

export function validateJobUpdate(job: Job, old: Job, errors: FieldErrors): void {
  validateJob(job, errors);
  const [now, before] = [job.spec, old.spec];
  if (!same(now.selector, before.selector))
    errors.invalid("spec.selector", now.selector, "field is immutable");
  const elastic = now.completionMode === "Indexed" && now.completions === now.parallelism;
  if (!same(now.completions, before.completions) && !elastic) {
    errors.invalid("spec.completions", now.completions ?? null, "field is immutable");
  }
  for (const field of fixed) {
    if (!same(now[field], before[field]))
      errors.invalid(at("spec", field), now[field] ?? null, "field is immutable");
  }
  if (!same(scheduled(now, before), before.template))
    errors.invalid("spec.template", null, "field is immutable");
}

/** A suspended job that has not started may still be told where to run. */
function scheduled(now: JobSpec, before: JobSpec): unknown {
  if (!before.suspend) return now.template;
  const { nodeSelector, tolerations, schedulingGates, affinity } = before.template.spec;
  const { annotations, labels } = before.template.metadata ?? {};
  return {
    ...now.template,
    metadata: { ...now.template.metadata, annotations, labels },
    spec: { ...now.template.spec, nodeSelector, tolerations, schedulingGates, affinity },
  };
}
