/**
 * What an update may and may not change, through the server's own path: decoding, defaults, admission, the kind's rules.
 * An empty message, a `false` or a zero behind a pointer is there; an empty list or map is not.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pod, serve } from "../served.suite.ts";

interface Row {
  readonly name: string;
  readonly path: string;
  readonly body: object;
  /** A strategic merge patch. */
  readonly patch: object;
  readonly causes: readonly string[];
}

const base = "/api/v1/namespaces/default";
const template = {
  metadata: { labels: { app: "a" } },
  spec: { containers: [{ name: "c", image: "nginx" }] },
};
const selector = { matchLabels: { app: "a" } };

function podRow(name: string, spec: object, patch: object, ...causes: readonly string[]): Row {
  return { name, path: `${base}/pods`, body: pod("a", spec), patch: { spec: patch }, causes };
}

function row(name: string, path: string, body: object, patch: object, ...causes: readonly string[]): Row {
  return { name, path, body: { metadata: { name: "a" }, ...body }, patch, causes };
}

/** A set's one claim template. */
function claims(storage: string, more: object = {}): readonly object[] {
  const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } }, ...more };
  return [{ metadata: { name: "v" }, spec }];
}

const container = { name: "c", image: "nginx", resources: { limits: { memory: "1Gi" } } };
const frozen = "FieldValueForbidden spec";
const once = { metadata: {}, spec: { ...template.spec, restartPolicy: "Never" } };
const jobs = "/apis/batch/v1/namespaces/default/jobs";

const services = `${base}/services`;
const ports = [{ port: 80 }];
const balanced = { type: "LoadBalancer", ports };
const badLabel = { metadata: { labels: { a: "!" } } };
const badLabelCause = "FieldValueInvalid metadata.labels";

const rows: readonly Row[] = [
  podRow(
    "an empty security context",
    { containers: [container] },
    { containers: [{ ...container, securityContext: {} }] },
    frozen,
  ),
  podRow(
    "an empty lifecycle",
    { containers: [container] },
    { containers: [{ ...container, lifecycle: {} }] },
    frozen,
  ),
  podRow("an empty affinity", {}, { affinity: {} }, frozen),
  podRow("a false that was not said", {}, { hostUsers: false }, frozen),
  podRow("a false that says what is so", {}, { hostNetwork: false }),
  podRow(
    "empty lists",
    { containers: [container] },
    { containers: [{ ...container, args: [], env: [] }], nodeSelector: {} },
  ),
  podRow(
    "an amount that is written otherwise",
    { containers: [container] },
    {
      containers: [
        { ...container, resources: { limits: { memory: "1073741824" }, requests: { memory: "1Gi" } } },
      ],
    },
  ),
  podRow("another image", { containers: [container] }, { containers: [{ ...container, image: "b" }] }),
  podRow(
    "a toleration without its seconds",
    { tolerations: [{ key: "a", operator: "Exists", effect: "NoExecute" }] },
    { tolerations: [{ key: "a", operator: "Exists" }] },
    "FieldValueForbidden spec.tolerations",
  ),
  row(
    "an empty policy of a job",
    jobs,
    { spec: { template: once, podReplacementPolicy: "Failed" } },
    { spec: { podFailurePolicy: { rules: [] } } },
    "FieldValueInvalid spec.podFailurePolicy",
  ),
  row(
    "an empty security context of a job's pods",
    jobs,
    { spec: { template: once } },
    { spec: { template: { spec: { containers: [{ name: "c", image: "nginx", securityContext: {} }] } } } },
    "FieldValueInvalid spec.template",
  ),
  row(
    "an empty selector of a claim template",
    "/apis/apps/v1/namespaces/default/statefulsets",
    { spec: { selector, template, serviceName: "s", volumeClaimTemplates: claims("1Gi") } },
    { spec: { volumeClaimTemplates: claims("1Gi", { selector: {} }) } },
    frozen,
  ),
  row(
    "a claim template's amount that is written otherwise",
    "/apis/apps/v1/namespaces/default/statefulsets",
    { spec: { selector, template, serviceName: "s", volumeClaimTemplates: claims("1Gi") } },
    { spec: { volumeClaimTemplates: claims("1024Mi") } },
  ),
  row(
    "the empty secret of a volume's driver",
    "/api/v1/persistentvolumes",
    {
      spec: {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOnce"],
        csi: { driver: "a.example.com", volumeHandle: "h" },
      },
    },
    { spec: { csi: { nodePublishSecretRef: {} } } },
    "FieldValueForbidden spec.persistentvolumesource",
    "FieldValueRequired spec.csi.nodePublishSecretRef.name",
    "FieldValueRequired spec.csi.nodePublishSecretRef.name",
    "FieldValueRequired spec.csi.nodePublishSecretRef.namespace",
    "FieldValueRequired spec.csi.nodePublishSecretRef.namespace",
  ),
  row(
    "a storage class's binding mode, which is invalid, and its provisioner, which is forbidden",
    "/apis/storage.k8s.io/v1/storageclasses",
    { provisioner: "a/b" },
    { volumeBindingMode: "WaitForFirstConsumer", provisioner: "a/c" },
    "FieldValueForbidden provisioner",
    "FieldValueInvalid volumeBindingMode",
  ),
  row(
    "a service's load balancer class, which is read twice, and its port for health checks",
    services,
    { spec: { ...balanced, externalTrafficPolicy: "Local", healthCheckNodePort: 30_001 } },
    { spec: { loadBalancerClass: "!", healthCheckNodePort: 30_002 } },
    "FieldValueForbidden spec.healthCheckNodePort",
    ...Array<string>(3).fill("FieldValueInvalid spec.loadBalancerClass"),
  ),
  row(
    "a service on the kubelet's port",
    services,
    { spec: balanced },
    { spec: { ports: [{ port: 80, $patch: "delete" }, { port: 10_250 }] } },
  ),
  row(
    "a service's annotations that mean something",
    services,
    { spec: { ports } },
    {
      metadata: {
        annotations: {
          "service.beta.kubernetes.io/load-balancer-source-ranges": "10.0.0.0/8, x",
          "service.kubernetes.io/topology-mode": "Auto",
          "service.kubernetes.io/topology-aware-hints": "Disabled",
        },
      },
    },
    "FieldValueForbidden metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]",
    "FieldValueInvalid metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]",
    "FieldValueInvalid metadata.annotations[service.kubernetes.io/topology-mode]",
  ),
  row(
    "a service's bad label",
    services,
    { spec: { ports } },
    badLabel,
    ...Array<string>(3).fill(badLabelCause),
  ),
  row(
    "an account's bad label",
    `${base}/serviceaccounts`,
    {},
    badLabel,
    ...Array<string>(4).fill(badLabelCause),
  ),
  row(
    "an address of endpoints",
    `${base}/endpoints`,
    { subsets: [{ addresses: [{ ip: "10.0.0.1" }] }] },
    { subsets: [{ addresses: [{ ip: "127.0.0.1" }] }] },
    "FieldValueInvalid subsets[0].addresses[0].ip",
  ),
  row(
    "times of a client's own",
    `${base}/configmaps`,
    {},
    { metadata: { creationTimestamp: "2020-01-01T00:00:00Z" } },
  ),
  row(
    "a deletion that nobody asked for",
    `${base}/configmaps`,
    {},
    { metadata: { deletionTimestamp: "2020-01-01T00:00:00Z", deletionGracePeriodSeconds: 1 } },
    ...["deletionTimestamp", "deletionGracePeriodSeconds"].flatMap((field) => [
      `FieldValueInvalid metadata.${field}`,
      `FieldValueInvalid metadata.${field}`,
    ]),
  ),
];

for (const { name, path, body, patch, causes } of rows) {
  test(`an update: ${name}`, () =>
    serve("updates", async ({ admin }) => {
      const created = await admin.post(path, body);
      assert.equal(created.status, 201, JSON.stringify(created.body));
      const answer = await admin.patch(`${path}/a`, "strategic-merge-patch+json", patch);
      const found = (answer.body.details?.causes ?? []) as {
        readonly reason: string;
        readonly field: string;
      }[];
      assert.deepEqual(
        [answer.status, ...found.map((one) => `${one.reason} ${one.field}`).sort()],
        [causes.length === 0 ? 200 : 422, ...[...causes].sort()],
      );
    }));
}
