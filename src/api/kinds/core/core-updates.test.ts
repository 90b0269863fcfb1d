/** What changes of claims, volumes, nodes and pods are refused for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deployments } from "../apps/deployment.ts";
import { create, update } from "../create.suite.ts";
import { checkUpdates, times, updateRow } from "../update.suite.ts";
import { nodes } from "./node.ts";
import { persistentVolumeClaims } from "./persistent-volume-claim.ts";
import { persistentVolumes } from "./persistent-volume.ts";
import { pods } from "./pod.ts";

const containers = [{ name: "c", image: "i" }];
const template = { metadata: { labels: { app: "a" } }, spec: { containers } };
const selector = { matchLabels: { app: "a" } };
const claim = { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } };
const volume = {
  spec: {
    capacity: { storage: "1Gi" },
    accessModes: ["ReadWriteOnce"],
    hostPath: { path: "/a" },
    nodeAffinity: {
      required: { nodeSelectorTerms: [{ matchExpressions: [{ key: "a", operator: "Exists" }] }] },
    },
  },
};

const nodesBy = (key: string) => ({
  required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: "Exists" }] }] },
});

const gate = { name: "example.com/gate" };
const affinity = (...keys: readonly string[]) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: keys.map((key) => ({ key, operator: "Exists" })) }],
    },
  },
});
const gated = {
  spec: { containers, schedulingGates: [gate], nodeSelector: { a: "b" }, affinity: affinity("a") },
};
const terms = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";

checkUpdates([
  updateRow("A gated pod's nodes become fewer", pods, gated, {
    "spec.nodeSelector": { a: "b", c: "d" },
    "spec.affinity": affinity("a", "b"),
  }),
  updateRow(
    "A gated pod's nodes become others",
    pods,
    gated,
    { "spec.nodeSelector": { a: "c" }, "spec.affinity": affinity("b", "a") },
    "FieldValueInvalid spec.nodeSelector",
    `FieldValueInvalid ${terms}[0]`,
  ),
  updateRow(
    "A gated pod's nodes become more",
    pods,
    gated,
    { "spec.nodeSelector": undefined, "spec.affinity": undefined },
    "FieldValueInvalid spec.nodeSelector",
    `FieldValueInvalid ${terms}`,
  ),
  updateRow(
    "A gated pod gets one more gate",
    pods,
    gated,
    { "spec.schedulingGates": [gate, { name: "example.com/other" }] },
    "FieldValueForbidden spec.schedulingGates[1].name",
  ),
  updateRow(
    "A pod's deadline that is too far away, and an image with spaces",
    pods,
    { spec: { containers } },
    { "spec.activeDeadlineSeconds": 2 ** 31, "spec.containers.0.image": " i" },
    ...times(2, "FieldValueInvalid spec.activeDeadlineSeconds"),
    ...times(2, "FieldValueInvalid spec.containers[0].image"),
  ),
  updateRow(
    "A gated pod without affinity gets some of nodes alone",
    pods,
    { spec: { containers, schedulingGates: [gate] } },
    { "spec.affinity": affinity("a") },
  ),
  updateRow(
    "A gated pod without affinity gets an empty one",
    pods,
    { spec: { containers, schedulingGates: [gate] } },
    { "spec.affinity": {} },
    "FieldValueForbidden spec",
  ),
  updateRow(
    "A gated pod loses its affinity, which was of nodes alone and preferred",
    pods,
    {
      spec: {
        containers,
        schedulingGates: [gate],
        affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
      },
    },
    { "spec.affinity": undefined },
  ),
  updateRow(
    "A pod's bad toleration, which is looked at twice",
    pods,
    { spec: { containers } },
    { "spec.tolerations": [{ key: "a", operator: "Like" }] },
    ...times(2, "FieldValueNotSupported spec.tolerations[0].operator"),
  ),
  updateRow(
    "A claim that is not bound gets more storage",
    persistentVolumeClaims,
    claim,
    { "spec.resources.requests.storage": "2Gi" },
    "FieldValueForbidden spec",
  ),
  updateRow(
    "A claim that is not bound gets less storage",
    persistentVolumeClaims,
    claim,
    { "spec.resources.requests.storage": "1" },
    "FieldValueForbidden spec",
  ),
  updateRow(
    "A claim's mode, which upstream reports without spec",
    persistentVolumeClaims,
    claim,
    { "spec.volumeMode": "Block" },
    "FieldValueForbidden spec",
    "FieldValueInvalid volumeMode",
  ),
  updateRow(
    "A claim's modes of access: what is missing is told twice",
    persistentVolumeClaims,
    claim,
    { "spec.accessModes": [] },
    "FieldValueForbidden spec",
    ...times(2, "FieldValueRequired spec.accessModes"),
  ),
  updateRow("A claim gets its class and its volume", persistentVolumeClaims, claim, {
    "spec.storageClassName": "s",
    "spec.volumeName": "v",
  }),
  updateRow(
    "A claim's class by annotation",
    persistentVolumeClaims,
    claim,
    { "metadata.annotations": { "volume.beta.kubernetes.io/storage-class": "s" } },
    "FieldValueInvalid metadata.annotations.volume.beta.kubernetes.io/storage-class",
  ),
  updateRow(
    "A pod's grace that was negative becomes the shortest",
    pods,
    { spec: { containers, terminationGracePeriodSeconds: -5 } },
    { "spec.terminationGracePeriodSeconds": 1 },
  ),
  updateRow(
    "A pod's grace that was negative becomes another",
    pods,
    { spec: { containers, terminationGracePeriodSeconds: -5 } },
    { "spec.terminationGracePeriodSeconds": -7 },
    "FieldValueForbidden spec",
  ),
  updateRow(
    "A claim names one source twice, and they are two",
    persistentVolumeClaims,
    { spec: { ...claim.spec, dataSource: { kind: "PersistentVolumeClaim", name: "a" } } },
    { "spec.dataSource.name": "b" },
    "FieldValueForbidden spec",
    ...times(2, "FieldValueInvalid spec"),
  ),
  updateRow(
    "A volume's nodes by the stable name of a label",
    persistentVolumes,
    { spec: { ...volume.spec, nodeAffinity: nodesBy("failure-domain.beta.kubernetes.io/zone") } },
    { "spec.nodeAffinity": nodesBy("topology.kubernetes.io/zone") },
  ),
  updateRow(
    "A volume's nodes by another label",
    persistentVolumes,
    { spec: { ...volume.spec, nodeAffinity: nodesBy("failure-domain.beta.kubernetes.io/zone") } },
    { "spec.nodeAffinity": nodesBy("topology.kubernetes.io/region") },
    "FieldValueInvalid nodeAffinity",
  ),
  updateRow(
    "A volume's source, mode and nodes",
    persistentVolumes,
    volume,
    { "spec.hostPath.path": "/b", "spec.volumeMode": "Block", "spec.nodeAffinity": undefined },
    "FieldValueForbidden spec.persistentvolumesource",
    "FieldValueInvalid volumeMode",
    "FieldValueInvalid nodeAffinity",
  ),
  updateRow(
    "A node's identity",
    nodes,
    { spec: { podCIDRs: ["10.0.0.0/24"], providerID: "a" } },
    { "spec.podCIDRs": ["10.0.1.0/24"], "spec.providerID": "b", "spec.externalID": "c" },
    "FieldValueForbidden spec.podCIDRs",
    "FieldValueForbidden spec.providerID",
    "FieldValueForbidden spec.externalID",
  ),
  updateRow(
    "A pod becomes a mirror with a profile and a price, all of which is looked at twice",
    pods,
    { spec: { containers } },
    {
      "metadata.annotations": {
        "kubernetes.io/config.mirror": "x",
        "container.apparmor.security.beta.kubernetes.io/d": "best",
        "controller.kubernetes.io/pod-deletion-cost": "+1",
      },
    },
    "FieldValueForbidden metadata.annotations[kubernetes.io/config.mirror]",
    "FieldValueForbidden metadata.annotations[container.apparmor.security.beta.kubernetes.io/d]",
    ...times(2, "FieldValueInvalid metadata.annotations[kubernetes.io/config.mirror]"),
    ...times(4, "FieldValueInvalid metadata.annotations[container.apparmor.security.beta.kubernetes.io/d]"),
    ...times(2, "FieldValueInvalid metadata.annotations[controller.kubernetes.io/pod-deletion-cost]"),
  ),
  updateRow(
    "A template with an old seccomp profile that is none",
    deployments,
    { spec: { selector, template } },
    {
      "spec.template.metadata.annotations": { "seccomp.security.alpha.kubernetes.io/pod": "localhost/../x" },
    },
    "FieldValueInvalid spec.template.annotations.seccomp.security.alpha.kubernetes.io/pod",
  ),
]);

test("A bound claim gives up an attributes class that was never applied", () => {
  const { object } = create(persistentVolumeClaims, {
    spec: { ...claim.spec, volumeAttributesClassName: "gold" },
  });
  const without = (status: object) =>
    update(
      persistentVolumeClaims,
      { ...object, status: { phase: "Bound", ...status } },
      ({ spec }) => delete spec.volumeAttributesClassName,
    ).errors;
  assert.deepEqual(without({}), []);
  assert.deepEqual(without({ currentVolumeAttributesClassName: "gold" }), [
    "FieldValueForbidden spec.volumeAttributesClassName",
  ]);
});

test("A mirror of a static pod takes no ephemeral containers", () => {
  const { object } = create(pods, {
    metadata: { annotations: { "kubernetes.io/config.mirror": "x" } },
    spec: { nodeName: "n", containers },
  });
  const { errors } = update(
    pods,
    object,
    ({ spec }) => Object.assign(spec, { ephemeralContainers: [{ name: "d", image: "i" }] }),
    "ephemeralcontainers",
  );
  assert.deepEqual(errors, ["FieldValueForbidden "]);
});

test("What would not work at all is said first of a resize; else only cpu and memory change, and are not taken away", () => {
  const requests = { cpu: "1", memory: "1Gi", "ephemeral-storage": "1Gi" };
  const resize = (spec: object, status: object, annotations: Record<string, string>, asked: object) => {
    const body = {
      metadata: { annotations },
      spec: { nodeName: "n", containers: [{ ...containers[0], resources: { requests } }], ...spec },
    };
    const { object } = create(pods, body);
    const old = { ...object, status: { ...object.status, ...status } };
    const change = (draft: typeof object) =>
      Object.assign(draft.spec.containers[0] ?? {}, { resources: { requests: asked } });
    return update(pods, old, change, "resize").errors;
  };
  const running = { containerStatuses: [{ name: "c", state: { running: {} } }] };
  assert.deepEqual(resize({}, {}, {}, { ...requests, cpu: "2" }), []);
  assert.deepEqual(resize({ os: { name: "windows" } }, {}, {}, {}), ["FieldValueForbidden "]);
  assert.deepEqual(resize({}, {}, { "kubernetes.io/config.mirror": "x" }, {}), ["FieldValueForbidden "]);
  assert.deepEqual(resize({}, running, {}, { ...requests, cpu: "2" }), ["FieldValueForbidden spec"]);
  assert.deepEqual(resize({}, {}, {}, { ...requests, "ephemeral-storage": "2Gi" }), [
    "FieldValueForbidden spec",
  ]);
  assert.deepEqual(resize({}, {}, {}, { cpu: "1", "ephemeral-storage": "1Gi" }), [
    "FieldValueForbidden spec.containers[0].resources.requests",
  ]);
});

test("A resize keeps containers in their order, and policies; of a pod's own resources too only cpu and memory change", () => {
  const requests = { cpu: "1", memory: "1Gi" };
  const both = [
    { ...containers[0], resources: { requests } },
    { name: "d", image: "i" },
  ];
  const { object } = create(pods, { spec: { resources: { requests }, containers: both } });
  const resize = (change: (spec: typeof object.spec) => void) =>
    update(pods, object, ({ spec }) => change(spec), "resize").errors;
  assert.deepEqual(
    resize((spec) => spec.containers.reverse()),
    ["FieldValueForbidden spec.containers[0].name", "FieldValueForbidden spec.containers[1].name"],
  );
  assert.deepEqual(
    resize((spec) => spec.containers.pop()),
    ["FieldValueForbidden spec.containers"],
  );
  assert.deepEqual(
    resize(({ containers: [first] }) =>
      Object.assign(first ?? {}, {
        resizePolicy: [{ resourceName: "cpu", restartPolicy: "RestartContainer" }],
      }),
    ),
    ["FieldValueForbidden spec"],
  );
  const { object: claims } = create(pods, { spec: { containers } });
  assert.deepEqual(
    update(pods, claims, ({ spec }) => Object.assign(spec, { resources: {} }), "resize").errors,
    ["FieldValueForbidden spec"],
  );
  assert.deepEqual(
    resize((spec) => delete spec.resources),
    ["FieldValueForbidden spec.resources"],
  );
  assert.deepEqual(
    resize((spec) => Object.assign(spec, { resources: { requests: { cpu: "2", memory: "2Gi" } } })),
    [],
  );
});
