/** Defaults of cron jobs. */
import type { CronJobSpec } from "./cron-job.ts";

export function defaultCronJobSpec(spec: CronJobSpec): void {
  spec.concurrencyPolicy ||= "Allow";
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
}
