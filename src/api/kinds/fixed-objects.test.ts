/** What nobody may change, and what may stay as it is though it would not be let in today. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../schema/mod.ts";
import { CustomResourceDefinition } from "../types/apiextensions/mod.ts";
import { customResourceDefinitions } from "./apiextensions/custom-resource-definition.ts";
import { statefulSets } from "./apps/stateful-set.ts";
import { events } from "./core/event.ts";
import { nodes } from "./core/node.ts";
import { causesOf, create, update } from "./create.suite.ts";
import { eventsV1 } from "./events/event.ts";
import { flowSchemas } from "./flowcontrol/flow-schema.ts";
import { priorityLevelConfigurations } from "./flowcontrol/priority-level-configuration.ts";
import { resourceClaimTemplates } from "./resource/resource-claim-template.ts";
import { volumeAttachments } from "./storage/volume-attachment.ts";
import { checkUpdates, times, updateRow } from "./update.suite.ts";

const exempt = { metadata: { name: "exempt" }, spec: { type: "Exempt" } };
const catchAll = {
  metadata: { name: "catch-all" },
  spec: { type: "Limited", limited: { nominalConcurrencyShares: 5, limitResponse: { type: "Reject" } } },
};
const all = {
  resourceRules: [
    { verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] },
  ],
  nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
};
const free = {
  metadata: { name: "exempt" },
  spec: {
    matchingPrecedence: 1,
    priorityLevelConfiguration: { name: "exempt" },
    rules: [{ ...all, subjects: [{ kind: "Group", group: { name: "system:masters" } }] }],
  },
};
const eventTime = "2026-01-01T00:00:00.000000Z";
const seen = {
  metadata: { name: "a", namespace: "default" },
  eventTime,
  type: "Normal",
  action: "Binding",
  reason: "Scheduled",
  reportingController: "a.b/c",
  reportingInstance: "i",
  regarding: { kind: "Pod", name: "p", namespace: "default" },
};
const containers = [{ name: "c", image: "i" }];
const set = {
  spec: {
    selector: { matchLabels: { app: "a" } },
    template: { metadata: { labels: { app: "a" } }, spec: { containers } },
  },
};

checkUpdates([
  updateRow("Who goes free may lend shares", priorityLevelConfigurations, exempt, {
    "spec.exempt.lendablePercent": 50,
  }),
  updateRow(
    "Who goes free goes free",
    priorityLevelConfigurations,
    exempt,
    { "spec.type": "Limited", "spec.limited": catchAll.spec.limited },
    "FieldValueInvalid spec.type",
    "FieldValueInvalid spec",
  ),
  updateRow("The last level is as it is", priorityLevelConfigurations, catchAll, {}),
  updateRow(
    "The last level does not grow",
    priorityLevelConfigurations,
    catchAll,
    { "spec.limited.nominalConcurrencyShares": 6 },
    "FieldValueInvalid spec",
  ),
  updateRow("The first schema is as it is", flowSchemas, free, {}),
  updateRow(
    "The first schema frees nobody else",
    flowSchemas,
    free,
    { "spec.matchingPrecedence": 2 },
    "FieldValueInvalid spec",
  ),
  updateRow("The series of an event goes on", eventsV1, seen, {
    series: { count: 2, lastObservedTime: eventTime },
  }),
  updateRow(
    "An event of events.k8s.io changes nothing else",
    eventsV1,
    seen,
    {
      series: { count: 1 },
      reason: "Other",
      reportingController: "d",
      reportingInstance: "j",
      deprecatedCount: 3,
    },
    "FieldValueInvalid series.count",
    "FieldValueRequired series.lastObservedTime",
    ...times(2, "FieldValueInvalid reason"),
    ...["reportingController", "reportingInstance", "count"].map((field) => `FieldValueInvalid ${field}`),
  ),
  updateRow(
    "A core event without a time may change",
    events,
    { involvedObject: { namespace: "default" } },
    {
      reason: "x".repeat(200),
    },
  ),
  updateRow(
    "A stateful set's template that was sound stays sound",
    statefulSets,
    set,
    {
      "spec.template.spec.containers": [
        { name: "!", image: "i", imagePullPolicy: "Always", terminationMessagePolicy: "File" },
      ],
    },
    "FieldValueInvalid spec.template.spec.containers[0].name",
  ),
  updateRow(
    "A stateful set's template that was unsound may become another",
    statefulSets,
    { spec: { ...set.spec, template: { ...set.spec.template, spec: { containers: [] } } } },
    { "spec.template.spec.dnsPolicy": "None" },
  ),
  updateRow(
    "What a volume is attached to is fixed; the rules of the oldest attachments hold, and are told twice",
    volumeAttachments,
    { spec: { attacher: "a.b", nodeName: "n", source: { persistentVolumeName: "v" } } },
    { "spec.attacher": "!", "spec.nodeName": "!", "spec.source.persistentVolumeName": "!" },
    "FieldValueInvalid spec",
    ...times(2, "FieldValueInvalid spec.nodeName"),
  ),
  updateRow(
    "A claim's template is fixed, and looked at whole",
    resourceClaimTemplates,
    { spec: { spec: { devices: { requests: [{ name: "gpu", exactly: { deviceClassName: "a.b" } }] } } } },
    { "spec.spec.devices.requests.0.name": "!" },
    "FieldValueInvalid spec",
    "FieldValueInvalid spec.spec.devices.requests[0].name",
  ),
  updateRow(
    "A node's old annotations are read, and its ranges are of two families",
    nodes,
    { metadata: { name: "n" } },
    {
      "metadata.annotations": {
        "scheduler.alpha.kubernetes.io/taints": '[{"key":"a","effect":"Never"}]',
        "scheduler.alpha.kubernetes.io/preferAvoidPods":
          '{"preferAvoidPods":[null,{"podSignature":{"podController":{"controller":false}}}]}',
      },
      "spec.podCIDRs": ["10.0.0.0/24", "10.0.0.0/24"],
    },
    "FieldValueInvalid spec.podCIDRs",
    ...times(2, "FieldValueNotSupported metadata.annotations.scheduler.alpha.kubernetes.io/taints[0].effect"),
    ...times(
      2,
      "FieldValueRequired metadata.annotations.scheduler.alpha.kubernetes.io/preferAvoidPods[0].PodSignature",
    ),
    ...times(
      2,
      "FieldValueInvalid metadata.annotations.scheduler.alpha.kubernetes.io/preferAvoidPods[1].PodSignature.PodController.Controller",
    ),
  ),
]);

for (const text of ["{", '[{"key":1}]', "{}", "[null]"]) {
  test(`A node's annotation of taints is no ${text}`, () => {
    const annotations = { "scheduler.alpha.kubernetes.io/taints": text };
    assert.deepEqual(causesOf(create(nodes, { metadata: { name: "n", annotations } })), [
      "FieldValueInvalid metadata.annotations",
    ]);
  });
}

const newEvents = [
  ["Through the core group, an event with a time says who saw what", events, { eventTime }, 1],
  ["An event of events.k8s.io has a series of two and more", eventsV1, { ...seen, series: { count: 1 } }, 0],
] as const;
const missing = [
  ["FieldValueInvalid series.count", "FieldValueRequired series.lastObservedTime"],
  [
    ...times(2, "FieldValueInvalid reportingController"),
    ...["action", "reason", "reportingController", "reportingInstance"].map(
      (field) => `FieldValueRequired ${field}`,
    ),
  ],
] as const;
for (const [name, of, body, causes] of newEvents) {
  test(name, () => {
    const { errors } = create(of as typeof events, { involvedObject: { namespace: "default" }, ...body });
    assert.deepEqual(causesOf({ errors }), [...missing[causes]].sort());
  });
}

test("Only an event with a time is in kube-system when it is about the whole cluster", () => {
  const body = {
    metadata: { name: "a", namespace: "kube-system" },
    involvedObject: { kind: "Node", name: "n" },
  };
  assert.deepEqual(causesOf(create(events, body)), ["FieldValueInvalid involvedObject.namespace"]);
});

test("A definition's storage version is added to those that are stored when it changes", () => {
  const schema = { openAPIV3Schema: { type: "object" } };
  const versions = (stored: string): object[] =>
    ["v1", "v2"].map((name) => ({ name, served: true, storage: name === stored, schema }));
  const names = { plural: "things", singular: "thing", kind: "Thing", listKind: "ThingList" };
  const { object, errors } = create(customResourceDefinitions, {
    metadata: { name: "things.example.com" },
    spec: { group: "example.com", scope: "Cluster", names, versions: versions("v1") },
  });
  assert.deepEqual(causesOf({ errors }), []);
  const moved = update(customResourceDefinitions, object, (draft: CustomResourceDefinition) => {
    draft.spec.versions = versions("v2") as never;
  });
  assert.deepEqual(moved.errors, []);
  assert.deepEqual(moved.draft.status.storedVersions, ["v1", "v2"]);
  const dropped = update(customResourceDefinitions, moved.draft, (draft) => {
    draft.spec.versions = [draft.spec.versions?.[1] as never];
    draft.spec.names.plural = "others";
  });
  assert.deepEqual(dropped.errors.sort(), [
    "FieldValueInvalid spec.names.plural",
    "FieldValueInvalid status.storedVersions[0]",
  ]);
});

test("A definition's status takes labels along", () => {
  const { object } = create(customResourceDefinitions, {
    metadata: { name: "things.example.com" },
    spec: { group: "example.com", names: { plural: "things", kind: "Thing" } },
  });
  const { draft } = update(
    customResourceDefinitions,
    object,
    (one: KubeObject) => Object.assign(one.metadata, { labels: { a: "b" } }),
    "status",
  );
  assert.deepEqual(draft.metadata.labels, { a: "b" });
});
