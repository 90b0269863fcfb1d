/** What changes of an object are refused for, kind by kind; a fault that upstream tells twice is told twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Resource } from "../resource.ts";
import type { KubeObject } from "../schema/mod.ts";
import { daemonSets } from "./apps/daemon-set.ts";
import { deployments } from "./apps/deployment.ts";
import { replicaSets } from "./apps/replica-set.ts";
import { cronJobs } from "./batch/cron-job.ts";
import { jobs } from "./batch/job.ts";
import { configMaps } from "./core/config-map.ts";
import { podTemplates } from "./core/pod-template.ts";
import { causesOf, create, update } from "./create.suite.ts";
import { flowSchemas } from "./flowcontrol/flow-schema.ts";
import { ipAddresses } from "./networking/ip-address.ts";
import { serviceCidrs } from "./networking/service-cidr.ts";
import { runtimeClasses } from "./node/runtime-class.ts";
import { roles } from "./rbac/role.ts";
import { csiDrivers } from "./storage/csi-driver.ts";
import { storageClasses } from "./storage/storage-class.ts";

const containers = [{ name: "c", image: "i" }];
const template = { metadata: { labels: { app: "a" } }, spec: { containers } };
const selector = { matchLabels: { app: "a" } };
const once = { template: { spec: { containers, restartPolicy: "Never" } } };
const indexed = { ...once, completionMode: "Indexed", completions: 2, parallelism: 2 };

interface Row {
  readonly name: string;
  readonly of: Resource;
  readonly body: object;
  /** By path: `{ "spec.replicas": 2 }`; undefined takes a field away. */
  readonly change: Readonly<Record<string, unknown>>;
  readonly causes: readonly string[];
}

function row<T>(name: string, of: T, body: object, change: Row["change"], ...causes: readonly string[]): Row {
  return { name, of: of as Resource, body, change, causes: [...causes].sort() };
}

function times(count: number, cause: string): string[] {
  return Array<string>(count).fill(cause);
}

const badLabel = { "metadata.labels": { a: "!" } };
const labelCause = "FieldValueInvalid metadata.labels";

const rows: readonly Row[] = [
  row(
    "A bad label: two checks of all kinds, one of the kind",
    deployments,
    { spec: { selector, template } },
    badLabel,
    ...times(3, labelCause),
  ),
  row(
    "A bad label of a config map, which is looked at as a whole again",
    configMaps,
    {},
    badLabel,
    ...times(4, labelCause),
  ),
  row("A bad label of a role, which is looked at twice", roles, {}, badLabel, ...times(5, labelCause)),
  row(
    "A bad label of a flow schema, of which the change is not looked at",
    flowSchemas,
    { spec: { matchingPrecedence: 5, priorityLevelConfiguration: { name: "exempt" } } },
    badLabel,
    ...times(3, labelCause),
  ),
  row(
    "A finalizer that is no name",
    podTemplates,
    { template },
    { "metadata.finalizers": ["!"] },
    "FieldValueInvalid metadata.finalizers",
    "FieldValueInvalid metadata.finalizers[0]",
  ),
  row(
    "A rule without verbs",
    roles,
    {},
    { rules: [{ apiGroups: [""], resources: ["pods"] }] },
    ...times(2, "FieldValueRequired rules[0].verbs"),
  ),
  row(
    "Fewer than no replicas of a replica set",
    replicaSets,
    { spec: { selector, template } },
    { "spec.replicas": -1 },
    ...times(2, "FieldValueInvalid spec.replicas"),
  ),
  row(
    "Fewer than no replicas of a deployment",
    deployments,
    { spec: { selector, template } },
    { "spec.replicas": -1 },
    "FieldValueInvalid spec.replicas",
  ),
  row(
    "A daemon set that is never ready",
    daemonSets,
    { spec: { selector, template } },
    { "spec.minReadySeconds": -1 },
    ...times(2, "FieldValueInvalid spec.minReadySeconds"),
  ),
  row(
    "A job's image",
    jobs,
    { spec: once },
    { "spec.template.spec.containers.0.image": "j" },
    "FieldValueInvalid spec.template",
  ),
  row(
    "A job's negative parallelism",
    jobs,
    { spec: once },
    { "spec.parallelism": -1 },
    ...times(2, "FieldValueInvalid spec.parallelism"),
  ),
  row(
    "Where and with what a suspended job will run",
    jobs,
    { spec: { ...once, suspend: true } },
    {
      "spec.template.spec.nodeSelector": { a: "b" },
      "spec.template.spec.affinity": { nodeAffinity: {} },
      "spec.template.spec.containers.0.resources": { limits: { cpu: "1" } },
    },
  ),
  row(
    "Where the pods of a running job run",
    jobs,
    { spec: once },
    { "spec.template.spec.nodeSelector": { a: "b" } },
    "FieldValueInvalid spec.template",
  ),
  row(
    "Which pods a suspended job's are near",
    jobs,
    { spec: { ...once, suspend: true } },
    {
      "spec.template.spec.affinity": {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "a", labelSelector: {} }],
        },
      },
    },
    "FieldValueInvalid spec.template",
  ),
  row(
    "The completions of an indexed job with its parallelism",
    jobs,
    { spec: indexed },
    { "spec.completions": 3, "spec.parallelism": 3 },
  ),
  row(
    "The completions of an indexed job alone",
    jobs,
    { spec: indexed },
    { "spec.completions": 3 },
    "FieldValueInvalid spec.completions",
  ),
  row(
    "A schedule gets a time zone in it",
    cronJobs,
    { spec: { schedule: "0 0 * * *", jobTemplate: { spec: once } } },
    { "spec.schedule": "TZ=UTC 0 0 * * *" },
    "FieldValueInvalid spec.schedule",
  ),
  row(
    "A schedule that has a zone in it keeps it",
    cronJobs,
    { spec: { schedule: "TZ=UTC 0 0 * * *", jobTemplate: { spec: once } } },
    { "spec.schedule": "TZ=UTC 0 1 * * *" },
  ),
  row(
    "A runtime class with a toleration without sense",
    runtimeClasses,
    { handler: "h" },
    { scheduling: { tolerations: [{ operator: "Exists", value: "v" }] } },
    "FieldValueInvalid scheduling.tolerations[0].operator",
  ),
  row(
    "A service range becomes dual",
    serviceCidrs,
    { spec: { cidrs: ["10.0.0.0/8"] } },
    { "spec.cidrs": ["10.0.0.0/8", "fd00::/64"] },
  ),
  row(
    "A service range that becomes dual keeps its first",
    serviceCidrs,
    { spec: { cidrs: ["10.0.0.0/8"] } },
    { "spec.cidrs": ["fd00::/64", "10.0.0.0/8"] },
    "FieldValueInvalid spec.cidrs[0]",
  ),
  row(
    "A service range changes its second",
    serviceCidrs,
    { spec: { cidrs: ["10.0.0.0/8", "fd00::/64"] } },
    { "spec.cidrs": ["10.0.0.0/8", "fd01::/64"] },
    "FieldValueInvalid spec.cidrs[1]",
  ),
  row(
    "A service range loses one",
    serviceCidrs,
    { spec: { cidrs: ["10.0.0.0/8", "fd00::/64"] } },
    { "spec.cidrs": ["10.0.0.0/8"] },
    "FieldValueInvalid spec.cidrs",
  ),
  row(
    "An address gets another owner",
    ipAddresses,
    { metadata: { name: "10.0.0.1" }, spec: { parentRef: { resource: "services", name: "a" } } },
    { "spec.parentRef": { resource: "services", name: "b" } },
    "FieldValueInvalid spec.parentRef",
  ),
  row(
    "A driver attaches no more; upstream calls it so",
    csiDrivers,
    { spec: {} },
    { "spec.attachRequired": false },
    "FieldValueInvalid spec.attachedRequired",
  ),
  row(
    "A storage class changes its provisioner",
    storageClasses,
    { provisioner: "a/b" },
    { provisioner: "a/c" },
    "FieldValueForbidden provisioner",
  ),
];

for (const { name, of, body, change, causes } of rows) {
  test(name, () => {
    const { object } = create(of, body);
    const { errors } = update(of, object, (draft) => {
      for (const [path, value] of Object.entries(change)) set(draft, path.split("."), value);
    });
    assert.deepEqual(errors.sort(), causes);
  });
}

function set(object: KubeObject, path: readonly string[], value: unknown): void {
  let place = object as unknown as Record<string, unknown>;
  for (const step of path.slice(0, -1)) place = (place[step] ??= {}) as Record<string, unknown>;
  const last = path.at(-1) ?? "";
  if (value === undefined) delete place[last];
  else place[last] = value;
}

test("A job's own labels and selector are the server's to give", () => {
  const labels = { "job-name": "b", "batch.kubernetes.io/controller-uid": "x" };
  const { errors } = create(jobs, { spec: { template: { ...once.template, metadata: { labels } } } });
  assert.deepEqual(causesOf({ errors }), [
    "FieldValueInvalid spec.template.metadata.labels",
    "FieldValueInvalid spec.template.metadata.labels[batch.kubernetes.io/controller-uid]",
    "FieldValueInvalid spec.template.metadata.labels[job-name]",
  ]);
});

test("A job that is selected by hand needs a selector", () => {
  assert.deepEqual(causesOf(create(jobs, { spec: { ...once, manualSelector: true } })), [
    "FieldValueInvalid spec.template.metadata.labels",
    "FieldValueRequired spec.selector",
  ]);
});

test("Limits for each index come together, and lower with many indexes", () => {
  assert.deepEqual(causesOf(create(jobs, { spec: { ...indexed, maxFailedIndexes: 1 } })), [
    "FieldValueRequired spec.backoffLimitPerIndex",
  ]);
  const many = { ...indexed, completions: 100_001, parallelism: 10_001, backoffLimitPerIndex: 1 };
  assert.deepEqual(causesOf(create(jobs, { spec: many })), [
    "FieldValueInvalid spec.parallelism",
    "FieldValueRequired spec.maxFailedIndexes",
  ]);
});
