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

export function validateCronJobUpdate({ spec }: CronJob, _old: CronJob, errors: FieldErrors): void {
  validateSpec(spec, "spec", errors);
}

function validateSpec(spec: CronJobSpec, path: string, errors: FieldErrors): void {
  if (spec.schedule === "") errors.required(at(path, "schedule"));
  else errors.invalidEach(at(path, "schedule"), spec.schedule, cronSchedule(spec.schedule));
  if (spec.timeZone !== undefined) {
    errors.invalidEach(at(path, "timeZone"), spec.timeZone, timeZoneName(spec.timeZone));
    if (/TZ/.test(spec.schedule))
      errors.invalid(
        at(path, "schedule"),
        spec.schedule,
        "cannot use both timeZone field and TZ in schedule",
      );
  } else if (/TZ/.test(spec.schedule))
    errors.invalid(at(path, "schedule"), spec.schedule, "use timeZone instead of TZ");
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
