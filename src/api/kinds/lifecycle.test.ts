/**
 * What create, update and delete make of objects, kind by kind, and the conversions of the kinds with two
 * versions.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { canonical } from "../codec/mod.ts";
import { applyDefaults } from "../schema/mod.ts";
import { customResourceDefinitions } from "./apiextensions/custom-resource-definition.ts";
import { deployments } from "./apps/deployment.ts";
import { horizontalPodAutoscalersV1 } from "./autoscaling/horizontal-pod-autoscaler-v1.ts";
import { horizontalPodAutoscalers } from "./autoscaling/horizontal-pod-autoscaler.ts";
import { jobs } from "./batch/job.ts";
import { namespaces } from "./core/namespace.ts";
import { pods } from "./core/pod.ts";
import { networkPolicies } from "./networking/network-policy.ts";
import { secrets } from "./core/secret.ts";
import { services } from "./core/service.ts";
import { create, update } from "./create.suite.ts";
import { eventsV1 } from "./events/event.ts";

const containers = [{ name: "c", image: "registry.example.com:5000/a/b" }];
const template = { metadata: { labels: { app: "a" } }, spec: { containers } };
const selector = { matchLabels: { app: "a" } };

test("A pod's spec is looked at again only when it changes: a stored one may be older than a rule", () => {
  const { object } = create(pods, { spec: { containers: [{ name: "c", image: " old " }] } });
  const labelled = update(pods, object, ({ metadata }) => {
    metadata.labels = { a: "b" };
  });
  assert.deepEqual(labelled.errors, []);
  const shortened = update(pods, object, ({ spec }) => {
    spec.activeDeadlineSeconds = 5;
  });
  const fault = "FieldValueInvalid spec.containers[0].image";
  assert.deepEqual(shortened.errors, [fault, fault]);
});

test("A new pod is pending, has its quality of service, and the defaults of a pod spec", () => {
  const { object } = create(pods, {
    spec: { containers: [{ ...containers[0], resources: { limits: { cpu: "1", memory: "1Gi" } } }] },
    status: { phase: "Running" },
  });
  assert.deepEqual(object.status, { phase: "Pending", qosClass: "Guaranteed" });
  assert.equal(object.metadata.generation, 1);
  const { spec } = object;
  const { dnsPolicy, restartPolicy, terminationGracePeriodSeconds, schedulerName, enableServiceLinks } = spec;
  assert.deepEqual(
    [dnsPolicy, restartPolicy, terminationGracePeriodSeconds, schedulerName, enableServiceLinks],
    ["ClusterFirst", "Always", 30, "default-scheduler", true],
  );
  assert.equal(spec.containers[0]?.imagePullPolicy, "Always");
  assert.deepEqual(spec.containers[0]?.resources.requests, { cpu: "1", memory: "1Gi" });
});

test("A gated pod says so in its condition", () => {
  const { object } = create(pods, { spec: { containers, schedulingGates: [{ name: "example.com/gate" }] } });
  assert.equal(object.status.conditions?.[0]?.reason, "SchedulingGated");
});

test("A pod may change its image and nothing else", () => {
  const { object } = create(pods, { spec: { containers } });
  const image = update(pods, object, ({ spec }) =>
    Object.assign(spec.containers[0] ?? {}, { image: "other" }),
  );
  assert.deepEqual(image.errors, []);
  assert.equal(image.draft.metadata.generation, 2);
  assert.deepEqual(update(pods, object, ({ spec }) => Object.assign(spec, { hostname: "h" })).errors, [
    "FieldValueForbidden spec",
  ]);
  assert.deepEqual(
    update(pods, object, ({ spec }) =>
      spec.containers.push({
        name: "d",
        image: "x",
        resources: {},
        imagePullPolicy: "Always",
        terminationMessagePolicy: "File",
      }),
    ).errors,
    ["FieldValueForbidden spec.containers"],
  );
});

test("A pod's status subresource leaves its spec alone, and its main resource the status", () => {
  const { object } = create(pods, { spec: { containers } });
  const change = (draft: typeof object) => {
    draft.spec.hostname = "h";
    draft.status.phase = "Running";
    draft.status.podIP = "10.0.0.1";
  };
  const { draft } = update(pods, object, change, "status");
  assert.deepEqual(
    [draft.spec.hostname, draft.status.phase, draft.status.podIPs],
    [undefined, "Running", [{ ip: "10.0.0.1" }]],
  );
  assert.equal(draft.metadata.generation, 1);
  assert.equal(update(pods, object, change).draft.status.phase, "Pending");
});

test("Resizing changes cpu and memory, and keeps the quality of service", () => {
  const { object } = create(pods, {
    spec: { containers: [{ ...containers[0], resources: { requests: { cpu: "1" } } }] },
  });
  const set = (requests: Record<string, string>) =>
    update(
      pods,
      object,
      ({ spec }) => Object.assign(spec.containers[0] ?? {}, { resources: { requests } }),
      "resize",
    );
  assert.deepEqual(set({ cpu: "2" }).errors, []);
  assert.deepEqual(set({ cpu: "1", "ephemeral-storage": "1Gi" }).errors, ["FieldValueForbidden spec"]);
  assert.ok(set({}).errors.includes("FieldValueInvalid spec"));
});

test("Ephemeral containers may be added and not be changed", () => {
  const { object } = create(pods, { spec: { containers } });
  const debug = {
    name: "d",
    image: "x",
    resources: {},
    imagePullPolicy: "Always",
    terminationMessagePolicy: "File",
  };
  const added = update(
    pods,
    object,
    ({ spec }) => Object.assign(spec, { ephemeralContainers: [debug], hostname: "h" }),
    "ephemeralcontainers",
  );
  assert.deepEqual(
    [added.errors, added.draft.spec.hostname, added.draft.spec.ephemeralContainers?.length],
    [[], undefined, 1],
  );
  assert.equal(added.draft.metadata.generation, 2);
  const changed = update(
    pods,
    added.draft,
    ({ spec }) => Object.assign(spec.ephemeralContainers?.[0] ?? {}, { image: "y" }),
    "ephemeralcontainers",
  );
  assert.deepEqual(changed.errors, ["FieldValueForbidden spec.ephemeralContainers"]);
});

test("A pod waits its grace only where a kubelet can use it", () => {
  const { object } = create(pods, { spec: { containers } });
  const grace = (nodeName: string, phase: string, seconds?: number) => {
    return pods.strategy.gracefulDelete?.(
      { ...object, spec: { ...object.spec, nodeName }, status: { phase } },
      seconds,
    );
  };
  assert.deepEqual(
    [
      grace("", "Pending"),
      grace("n", "Running"),
      grace("n", "Running", 5),
      grace("n", "Succeeded"),
      grace("n", "Running", -1),
    ],
    [0, 30, 5, 0, 1],
  );
});

test("A deployment's generation counts changes of spec and annotations, and its selector stays", () => {
  const { object } = create(deployments, { spec: { selector, template } });
  assert.deepEqual(object.spec.strategy, {
    type: "RollingUpdate",
    rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" },
  });
  const generationAfter = (change: (draft: typeof object) => void) =>
    update(deployments, object, change).draft.metadata.generation;
  assert.equal(
    generationAfter((draft) => Object.assign(draft.metadata, { labels: { x: "y" } })),
    1,
  );
  assert.equal(
    generationAfter((draft) => Object.assign(draft.metadata, { annotations: { x: "y" } })),
    2,
  );
  assert.equal(
    generationAfter((draft) => Object.assign(draft.spec, { replicas: 3 })),
    2,
  );
  const moved = update(deployments, object, ({ spec }) =>
    Object.assign(spec, { selector: { matchLabels: { app: "b" } } }),
  );
  assert.ok(moved.errors.includes("FieldValueInvalid spec.selector"));
});

test("An empty selector that comes is a change, an empty list or map is none", () => {
  const peers = (...from: object[]) => ({ spec: { podSelector: {}, ingress: [{ from }] } });
  const policy = create(networkPolicies, peers({ podSelector: {} })).object;
  const wider = update(networkPolicies, policy, ({ spec }) => {
    Object.assign(spec, peers({ namespaceSelector: {} }).spec);
  });
  assert.equal(wider.draft.metadata.generation, 2);
  const deployment = create(deployments, { spec: { selector, template } }).object;
  const same = update(deployments, deployment, ({ spec }) => {
    Object.assign(spec.template.spec, { nodeSelector: {}, tolerations: [] });
  });
  assert.equal(same.draft.metadata.generation, 1);
  const probed = update(deployments, deployment, ({ spec }) => {
    Object.assign(spec.template.spec.containers[0] ?? {}, { securityContext: {} });
  });
  assert.equal(probed.draft.metadata.generation, 2);
});

test("A namespace gets its finalizer and its name as a label", () => {
  const { object } = create(namespaces, {});
  assert.deepEqual(
    [object.spec.finalizers, object.status.phase, object.metadata.labels],
    [["kubernetes"], "Active", { "kubernetes.io/metadata.name": "a" }],
  );
});

test("stringData wins over data and is gone", () => {
  const { object } = create(secrets, { data: { a: "eA==" }, stringData: { a: "y" } });
  assert.deepEqual([object.data, object.stringData, object.type], [{ a: "eQ==" }, undefined, "Opaque"]);
});

test("clusterIP and clusterIPs follow each other", () => {
  const { object } = create(services, { spec: { clusterIP: "10.0.0.1", ports: [{ port: 80 }] } });
  assert.deepEqual([object.spec.clusterIPs, object.spec.ports?.[0]?.targetPort], [["10.0.0.1"], 80]);
  const moved = update(services, object, ({ spec }) => Object.assign(spec, { clusterIP: "10.0.0.2" }));
  assert.deepEqual(moved.errors, ["FieldValueInvalid spec.clusterIPs[0]"]);
});

test("A job selects its pods by its own uid", () => {
  const { object } = create(jobs, { spec: { template: { spec: { containers, restartPolicy: "Never" } } } });
  const uid = object.metadata.uid;
  assert.deepEqual(object.spec.selector, { matchLabels: { "batch.kubernetes.io/controller-uid": uid } });
  assert.equal(object.spec.template.metadata.labels?.["job-name"], "a");
});

test("An object may not change what identifies it, nor get finalizers while it goes", () => {
  const { object } = create(namespaces, {});
  const old = { ...object, metadata: { ...object.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
  const { errors } = update(namespaces, old, ({ metadata }) =>
    Object.assign(metadata, { uid: "other", finalizers: ["a.b/c"] }),
  );
  assert.deepEqual(errors.sort(), [
    "FieldValueForbidden metadata.finalizers",
    "FieldValueForbidden metadata.finalizers",
    "FieldValueInvalid metadata.uid",
    "FieldValueInvalid metadata.uid",
  ]);
});

test("An event of events.k8s.io is stored as a core event and comes back whole", () => {
  const { object } = create(eventsV1, {
    eventTime: "2026-01-01T00:00:00.000000Z",
    type: "Normal",
    reason: "R",
    action: "A",
    note: "text",
    reportingController: "example.com/c",
    reportingInstance: "i",
    regarding: { kind: "Pod", namespace: "default", name: "p" },
    series: { count: 3, lastObservedTime: "2026-01-01T00:00:01.000000Z" },
  });
  const conversion = eventsV1.storage?.conversion;
  assert.ok(conversion);
  const stored = conversion.toStorage(object);
  assert.equal(stored.apiVersion, "v1");
  assert.deepEqual((stored as unknown as { involvedObject: unknown }).involvedObject, object.regarding);
  assert.deepEqual(
    canonical(eventsV1.type, conversion.fromStorage(stored)),
    canonical(eventsV1.type, object),
  );
});

test("An autoscaler of version 1 carries what only version 2 knows through storage", () => {
  const conversion = horizontalPodAutoscalersV1.storage?.conversion;
  assert.ok(conversion);
  const { object } = create(horizontalPodAutoscalers, {
    spec: {
      scaleTargetRef: { kind: "Deployment", name: "d", apiVersion: "apps/v1" },
      maxReplicas: 5,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } },
        },
        {
          type: "Pods",
          pods: { metric: { name: "m" }, target: { type: "AverageValue", averageValue: "1k" } },
        },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
    },
  });
  applyDefaults(horizontalPodAutoscalers.type, object);
  const old = conversion.fromStorage(object);
  assert.equal(old.spec.targetCPUUtilizationPercentage, 60);
  const back = conversion.toStorage(old) as typeof object;
  assert.deepEqual(back.spec, object.spec);
  assert.deepEqual(back.metadata.annotations, undefined);
});

test("A definition is stored in its beta form, and comes back whole", () => {
  const version = {
    served: true,
    schema: { openAPIV3Schema: { type: "object", properties: { n: { type: "string" } } } },
    additionalPrinterColumns: [{ name: "N", type: "string", jsonPath: ".n" }],
    selectableFields: [{ jsonPath: ".n" }],
  };
  const { object, errors } = create(customResourceDefinitions, {
    metadata: { name: "widgets.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "widgets", kind: "Widget" },
      versions: [
        { name: "v1", storage: true, ...version, subresources: {} },
        { name: "v2", storage: false, ...version, subresources: { status: {} } },
      ],
      conversion: {
        strategy: "Webhook",
        webhook: { clientConfig: { url: "https://a.b/c" }, conversionReviewVersions: ["v1"] },
      },
    },
  });
  assert.deepEqual(errors.list, []);
  const conversion = customResourceDefinitions.storage?.conversion;
  assert.ok(conversion);
  const stored = conversion.toStorage(object) as unknown as { spec: Record<string, unknown> };
  assert.deepEqual(stored.spec.additionalPrinterColumns, [{ name: "N", type: "string", JSONPath: ".n" }]);
  assert.deepEqual(stored.spec.selectableFields, [{ jsonPath: ".n" }]);
  assert.deepEqual(
    [stored.spec.version, stored.spec.subresources, stored.spec.preserveUnknownFields],
    ["v1", undefined, false],
  );
  const type = customResourceDefinitions.type;
  assert.deepEqual(canonical(type, conversion.fromStorage(stored as never)), canonical(type, object));
});
