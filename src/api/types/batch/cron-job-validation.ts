/** Validation of cron jobs. Whether a time zone exists is for those who know the calendar; here, its form. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { cronSchedule, timeZoneName } from "../../names/cron.ts";
import { validateCounts } from "../meta/count-validation.ts";
import type { CronJob, CronJobSpec } from "./cron-job.ts";
import { validateJobTemplate } from "./job-validation.ts";

/** The job's name gets 11 characters more, and must still be a label. */
const maxNameBytes = 52;
const policies = ["Allow", "Forbid", "Replace"];

export function validateCronJob({ metadata, spec }: CronJob, errors: FieldErrors): void {
  validateSpec(spec, "spec", errors);
  const name = metadata.name ?? "";
  if (name.length > maxNameBytes)
    errors.invalid("metadata.name", name, `must be no more than ${maxNameBytes} characters`);
}

export function validateCronJobUpdate({ spec }: CronJob, old: CronJob, errors: FieldErrors): void {
  validateSpec(spec, "spec", errors, old.spec);
}

/** What `old` has stays good: a time zone in the schedule, and a zone that is known no more. */
function validateSpec(spec: CronJobSpec, path: string, errors: FieldErrors, old?: CronJobSpec): void {
  if (spec.schedule === "") errors.required(at(path, "schedule"));
  else errors.invalidEach(at(path, "schedule"), spec.schedule, cronSchedule(spec.schedule));
  const inSchedule = at(path, "schedule");
  if (spec.schedule.includes("TZ")) {
    if (!old?.schedule.includes("TZ"))
      errors.invalid(inSchedule, spec.schedule, "cannot use TZ or CRON_TZ, use timeZone instead");
    else if (spec.timeZone !== undefined)
      errors.invalid(inSchedule, spec.schedule, "cannot use both timeZone field and TZ or CRON_TZ");
  }
  if (spec.timeZone !== undefined && spec.timeZone !== old?.timeZone)
    errors.invalidEach(at(path, "timeZone"), spec.timeZone, timeZoneName(spec.timeZone));
  validateCounts(
    spec,
    ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"],
    path,
    errors,
  );
  const policy = spec.concurrencyPolicy ?? "";
  if (policy === "") errors.required(at(path, "concurrencyPolicy"));
  else if (!policies.includes(policy)) errors.notSupported(at(path, "concurrencyPolicy"), policy, policies);
  validateJobTemplate(spec.jobTemplate, at(path, "jobTemplate"), errors);
}
