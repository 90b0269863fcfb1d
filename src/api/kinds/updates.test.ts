/** What changes of an object are refused for, kind by kind; a fault that upstream tells twice is told twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { daemonSets } from "./apps/daemon-set.ts";
import { deployments } from "./apps/deployment.ts";
import { replicaSets } from "./apps/replica-set.ts";
import { statefulSets } from "./apps/stateful-set.ts";
import { cronJobs } from "./batch/cron-job.ts";
import { jobs } from "./batch/job.ts";
import { configMaps } from "./core/config-map.ts";
import { podTemplates } from "./core/pod-template.ts";
import { causesOf, create } from "./create.suite.ts";
import { flowSchemas } from "./flowcontrol/flow-schema.ts";
import { ipAddresses } from "./networking/ip-address.ts";
import { serviceCidrs } from "./networking/service-cidr.ts";
import { runtimeClasses } from "./node/runtime-class.ts";
import { roles } from "./rbac/role.ts";
import { csiDrivers } from "./storage/csi-driver.ts";
import { storageClasses } from "./storage/storage-class.ts";
import { checkUpdates, times, updateRow } from "./update.suite.ts";

const containers = [{ name: "c", image: "i" }];
const template = { metadata: { labels: { app: "a" } }, spec: { containers } };
const selector = { matchLabels: { app: "a" } };
const once = { template: { spec: { containers, restartPolicy: "Never" } } };
const indexed = { ...once, completionMode: "Indexed", completions: 2, parallelism: 2 };

const badLabel = { "metadata.labels": { a: "!" } };
const labelCause = "FieldValueInvalid metadata.labels";

checkUpdates([
  updateRow(
    "A bad label: two checks of all kinds, one of the kind",
    deployments,
    { spec: { selector, template } },
    badLabel,
    ...times(3, labelCause),
  ),
  updateRow(
    "A bad label of a config map, which is looked at as a whole again",
    configMaps,
    {},
    badLabel,
    ...times(4, labelCause),
  ),
  updateRow("A bad label of a role, which is looked at twice", roles, {}, badLabel, ...times(5, labelCause)),
  updateRow(
    "A bad label of a flow schema, of which the change is not looked at",
    flowSchemas,
    { spec: { matchingPrecedence: 5, priorityLevelConfiguration: { name: "exempt" } } },
    badLabel,
    ...times(3, labelCause),
  ),
  updateRow(
    "A finalizer that is no name",
    podTemplates,
    { template },
    { "metadata.finalizers": ["!"] },
    "FieldValueInvalid metadata.finalizers",
    "FieldValueInvalid metadata.finalizers[0]",
  ),
  updateRow(
    "A rule without verbs",
    roles,
    {},
    { rules: [{ apiGroups: [""], resources: ["pods"] }] },
    ...times(2, "FieldValueRequired rules[0].verbs"),
  ),
  updateRow(
    "Fewer than no replicas of a replica set",
    replicaSets,
    { spec: { selector, template } },
    { "spec.replicas": -1 },
    ...times(2, "FieldValueInvalid spec.replicas"),
  ),
  updateRow(
    "Fewer than no replicas of a deployment",
    deployments,
    { spec: { selector, template } },
    { "spec.replicas": -1 },
    "FieldValueInvalid spec.replicas",
  ),
  updateRow(
    "A daemon set that is never ready",
    daemonSets,
    { spec: { selector, template } },
    { "spec.minReadySeconds": -1 },
    ...times(2, "FieldValueInvalid spec.minReadySeconds"),
  ),
  updateRow(
    "A job's image",
    jobs,
    { spec: once },
    { "spec.template.spec.containers.0.image": "j" },
    "FieldValueInvalid spec.template",
  ),
  updateRow(
    "A job's negative parallelism",
    jobs,
    { spec: once },
    { "spec.parallelism": -1 },
    ...times(2, "FieldValueInvalid spec.parallelism"),
  ),
  updateRow(
    "Where and with what a suspended job will run",
    jobs,
    { spec: { ...once, suspend: true } },
    {
      "spec.template.spec.nodeSelector": { a: "b" },
      "spec.template.spec.affinity": { nodeAffinity: {} },
      "spec.template.spec.containers.0.resources": { limits: { cpu: "1" } },
    },
  ),
  updateRow(
    "Where the pods of a running job run",
    jobs,
    { spec: once },
    { "spec.template.spec.nodeSelector": { a: "b" } },
    "FieldValueInvalid spec.template",
  ),
  updateRow(
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
  updateRow(
    "The completions of an indexed job with its parallelism",
    jobs,
    { spec: indexed },
    { "spec.completions": 3, "spec.parallelism": 3 },
  ),
  updateRow(
    "The completions of an indexed job alone",
    jobs,
    { spec: indexed },
    { "spec.completions": 3 },
    "FieldValueInvalid spec.completions",
  ),
  updateRow(
    "A schedule gets a time zone in it",
    cronJobs,
    { spec: { schedule: "0 0 * * *", jobTemplate: { spec: once } } },
    { "spec.schedule": "TZ=UTC 0 0 * * *" },
    "FieldValueInvalid spec.schedule",
  ),
  updateRow(
    "A schedule that has a zone in it keeps it",
    cronJobs,
    { spec: { schedule: "TZ=UTC 0 0 * * *", jobTemplate: { spec: once } } },
    { "spec.schedule": "TZ=UTC 0 1 * * *" },
  ),
  updateRow(
    "A runtime class with a toleration without sense",
    runtimeClasses,
    { handler: "h" },
    { scheduling: { tolerations: [{ operator: "Exists", value: "v" }] } },
    "FieldValueInvalid scheduling.tolerations[0].operator",
  ),
  updateRow(
    "A service range becomes dual",
    serviceCidrs,
    { spec: { cidrs: ["10.0.0.0/8"] } },
    { "spec.cidrs": ["10.0.0.0/8", "fd00::/64"] },
  ),
  updateRow(
    "A service range that becomes dual keeps its first",
    serviceCidrs,
    { spec: { cidrs: ["10.0.0.0/8"] } },
    { "spec.cidrs": ["fd00::/64", "10.0.0.0/8"] },
    "FieldValueInvalid spec.cidrs[0]",
  ),
  updateRow(
    "A service range changes its second",
    serviceCidrs,
    { spec: { cidrs: ["10.0.0.0/8", "fd00::/64"] } },
    { "spec.cidrs": ["10.0.0.0/8", "fd01::/64"] },
    "FieldValueInvalid spec.cidrs[1]",
  ),
  updateRow(
    "A service range loses one",
    serviceCidrs,
    { spec: { cidrs: ["10.0.0.0/8", "fd00::/64"] } },
    { "spec.cidrs": ["10.0.0.0/8"] },
    "FieldValueInvalid spec.cidrs",
  ),
  updateRow(
    "An address gets another owner",
    ipAddresses,
    { metadata: { name: "10.0.0.1" }, spec: { parentRef: { resource: "services", name: "a" } } },
    { "spec.parentRef": { resource: "services", name: "b" } },
    "FieldValueInvalid spec.parentRef",
  ),
  updateRow(
    "A driver attaches no more; upstream calls it so",
    csiDrivers,
    { spec: {} },
    { "spec.attachRequired": false },
    "FieldValueInvalid spec.attachedRequired",
  ),
  updateRow(
    "A storage class changes its provisioner",
    storageClasses,
    { provisioner: "a/b" },
    { provisioner: "a/c" },
    "FieldValueForbidden provisioner",
  ),
]);

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

test("A stateful set names a service, or none", () => {
  const causes = (serviceName: string) =>
    causesOf(create(statefulSets, { spec: { selector, template, serviceName } }));
  assert.deepEqual(
    [causes(""), causes("web"), causes("Web")],
    [[], [], ["FieldValueInvalid spec.serviceName"]],
  );
});
