/** What writes of a job's status are refused for. */
import { checkStatuses, type StatusCase, type StatusRow, statusRow } from "../status.suite.ts";
import { jobs } from "./job.ts";

const now = "2026-01-01T00:00:00Z";
const later = "2026-01-01T00:01:00Z";
const container = { name: "c", image: "i" };
const template = { spec: { containers: [container], restartPolicy: "Never" } };

function jobRow(name: string, { spec = {}, ...rest }: StatusCase, ...causes: readonly string[]): StatusRow {
  return statusRow(`A job's status ${name}`, jobs, { spec: { template, ...spec }, ...rest }, ...causes);
}

function held(...types: readonly string[]): object {
  return { conditions: types.map((type) => ({ type, status: "True" })) };
}

const invalidConditions = "FieldValueInvalid status.conditions";
const done = { startTime: now, completionTime: later };
const indexed = { completionMode: "Indexed", completions: 5, parallelism: 2 };

checkStatuses([
  jobRow("of a complete job", { after: { ...held("SuccessCriteriaMet", "Complete"), ...done } }),
  jobRow("counts nothing below zero", { after: { active: -1 } }, "FieldValueInvalid status.active"),
  jobRow("is complete only after success", { after: { ...held("Complete"), ...done } }, invalidConditions),
  jobRow(
    "is failed only after its target",
    { after: { ...held("Failed"), startTime: now } },
    invalidConditions,
  ),
  jobRow(
    "that ends has its times",
    { after: held("SuccessCriteriaMet", "Complete") },
    "FieldValueRequired status.completionTime",
    "FieldValueRequired status.startTime",
  ),
  jobRow("of a suspended job without work needs no start", {
    spec: { suspend: true, completions: 0 },
    after: { ...held("SuccessCriteriaMet", "Complete"), completionTime: later },
  }),
  jobRow(
    "has one verdict",
    { after: { ...held("SuccessCriteriaMet", "Complete", "FailureTarget", "Failed"), ...done } },
    ...Array<string>(4).fill(invalidConditions),
  ),
  jobRow(
    "keeps its verdict, its counts and its times",
    {
      before: { ...held("SuccessCriteriaMet", "Complete"), ...done, succeeded: 2, failed: 1 },
      after: { ...held("SuccessCriteriaMet"), startTime: later, succeeded: 1 },
    },
    invalidConditions,
    "FieldValueInvalid status.succeeded",
    "FieldValueInvalid status.failed",
    "FieldValueRequired status.startTime",
  ),
  jobRow(
    "of an ended job has nothing left",
    {
      after: {
        ...held("SuccessCriteriaMet", "Complete"),
        ...done,
        active: 1,
        ready: 2,
        terminating: 1,
        uncountedTerminatedPods: { succeeded: ["a", "a"], failed: [""] },
      },
    },
    "FieldValueInvalid status.active",
    "FieldValueInvalid status.ready",
    "FieldValueInvalid status.terminating",
    "FieldValueInvalid status.uncountedTerminatedPods",
    "FieldValueDuplicate status.uncountedTerminatedPods.succeeded[1]",
    "FieldValueInvalid status.uncountedTerminatedPods.failed[0]",
  ),
  jobRow(
    "has indexes only of an indexed job",
    { after: { completedIndexes: "0", failedIndexes: "1" } },
    "FieldValueInvalid status.completedIndexes",
    "FieldValueInvalid status.failedIndexes",
  ),
  jobRow(
    "has each index once",
    {
      spec: { ...indexed, backoffLimitPerIndex: 1 },
      after: { completedIndexes: "0-2,4", failedIndexes: "2" },
    },
    "FieldValueInvalid status.failedIndexes",
  ),
  jobRow(
    "has indexes in order and below the number of completions",
    { spec: indexed, after: { completedIndexes: "3,1" } },
    "FieldValueInvalid status.completedIndexes",
  ),
  jobRow("that contradicts itself may change elsewhere", {
    before: { ...held("Complete"), active: 1 },
    after: { ...held("Complete"), active: 1, succeeded: 1 },
  }),
]);
