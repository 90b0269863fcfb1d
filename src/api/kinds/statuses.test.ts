/** What writes of a status are refused for, kind by kind: a table of a status before, the one that is written, and causes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "../codec/mod.ts";
import type { Resource } from "../resource.ts";
import { applyDefaults, type KubeObject } from "../schema/mod.ts";
import { validatingAdmissionPolicies } from "./admissionregistration/validating-admission-policy.ts";
import { daemonSets } from "./apps/daemon-set.ts";
import { statefulSets } from "./apps/stateful-set.ts";
import { jobs } from "./batch/job.ts";
import { create, update } from "./create.suite.ts";
import { flowSchemas } from "./flowcontrol/flow-schema.ts";
import { ingresses } from "./networking/ingress.ts";
import { podDisruptionBudgets } from "./policy/pod-disruption-budget.ts";
import { volumeAttachments } from "./storage/volume-attachment.ts";

const now = "2026-01-01T00:00:00Z";
const later = "2026-01-01T00:01:00Z";
const template = { spec: { containers: [{ name: "c", image: "i" }], restartPolicy: "Never" } };

interface Row {
  readonly name: string;
  readonly of: Resource;
  readonly spec: object;
  readonly before: object;
  readonly after: object;
  readonly causes: readonly string[];
}

interface Case {
  readonly spec?: object;
  readonly before?: object;
  readonly after: object;
}

function row<T>(
  name: string,
  of: T,
  { spec = {}, before = {}, after }: Case,
  ...causes: readonly string[]
): Row {
  return { name, of: of as Resource, spec, before, after, causes: [...causes].sort() };
}

function jobRow(name: string, { spec = {}, ...rest }: Case, ...causes: readonly string[]): Row {
  return row(`A job's status ${name}`, jobs, { spec: { template, ...spec }, ...rest }, ...causes);
}

function held(...types: readonly string[]): object {
  return { conditions: types.map((type) => ({ type, status: "True" })) };
}

const invalidConditions = "FieldValueInvalid status.conditions";
const done = { startTime: now, completionTime: later };
const indexed = { completionMode: "Indexed", completions: 5, parallelism: 2 };
const condition = { type: "A", status: "True", reason: "R", message: "", lastTransitionTime: now };

const rows: readonly Row[] = [
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
  row(
    "A budget's conditions are whole, and its counts not negative",
    podDisruptionBudgets,
    { after: { conditions: [condition, { type: "A", status: "Maybe", reason: "1" }], currentHealthy: -1 } },
    "FieldValueDuplicate status.conditions[1].type",
    "FieldValueNotSupported status.conditions[1].status",
    "FieldValueInvalid status.conditions[1].reason",
    "FieldValueRequired status.conditions[1].lastTransitionTime",
    "FieldValueInvalid status.currentHealthy",
  ),
  row(
    "A policy's conditions are whole",
    validatingAdmissionPolicies,
    { after: { conditions: [{ ...condition, type: "", reason: "" }] } },
    "FieldValueInvalid status.conditions[0].type",
    "FieldValueInvalid status.conditions[0].type",
    "FieldValueRequired status.conditions[0].reason",
  ),
  row(
    "A flow schema has one condition of each type",
    flowSchemas,
    { after: { conditions: [{ type: "A" }, { type: "A" }, { type: "" }] } },
    "FieldValueDuplicate status.conditions[1].type",
    "FieldValueRequired status.conditions[2].type",
  ),
  row(
    "An ingress is reached at addresses and names",
    ingresses,
    { after: { loadBalancer: { ingress: [{ ip: "x" }, { hostname: "1.2.3.4" }, { hostname: "_" }] } } },
    "FieldValueInvalid status.loadBalancer.ingress[0].ip",
    "FieldValueInvalid status.loadBalancer.ingress[1].hostname",
    "FieldValueInvalid status.loadBalancer.ingress[2].hostname",
  ),
  row(
    "A volume attachment's error is short; upstream says so twice",
    volumeAttachments,
    { after: { attached: false, attachError: { message: "x".repeat(1025), errorCode: -1 } } },
    ...Array<string>(2).fill("FieldValueTooLong status.attachError.message"),
    ...Array<string>(2).fill("FieldValueInvalid status.attachError.errorCode"),
  ),
  ...[daemonSets, statefulSets].map((of) =>
    row(
      `The collisions of a ${of.kind} are only counted up`,
      of,
      { before: { collisionCount: 2 }, after: { collisionCount: 1 } },
      "FieldValueInvalid status.collisionCount",
    ),
  ),
];

for (const { name, of, spec, before, after, causes } of rows) {
  test(name, () => {
    const { object } = create(of, { spec });
    const old = { ...object, status: decoded(of, before) };
    const { errors } = update(
      of,
      old as KubeObject,
      (draft) => Object.assign(draft, { status: decoded(of, after) }),
      "status",
    );
    assert.deepEqual(errors.sort(), causes);
  });
}

/** A status as a body has it. */
function decoded(of: Resource, status: object): unknown {
  const { object } = decode(of.type, { metadata: { name: "a" }, status });
  applyDefaults(of.type, object);
  return (object as { status?: unknown }).status;
}

test("A status that is all its subresource writes leaves labels and finalizers alone", () => {
  const { object } = create(volumeAttachments, {
    metadata: { labels: { a: "b" } },
    spec: { attacher: "a.b", nodeName: "n", source: { persistentVolumeName: "v" } },
  });
  const { draft } = update(
    volumeAttachments,
    object,
    ({ metadata }) => Object.assign(metadata, { labels: { a: "c" }, finalizers: ["a.b/c"] }),
    "status",
  );
  assert.deepEqual([draft.metadata.labels, draft.metadata.finalizers], [{ a: "b" }, undefined]);
});
