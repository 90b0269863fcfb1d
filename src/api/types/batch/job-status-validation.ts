/**
 * Validation of a job's status: controllers of other makers may write it too, so it may not contradict itself. A fault
 * that was there before is no fault of an update that leaves its fields alone.
 */
import { at, type FieldErrors } from "../../field-errors.ts";
import { sameField } from "../../same-of.ts";
import { validateCounts } from "../meta/count-validation.ts";
import { type Job, JobStatus } from "./job.ts";
import { countIndexes } from "./job-policy-validation.ts";

type Condition = NonNullable<JobStatus["conditions"]>[number]["type"];

export function validateJobStatus(job: Job, old: Job, errors: FieldErrors): void {
  const { status } = job;
  validateCounts(status, ["active", "succeeded", "failed", "ready", "terminating"], "status", errors);
  validateUncounted(status, errors);
  validateVerdict(job, old, errors);
  validateEnd(job, old, errors);
  validateIndexes(job, old, errors);
  validateProgress(job, old, errors);
}

function holds(job: Job, type: Condition): boolean {
  return says(job, type, "True");
}

function says({ status }: Job, type: Condition, word: "False" | "True"): boolean {
  return (status.conditions ?? []).some((one) => one.type === type && one.status === word);
}

function hasEnded(job: Job): boolean {
  return holds(job, "Complete") || holds(job, "Failed");
}

/** Whether one of the fields of the status is another than before. */
function differs(job: Job, old: Job, ...fields: readonly (keyof JobStatus & string)[]): boolean {
  return fields.some((field) => !sameField(JobStatus, field, job.status, old.status));
}

/** Each pod is counted once. */
function validateUncounted({ uncountedTerminatedPods: pods }: JobStatus, errors: FieldErrors): void {
  const seen = new Set<string>();
  for (const list of ["succeeded", "failed"] as const) {
    for (const [i, uid] of (pods?.[list] ?? []).entries()) {
      const path = at(at("status.uncountedTerminatedPods", list), i);
      if (uid === "") errors.invalid(path, uid, "must not be empty");
      else if (seen.has(uid)) errors.duplicate(path, uid);
      seen.add(uid);
    }
  }
}

/** Of success and failure a job has one, says so before it ends, and does not take it back. */
function validateVerdict(job: Job, old: Job, errors: FieldErrors): void {
  const complain = (why: string): void => errors.invalid("status.conditions", null, why);
  const turned = (type: Condition): boolean => holds(job, type) !== holds(old, type);
  const [complete, failed] = [holds(job, "Complete"), holds(job, "Failed")];
  const [success, failure] = [holds(job, "SuccessCriteriaMet"), holds(job, "FailureTarget")];
  if (complete && failed && (turned("Complete") || turned("Failed")))
    complain("cannot set Complete=True and Failed=true conditions");
  if (complete && failure && (turned("Complete") || turned("FailureTarget")))
    complain("cannot set Complete=True and FailureTarget=true conditions");
  if (failed && !failure && (turned("Failed") || differs(job, old, "failedIndexes")))
    complain("cannot set Failed=True condition without the FailureTarget=true condition");
  if (complete && !success && (turned("Complete") || turned("SuccessCriteriaMet")))
    complain("cannot set Complete=True condition without the SuccessCriteriaMet=true condition");
  if (success && failed) complain("cannot set SuccessCriteriaMet=True and Failed=true conditions");
  if (success && failure) complain("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions");
  if (job.spec.successPolicy !== undefined && complete && !success)
    complain("cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True");
  for (const type of ["Failed", "Complete", "FailureTarget", "SuccessCriteriaMet"] as const) {
    if (holds(old, type) && !holds(job, type)) complain(`cannot disable the ${type}=True condition`);
  }
  if (holds(old, "Complete") && !holds(old, "SuccessCriteriaMet") && success)
    complain("cannot set SuccessCriteriaMet=True for a Job that is complete already");
}

/** Times go with conditions, and nothing runs or waits to be counted once a job has ended. */
function validateEnd(job: Job, old: Job, errors: FieldErrors): void {
  const {
    startTime,
    completionTime,
    active = 0,
    terminating = 0,
    uncountedTerminatedPods: pods,
  } = job.status;
  const complete = holds(job, "Complete");
  const timed = differs(job, old, "completionTime");
  if (timed || complete !== holds(old, "Complete")) {
    if (completionTime && !complete)
      errors.invalid("status.completionTime", completionTime, "needs the condition Complete=True");
    if (!completionTime && complete) errors.required("status.completionTime");
  }
  if ((timed || differs(job, old, "startTime")) && isBefore(completionTime, startTime))
    errors.invalid("status.completionTime", completionTime, "cannot be set before startTime");
  if (!hasEnded(job)) return;
  const turned = !hasEnded(old);
  if (active > 0 && (turned || differs(job, old, "active")))
    errors.invalid("status.active", active, "active>0 is invalid for finished job");
  if (terminating > 0 && (turned || differs(job, old, "terminating")))
    errors.invalid("status.terminating", terminating, "terminating>0 is invalid for finished job");
  const neverRan = job.spec.suspend === true && job.spec.completions === 0;
  if (!startTime && !neverRan && (turned || differs(job, old, "startTime")))
    errors.required("status.startTime");
  const uncounted = (pods?.succeeded ?? []).length + (pods?.failed ?? []).length;
  if (uncounted > 0 && (turned || differs(job, old, "uncountedTerminatedPods")))
    errors.invalid("status.uncountedTerminatedPods", pods, "must be empty for a finished job");
}

function isBefore(one: string | null | undefined, other: string | null | undefined): boolean {
  return !!one && !!other && Date.parse(one) < Date.parse(other);
}

function validateIndexes(job: Job, old: Job, errors: FieldErrors): void {
  const { spec, status } = job;
  const { completions, backoffLimitPerIndex: limit } = spec;
  const { completedIndexes: completed = "", failedIndexes: failed } = status;
  const newCompleted = completed !== (old.status.completedIndexes ?? "");
  const newFailed = failed !== old.status.failedIndexes;
  const isList = (text: string): boolean =>
    completions === undefined || countIndexes(text, completions) !== undefined;
  if (newCompleted && !isList(completed))
    errors.invalid("status.completedIndexes", completed, "must be numbers and ranges in order");
  if (newFailed && limit !== undefined && failed !== undefined && !isList(failed))
    errors.invalid("status.failedIndexes", failed, "must be numbers and ranges in order");
  if (newCompleted && completed !== "" && spec.completionMode !== "Indexed")
    errors.invalid("status.completedIndexes", completed, "needs indexed completion mode");
  if (newFailed && limit === undefined && failed !== undefined)
    errors.invalid("status.failedIndexes", failed, "needs backoffLimitPerIndex");
  if ((newFailed || newCompleted) && completions !== undefined && overlap(completed, failed ?? ""))
    errors.invalid("status.failedIndexes", failed, "must not overlap completedIndexes");
}

/** Whether two lists such as `1,3-5` name an index together; what is no range is passed over. */
function overlap(one: string, other: string): boolean {
  const ranges = (text: string): (readonly [number, number])[] =>
    text.split(",").flatMap((part) => {
      const match = /^(\d+)(?:-(\d+))?$/.exec(part);
      return match === null ? [] : [[Number(match[1]), Number(match[2] ?? match[1])] as const];
    });
  const others = ranges(other);
  return ranges(one).some(([from, to]) => others.some(([start, end]) => from <= end && start <= to));
}

/** What has been counted stays so, and so do the times. */
function validateProgress(job: Job, before: Job, errors: FieldErrors): void {
  const [{ spec, status }, { status: old }] = [job, before];
  const { failed = 0, succeeded = 0, active = 0, ready } = status;
  if (ready !== undefined && ready > active && (ready !== old.ready || active !== (old.active ?? 0)))
    errors.invalid("status.ready", ready, "cannot set more ready pods than active");
  if (failed < (old.failed ?? 0))
    errors.invalid("status.failed", failed, "cannot decrease the failed counter");
  const isElastic = spec.completionMode === "Indexed" && spec.completions === spec.parallelism;
  if (!isElastic && succeeded < (old.succeeded ?? 0))
    errors.invalid("status.succeeded", succeeded, "cannot decrease the succeeded counter");
  if (status.completionTime && old.completionTime && status.completionTime !== old.completionTime)
    errors.invalid("status.completionTime", status.completionTime, "cannot be mutated");
  const isResumed = holds(before, "Suspended") && says(job, "Suspended", "False");
  if (old.startTime && old.startTime !== status.startTime && !spec.suspend && !isResumed)
    errors.required("status.startTime", "cannot be removed for unsuspended job");
}
