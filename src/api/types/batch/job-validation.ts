/**
 * Validation of jobs and job templates. Indexed jobs have more rules; policies are in
 * `job-policy-validation.ts`.
 */
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import { dnsLabel, domainPrefixedPath } from "../../names/dns.ts";
import { sameOf } from "../../same-of.ts";
import { validateLabelSelector } from "../../selectors/label-selector-validation.ts";
import type { Container } from "../core/container.ts";
import { PodTemplateSpec } from "../core/pod.ts";
import { matcherOf, validatePodTemplate } from "../core/pod-template-validation.ts";
import { validateCounts } from "../meta/count-validation.ts";
import { validateImmutable } from "../meta/immutable-validation.ts";
import { validatePodFailurePolicy, validateSuccessPolicy } from "./job-policy-validation.ts";
import { type Job, JobSpec, type JobTemplateSpec } from "./job.ts";

/** Of an indexed job, since each index is tracked in its status. */
const maxIndexedParallelism = 100_000;
/** Above it, an indexed job with a limit for each index has limits for its parallelism and its failures too. */
const manyCompletions = 100_000;
const maxOfManyIndexes = 10_000;
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

const labelPrefix = "batch.kubernetes.io/";

/** What the pods of a job are found by, under old and new names. */
export function generatedLabels(name: string, uid: string): Readonly<Record<string, string>> {
  return {
    "job-name": name,
    "controller-uid": uid,
    [`${labelPrefix}job-name`]: name,
    [`${labelPrefix}controller-uid`]: uid,
  };
}

export function validateJob(job: Job, errors: FieldErrors): void {
  validateGenerated(job, errors);
  validateHostNames(job, errors);
  validateSelectedSpec(job.spec, errors);
}

/** Labels and selector that the server gives, and that the author may not give otherwise. */
function validateGenerated({ metadata, spec }: Job, errors: FieldErrors): void {
  if (spec.manualSelector || spec.selector === undefined) return;
  const expected = generatedLabels(metadata.name ?? "", metadata.uid ?? "");
  const labels = spec.template.metadata?.labels ?? {};
  for (const [key, value] of Object.entries(expected)) {
    const path = atKey("spec.template.metadata.labels", key);
    if (!Object.hasOwn(labels, key)) errors.required(path, `must be '${value}'`);
    else if (labels[key] !== value) errors.invalid(path, labels, `must be '${value}'`);
  }
  if (matcherOf(spec.selector)?.(expected) === false)
    errors.invalid("spec.selector", spec.selector, "`selector` not auto-generated");
}

function validateSelectedSpec(spec: JobSpec, errors: FieldErrors): void {
  validateSpec(spec, "spec", errors);
  if (spec.selector === undefined) errors.required("spec.selector");
  else validateLabelSelector(spec.selector, "spec.selector", errors);
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
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    errors.required(at(path, "backoffLimitPerIndex"), "when maxFailedIndexes is specified");
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
    if (spec.backoffLimitPerIndex !== undefined && (completions ?? 0) > manyCompletions)
      validateManyIndexes(spec, path, errors);
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

/** With this many indexes, those that failed must leave room in the status. */
function validateManyIndexes(spec: JobSpec, path: string, errors: FieldErrors): void {
  const { parallelism = 0, maxFailedIndexes } = spec;
  if (maxFailedIndexes === undefined)
    errors.required(at(path, "maxFailedIndexes"), `is required above ${manyCompletions} completions`);
  for (const [field, value] of Object.entries({ parallelism, maxFailedIndexes })) {
    if (value === undefined || value <= maxOfManyIndexes) continue;
    errors.invalid(at(path, field), value, `must be at most ${maxOfManyIndexes} for so many completions`);
  }
}

function validateReplacement(spec: JobSpec, path: string, errors: FieldErrors): void {
  const policy = spec.podReplacementPolicy;
  const policies = spec.podFailurePolicy ? ["Failed"] : ["Failed", "TerminatingOrFailed"];
  if (policy !== undefined && !policies.includes(policy)) errors.notSupported(path, policy, policies);
}

function validateRestart(spec: JobSpec, path: string, errors: FieldErrors): void {
  const restart = spec.template.spec.restartPolicy ?? "";
  if (restart === "Always" || restart === "") errors.required(path, 'valid values: "OnFailure", "Never"');
  else if (restart !== "OnFailure" && restart !== "Never")
    errors.notSupported(path, restart, ["OnFailure", "Never"]);
  else if (spec.podFailurePolicy && restart !== "Never") {
    errors.invalid(path, restart, "only 'Never' is supported when podFailurePolicy is specified");
  }
}

const fixed = [
  "selector",
  "completionMode",
  "podFailurePolicy",
  "backoffLimitPerIndex",
  "managedBy",
  "successPolicy",
] as const;

/** Upstream looks at the spec once as a whole, with metadata, and once as an update: its faults are told twice. */
export function validateJobUpdate(job: Job, old: Job, errors: FieldErrors): void {
  const [now, before] = [job.spec, old.spec];
  validateSelectedSpec(now, errors);
  validateCompletionsUpdate(now, before, errors);
  validateImmutable(JobSpec, fixed, now, before, "spec", errors);
  const expected = isAtRest(old) ? adjusted(before.template, now.template) : before.template;
  if (!sameOf(PodTemplateSpec, now.template, expected))
    errors.invalid("spec.template", null, "field is immutable");
}

/** Suspended, and nothing of it runs, be it that it never did or that its controller says so. */
function isAtRest({ spec, status }: Job): boolean {
  const says = (status.conditions ?? []).some((one) => one.type === "Suspended" && one.status === "True");
  return spec.suspend === true && !status.active && (!status.startTime || says);
}

/** An indexed job may grow and shrink as long as all its indexes run at once. */
function validateCompletionsUpdate(now: JobSpec, before: JobSpec, errors: FieldErrors): void {
  const { completions, parallelism } = now;
  if (completions === before.completions) return;
  if (now.completionMode !== "Indexed")
    errors.invalid("spec.completions", completions ?? null, "field is immutable");
  else if (completions !== undefined && completions !== parallelism)
    errors.invalid("spec.completions", completions, "can only be modified in tandem with spec.parallelism");
}

/** While a job is suspended and nothing of it runs, where its pods may run and what they get can be told anew. */
function adjusted(old: PodTemplateSpec, now: PodTemplateSpec): unknown {
  const { nodeSelector, tolerations, schedulingGates, affinity } = now.spec;
  const { annotations, labels } = now.metadata ?? {};
  const kept = { ...old.spec.affinity, nodeAffinity: affinity?.nodeAffinity };
  return {
    ...old,
    metadata: { ...old.metadata, annotations, labels },
    spec: {
      ...old.spec,
      nodeSelector,
      tolerations,
      schedulingGates,
      affinity: Object.values(kept).every((one) => one === undefined) ? affinity && {} : kept,
      containers: withResources(old.spec.containers, now.spec.containers),
      initContainers: withResources(old.spec.initContainers, now.spec.initContainers),
    },
  };
}

function withResources(old: readonly Container[] = [], now: readonly Container[] = []): readonly unknown[] {
  return old.map((container, i) => ({ ...container, resources: now[i]?.resources }));
}
