/** What writes of a status are refused for, kind by kind: a table of a status before, the one that is written, and causes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { validatingAdmissionPolicies } from "./admissionregistration/validating-admission-policy.ts";
import { customResourceDefinitions } from "./apiextensions/custom-resource-definition.ts";
import { apiServices } from "./apiregistration/api-service.ts";
import { daemonSets } from "./apps/daemon-set.ts";
import { statefulSets } from "./apps/stateful-set.ts";
import { horizontalPodAutoscalers } from "./autoscaling/horizontal-pod-autoscaler.ts";
import type { Resource } from "../resource.ts";
import type { KubeObject } from "../schema/mod.ts";
import { cronJobs } from "./batch/cron-job.ts";
import { nodes } from "./core/node.ts";
import { persistentVolumeClaims } from "./core/persistent-volume-claim.ts";
import { resourceQuotas } from "./core/resource-quota.ts";
import { create, update } from "./create.suite.ts";
import { checkStatuses, type StatusRow, statusRow } from "./status.suite.ts";
import { flowSchemas } from "./flowcontrol/flow-schema.ts";
import { ingresses } from "./networking/ingress.ts";
import { podDisruptionBudgets } from "./policy/pod-disruption-budget.ts";
import { volumeAttachments } from "./storage/volume-attachment.ts";

const now = "2026-01-01T00:00:00Z";
const condition = { type: "A", status: "True", reason: "R", message: "", lastTransitionTime: now };

const rows: readonly StatusRow[] = [
  statusRow(
    "A budget's conditions are whole, and its counts not negative",
    podDisruptionBudgets,
    { after: { conditions: [condition, { type: "A", status: "Maybe", reason: "1" }], currentHealthy: -1 } },
    "FieldValueDuplicate status.conditions[1].type",
    "FieldValueNotSupported status.conditions[1].status",
    "FieldValueInvalid status.conditions[1].reason",
    "FieldValueRequired status.conditions[1].lastTransitionTime",
    "FieldValueInvalid status.currentHealthy",
  ),
  statusRow(
    "A policy's conditions are whole",
    validatingAdmissionPolicies,
    { after: { conditions: [{ ...condition, type: "", reason: "" }] } },
    "FieldValueInvalid status.conditions[0].type",
    "FieldValueInvalid status.conditions[0].type",
    "FieldValueRequired status.conditions[0].reason",
  ),
  statusRow(
    "A flow schema has one condition of each type",
    flowSchemas,
    { after: { conditions: [{ type: "A" }, { type: "A" }, { type: "" }] } },
    "FieldValueDuplicate status.conditions[1].type",
    "FieldValueRequired status.conditions[2].type",
  ),
  statusRow(
    "An ingress is reached at addresses and names",
    ingresses,
    { after: { loadBalancer: { ingress: [{ ip: "x" }, { hostname: "1.2.3.4" }, { hostname: "_" }] } } },
    "FieldValueInvalid status.loadBalancer.ingress[0].ip",
    "FieldValueInvalid status.loadBalancer.ingress[1].hostname",
    "FieldValueInvalid status.loadBalancer.ingress[2].hostname",
  ),
  statusRow(
    "A volume attachment's error is short; upstream says so twice",
    volumeAttachments,
    { after: { attached: false, attachError: { message: "x".repeat(1025), errorCode: -1 } } },
    ...Array<string>(2).fill("FieldValueTooLong status.attachError.message"),
    ...Array<string>(2).fill("FieldValueInvalid status.attachError.errorCode"),
  ),
  statusRow(
    "A quota counts what there is",
    resourceQuotas,
    { after: { hard: { bogus: "1" }, used: { pods: "-1" } } },
    "FieldValueInvalid status.hard[bogus]",
    "FieldValueInvalid status.hard[bogus]",
    "FieldValueInvalid status.used[pods]",
  ),
  statusRow(
    "An autoscaler has not fewer than no replicas",
    horizontalPodAutoscalers,
    { after: { currentReplicas: -1, desiredReplicas: -1 } },
    "FieldValueInvalid status.currentReplicas",
    "FieldValueInvalid status.desiredReplicas",
  ),
  statusRow(
    "A claim's storage is resized in known ways",
    persistentVolumeClaims,
    {
      after: {
        capacity: { storage: "-1" },
        allocatedResources: { cpu: "1", storage: "-1" },
        allocatedResourceStatuses: { storage: "Soon", memory: "NodeResizePending" },
      },
    },
    "FieldValueInvalid status.capacity[storage]",
    "FieldValueInvalid status.allocatedResources[storage]",
    "FieldValueNotSupported status.allocatedResources",
    "FieldValueNotSupported status.allocatedResourceStatuses",
    "FieldValueNotSupported status.allocatedResourceStatuses",
  ),
  statusRow(
    "A definition's accepted names are names; which versions are stored is for whoever migrates to say",
    customResourceDefinitions,
    { after: { acceptedNames: { plural: "a_b", kind: "A", listKind: "A" }, storedVersions: ["gone"] } },
    "FieldValueInvalid status.acceptedNames.plural",
    "FieldValueInvalid status.acceptedNames.listKind",
  ),
  statusRow(
    "An API service's conditions are so, not so, or unknown",
    apiServices,
    { after: { conditions: [{ type: "Available", status: "Maybe" }] } },
    "FieldValueNotSupported status.conditions[0].status",
  ),
  statusRow(
    "A node declares features in order, and names whole sources of its configuration",
    nodes,
    {
      before: { config: { error: "x" } },
      after: {
        declaredFeatures: ["B/x", "A", "A", "a-b"],
        config: { assigned: {}, active: { configMap: { namespace: "!", name: "n" } } },
      },
    },
    "FieldValueInvalid status.declaredFeatures[1]",
    "FieldValueDuplicate status.declaredFeatures[2]",
    "FieldValueInvalid status.declaredFeatures[3]",
    "FieldValueInvalid status.config.assigned",
    "FieldValueRequired status.config.active.configMap.uid",
    "FieldValueRequired status.config.active.configMap.resourceVersion",
    "FieldValueInvalid status.config.active.configMap.namespace",
    "FieldValueRequired status.config.active.configMap.kubeletConfigKey",
  ),
  statusRow(
    "A node has not less than nothing, and each address once",
    nodes,
    {
      after: {
        capacity: { cpu: "-1" },
        allocatable: { pods: "1.5" },
        addresses: Array(2).fill({ type: "InternalIP", address: "10.0.0.1" }),
      },
    },
    "FieldValueInvalid status.capacity.cpu",
    "FieldValueInvalid status.allocatable.pods",
    "FieldValueDuplicate status.addresses[1]",
  ),
  ...[daemonSets, statefulSets].map((of) =>
    statusRow(
      `The collisions of a ${of.kind} are only counted up`,
      of,
      { before: { collisionCount: 2 }, after: { collisionCount: 1 } },
      "FieldValueInvalid status.collisionCount",
    ),
  ),
];

checkStatuses(rows);

test("Labels that come with a status are looked at as often as upstream's checks see them", () => {
  const template = { spec: { containers: [{ name: "c", image: "i" }], restartPolicy: "Never" } };
  const cron = create(cronJobs, { spec: { schedule: "0 0 * * *", jobTemplate: { spec: { template } } } });
  const node = create(nodes, {});
  const label = ({ metadata }: KubeObject) => Object.assign(metadata, { labels: { a: "!" } });
  const count = <T extends KubeObject>(of: Resource<T>, object: T): number =>
    update(of, object, label, "status").errors.length;
  assert.deepEqual([count(cronJobs, cron.object), count(nodes, node.object)], [2, 3]);
});

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
