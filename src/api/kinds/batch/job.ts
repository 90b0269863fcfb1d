/** Job: runs pods to their end. */
import { humanDuration } from "../../human-duration.ts";
import { subdomainName } from "../../names/object-name.ts";
import { labelValue } from "../../names/qualified-name.ts";
import type { Resource } from "../../resource.ts";
import { parseTime } from "../../time.ts";
import { Job } from "../../types/batch/mod.ts";
import { validateJob, validateJobUpdate } from "../../types/batch/job-validation.ts";
import { age, name, selectorText, templateColumns, text, wide } from "../columns.ts";
import { hostNameWarning, podWarnings } from "../core/pod-warnings.ts";
import { clearStatus, define, keepStatus, statusResetFields, statusSubresource } from "../define.ts";

export const jobs: Resource<Job> = define({
  type: Job,
  plural: "jobs",
  namespaced: true,
  categories: ["all"],
  strategy: {
    name: subdomainName,
    generationOf: ["spec"],
    resetFields: statusResetFields,
    defaultPropagation: "Orphan",
    prepareForCreate(draft) {
      clearStatus(draft);
      if (!draft.spec.manualSelector) selectOwnPods(draft);
      labelAsPods(draft);
    },
    prepareForUpdate: keepStatus,
    warnings: ({ metadata, spec }) => [
      ...hostNameWarning(metadata.name, "Pod names and hostnames"),
      ...podWarnings(spec.template, "spec.template"),
    ],
    validateCreate: validateJob,
    validateUpdate: validateJobUpdate,
  },
  status: statusSubresource(),
  selectableFields: { "status.successful": ({ status }) => String(status.succeeded ?? 0) },
  columns: [
    name,
    text("Status", (object) => statusText(object)),
    text("Completions", (object) => completionsText(object)),
    text("Duration", (object, now) => durationText(object, now)),
    age,
    ...templateColumns<Job>(({ spec }) => spec.template.spec),
    wide("Selector", ({ spec }) => selectorText(spec.selector)),
  ],
});

/** In the order in which they win. */
const telling = ["Complete", "Failed"] as const;
const later = ["Suspended", "FailureTarget", "SuccessCriteriaMet"] as const;

function statusText({ metadata, status }: Job): string {
  const holds = (type: string) =>
    status.conditions?.some((one) => one.type === type && one.status === "True");
  const ended = telling.find(holds);
  if (ended !== undefined) return ended;
  if (metadata.deletionTimestamp) return "Terminating";
  return later.find(holds) ?? "Running";
}

function completionsText({ spec, status }: Job): string {
  const succeeded = status.succeeded ?? 0;
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText({ status }: Job, now: number): string {
  const start = parseTime(status.startTime);
  if (start === undefined) return "";
  return humanDuration((parseTime(status.completionTime) ?? now) - start);
}

const labelPrefix = "batch.kubernetes.io/";

/**
 * A job without labels is read back with those of its pods. A name that is no label value fails on the
 * template, and must not fail here again.
 */
function labelAsPods({ metadata, spec }: Job): void {
  if (metadata.labels !== undefined || labelValue(metadata.name ?? "").length > 0) return;
  metadata.labels = { ...spec.template.metadata.labels };
}

/** Unless the author selects by hand, a job's pods are those with its uid, under old and new label names. */
function selectOwnPods({ metadata, spec }: Job): void {
  const { name = "", uid = "" } = metadata;
  spec.template.metadata.labels = {
    ...spec.template.metadata.labels,
    "job-name": name,
    "controller-uid": uid,
    [`${labelPrefix}job-name`]: name,
    [`${labelPrefix}controller-uid`]: uid,
  };
  spec.selector = {
    ...spec.selector,
    matchLabels: { ...spec.selector?.matchLabels, [`${labelPrefix}controller-uid`]: uid },
  };
}
