/** Job: runs pods to their end. */
import { humanDuration } from "../../human-duration.ts";
import { subdomainName } from "../../names/object-name.ts";
import { labelValue } from "../../names/qualified-name.ts";
import type { Resource } from "../../resource.ts";
import { parseTime } from "../../time.ts";
import { Job, type JobSpec } from "../../types/batch/mod.ts";
import { validateJobStatus } from "../../types/batch/job-status-validation.ts";
import { generatedLabels, validateJob, validateJobUpdate } from "../../types/batch/job-validation.ts";
import { age, name, selectorText, templateColumns, text, wide } from "../columns.ts";
import { workloadWarnings } from "../core/pod-warnings.ts";
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
    warnings: (object, old) => [
      ...(old?.metadata.generation === object.metadata.generation
        ? []
        : trackingWarnings(object.spec, "spec")),
      ...workloadWarnings(object, old, object.spec.template, "spec.template"),
    ],
    rereads: true,
    validateCreate: validateJob,
    validateUpdate: validateJobUpdate,
  },
  status: statusSubresource<Job>({ validateUpdate: validateJobStatus }),
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

/** Above both, the status may not hold the indexes that are through. */
const manyCompletions = 100_000;
const muchParallelism = 10_000;

/** Of a job, or of the template of jobs. */
export function trackingWarnings(spec: JobSpec, path: string): readonly string[] {
  const { completionMode, completions = 0, parallelism = 0 } = spec;
  if (completionMode !== "Indexed" || completions <= manyCompletions || parallelism <= muchParallelism)
    return [];
  const what = "a number of completions higher than 10^5 and a parallelism higher than 10^4";
  const why = "Kubernetes might not be able to track completedIndexes when a big number of indexes fail";
  return [`${path}: In Indexed Jobs with ${what}, ${why}`];
}

/**
 * A job without labels is read back with those of its pods. A name that is no label value fails on the
 * template, and must not fail here again.
 */
function labelAsPods({ metadata, spec }: Job): void {
  if (metadata.labels !== undefined || labelValue(metadata.name ?? "").length > 0) return;
  metadata.labels = { ...spec.template.metadata.labels };
}

/**
 * Unless the author selects by hand, a job's pods are those with its uid, under old and new label names. What the
 * author gave instead stays, and is refused.
 */
function selectOwnPods({ metadata, spec }: Job): void {
  const { name = "", uid = "" } = metadata;
  spec.template.metadata.labels = { ...generatedLabels(name, uid), ...spec.template.metadata.labels };
  spec.selector = {
    ...spec.selector,
    matchLabels: { "batch.kubernetes.io/controller-uid": uid, ...spec.selector?.matchLabels },
  };
}
