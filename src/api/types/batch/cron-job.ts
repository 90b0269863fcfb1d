/**
 * Cron jobs.
 * A table of batch/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  enumOf,
  field,
  int32,
  int64,
  kind,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
  time,
  type Value,
} from "../../schema/mod.ts";
import { ObjectReference } from "../core/reference.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { JobTemplateSpec } from "./job.ts";
import { defaultCronJobSpec } from "./cron-job-defaults.ts";

export type ConcurrencyPolicy = Value<typeof ConcurrencyPolicy>;
export const ConcurrencyPolicy = enumOf("Allow", "Forbid", "Replace");

export interface CronJobSpec extends Shape<typeof CronJobSpec>, Plain {}
export const CronJobSpec = message<CronJobSpec>("CronJobSpec")(
  {
    schedule: field(1, string),
    timeZone: optional(8, string),
    startingDeadlineSeconds: optional(2, int64),
    concurrencyPolicy: omitempty(3, ConcurrencyPolicy),
    suspend: optional(4, bool),
    jobTemplate: field(5, JobTemplateSpec),
    successfulJobsHistoryLimit: optional(6, int32),
    failedJobsHistoryLimit: optional(7, int32),
  },
  { default: defaultCronJobSpec },
);

export interface CronJobStatus extends Shape<typeof CronJobStatus>, Plain {}
export const CronJobStatus = message<CronJobStatus>("CronJobStatus")({
  active: omitempty(1, atomic(ObjectReference)),
  lastScheduleTime: optional(4, time),
  lastSuccessfulTime: optional(5, time),
});

export interface CronJob extends Shape<typeof CronJob>, Plain {}
export const CronJob = kind<CronJob>(
  "batch/v1",
  "CronJob",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, CronJobSpec, { required: true }),
  status: struct(3, CronJobStatus),
});

export type CronJobList = KubeList<CronJob>;
export const CronJobList = kindList(CronJob);
