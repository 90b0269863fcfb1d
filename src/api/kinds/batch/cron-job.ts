/** CronJob: makes a Job on a schedule. */
import { ageOf } from "../../human-duration.ts";
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { CronJob } from "../../types/batch/mod.ts";
import { validateCronJob, validateCronJobUpdate } from "../../types/batch/cron-job-validation.ts";
import { age, flag, integer, name, selectorText, templateColumns, text, wide } from "../columns.ts";
import { trackingWarnings } from "./job.ts";
import { workloadWarnings } from "../core/pod-warnings.ts";
import { clearStatus, define, keepStatus, statusResetFields, statusSubresource } from "../define.ts";

export const cronJobs: Resource<CronJob> = define({
  type: CronJob,
  plural: "cronjobs",
  namespaced: true,
  shortNames: ["cj"],
  categories: ["all"],
  strategy: {
    name: subdomainName,
    generationOf: ["spec"],
    resetFields: statusResetFields,
    prepareForCreate: clearStatus,
    prepareForUpdate: keepStatus,
    warnings(object, old) {
      const path = "spec.jobTemplate.spec";
      const { spec } = object.spec.jobTemplate;
      return [
        ...(old?.metadata.generation === object.metadata.generation ? [] : trackingWarnings(spec, path)),
        ...workloadWarnings(object, old, spec.template, `${path}.template`),
      ];
    },
    validateCreate: validateCronJob,
    validateUpdate: validateCronJobUpdate,
  },
  status: statusSubresource({ metadataOnUpdate: [] }),
  columns: [
    name,
    text("Schedule", ({ spec }) => spec.schedule),
    text("Timezone", ({ spec }) => spec.timeZone ?? "<none>"),
    { name: "Suspend", type: "boolean", cell: ({ spec }) => flag(spec.suspend) },
    integer("Active", ({ status }) => status.active?.length ?? 0),
    text("Last Schedule", ({ status }, now) =>
      status.lastScheduleTime ? ageOf(status.lastScheduleTime, now) : "<none>",
    ),
    age,
    ...templateColumns<CronJob>(({ spec }) => spec.jobTemplate.spec.template.spec),
    wide("Selector", ({ spec }) => selectorText(spec.jobTemplate.spec.selector)),
  ],
});
