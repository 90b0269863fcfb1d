/** One table of bad objects and the causes that a create answers with; and what good ones become. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Resource } from "../resource.ts";
import { deployments } from "./apps/deployment.ts";
import { replicaSets } from "./apps/replica-set.ts";
import { horizontalPodAutoscalers } from "./autoscaling/horizontal-pod-autoscaler.ts";
import { cronJobs } from "./batch/cron-job.ts";
import { jobs } from "./batch/job.ts";
import { leases } from "./coordination/lease.ts";
import { configMaps } from "./core/config-map.ts";
import { endpoints } from "./core/endpoints.ts";
import { events } from "./core/event.ts";
import { namespaces } from "./core/namespace.ts";
import { nodes } from "./core/node.ts";
import { persistentVolumeClaims } from "./core/persistent-volume-claim.ts";
import { pods } from "./core/pod.ts";
import { secrets } from "./core/secret.ts";
import { services } from "./core/service.ts";
import { causesOf, create } from "./create.suite.ts";
import { endpointSlices } from "./discovery/endpoint-slice.ts";
import { eventsV1 } from "./events/event.ts";
import { networkPolicies } from "./networking/network-policy.ts";
import { clusterRoleBindings } from "./rbac/cluster-role-binding.ts";
import { roles } from "./rbac/role.ts";
import { volumeAttachments } from "./storage/volume-attachment.ts";

const container = { name: "c", image: "busybox" };
const template = { metadata: { labels: { app: "a" } }, spec: { containers: [container] } };
const required = "requiredDuringSchedulingIgnoredDuringExecution";
const selector = { matchLabels: { app: "a" } };

interface Row {
  readonly name: string;
  readonly of: Resource;
  readonly body: object;
  readonly causes: readonly string[];
}

function row<T>(name: string, of: T, body: object, ...causes: readonly string[]): Row {
  return { name, of: of as Resource, body, causes: [...causes].sort() };
}

function podRow(name: string, spec: object, ...causes: readonly string[]): Row {
  return row(`A pod with ${name}`, pods, { spec: { containers: [container], ...spec } }, ...causes);
}

function containerRow(name: string, fields: object, ...causes: readonly string[]): Row {
  return podRow(
    name,
    { containers: [{ ...container, ...fields }] },
    ...causes.map((one) => one.replace("~", "spec.containers[0]")),
  );
}

const inline = "spec.source.inlineVolumeSpec";
const driver = { driver: "a.b", volumeHandle: "v" };

function attached(volume: object): object {
  const inlineVolumeSpec = { accessModes: ["ReadWriteOnce"], ...volume };
  return { spec: { attacher: "a.b", nodeName: "n", source: { inlineVolumeSpec } } };
}

const rows: readonly Row[] = [
  podRow("no fault", {}),
  podRow("no containers", { containers: [] }, "FieldValueRequired spec.containers"),
  podRow(
    "users of its own and the node's namespaces",
    { hostUsers: false, hostNetwork: true, hostPID: true, hostIPC: true },
    "FieldValueForbidden spec.hostIPC",
    "FieldValueForbidden spec.hostNetwork",
    "FieldValueForbidden spec.hostPID",
  ),
  podRow(
    "two containers of one name",
    { containers: [container, container] },
    "FieldValueDuplicate spec.containers[1].name",
  ),
  podRow(
    "an unknown restart policy",
    { restartPolicy: "Often" },
    "FieldValueNotSupported spec.restartPolicy",
  ),
  podRow(
    "a volume of two sources",
    { volumes: [{ name: "v", emptyDir: {}, hostPath: { path: "/x" } }] },
    "FieldValueForbidden spec.volumes[0].emptyDir",
  ),
  podRow(
    "a toleration of seconds without NoExecute",
    { tolerations: [{ key: "k", operator: "Exists", effect: "NoSchedule", tolerationSeconds: 1 }] },
    "FieldValueInvalid spec.tolerations[0].effect",
  ),
  podRow(
    "an affinity without terms",
    {
      affinity: {
        nodeAffinity: { [required]: { nodeSelectorTerms: [] } },
      },
    },
    `FieldValueRequired spec.affinity.nodeAffinity.${required}.nodeSelectorTerms`,
  ),
  podRow(
    "a spread of no skew",
    { topologySpreadConstraints: [{ maxSkew: 0, topologyKey: "z", whenUnsatisfiable: "DoNotSchedule" }] },
    "FieldValueInvalid spec.topologySpreadConstraints[0].maxSkew",
  ),
  podRow(
    "gates and a node",
    { nodeName: "n", schedulingGates: [{ name: "g" }] },
    "FieldValueForbidden spec.nodeName",
  ),
  podRow("DNS policy None without servers", { dnsPolicy: "None" }, "FieldValueRequired spec.dnsConfig"),
  podRow(
    "a Windows pod of a Linux user",
    { os: { name: "windows" }, securityContext: { runAsUser: 1 } },
    "FieldValueForbidden spec.securityContext.runAsUser",
  ),
  podRow(
    "a probe on a plain init container",
    { initContainers: [{ name: "i", image: "x", readinessProbe: { exec: { command: ["x"] } } }] },
    "FieldValueForbidden spec.initContainers[0].readinessProbe",
  ),
  containerRow(
    "requests above limits",
    { resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } },
    "FieldValueInvalid ~.resources.requests",
  ),
  containerRow(
    "half a device",
    { resources: { limits: { "example.com/gpu": "500m" } } },
    "FieldValueInvalid ~.resources.limits[example.com/gpu]",
    "FieldValueInvalid ~.resources.requests[example.com/gpu]",
  ),
  containerRow(
    "a probe of two handlers",
    { livenessProbe: { exec: { command: ["x"] }, tcpSocket: { port: 1 } } },
    "FieldValueForbidden ~.livenessProbe.tcpSocket",
  ),
  containerRow(
    "a mount of no volume",
    { volumeMounts: [{ name: "v", mountPath: "/v" }] },
    "FieldValueNotFound ~.volumeMounts[0].name",
  ),
  containerRow(
    "a variable of no source",
    { env: [{ name: "E", valueFrom: {} }] },
    "FieldValueInvalid ~.env[0].valueFrom",
  ),
  containerRow(
    "a port too high",
    { ports: [{ containerPort: 70_000 }] },
    "FieldValueInvalid ~.ports[0].containerPort",
  ),
  containerRow(
    "privileges against themselves",
    { securityContext: { privileged: true, allowPrivilegeEscalation: false } },
    "FieldValueInvalid ~.securityContext",
  ),
  containerRow(
    "restart rules without a policy",
    { restartPolicyRules: [{ action: "Restart", exitCodes: { operator: "In", values: [1] } }] },
    "FieldValueRequired ~.restartPolicy",
  ),
  row(
    "A bad name, label and finalizer",
    pods,
    { metadata: { name: "A", labels: { a: "-" }, finalizers: ["mine"] }, spec: { containers: [container] } },
    "FieldValueInvalid metadata.finalizers[0]",
    "FieldValueInvalid metadata.labels",
    "FieldValueInvalid metadata.name",
  ),
  row(
    "An owner without uid",
    configMaps,
    { metadata: { ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid: "" }] } },
    "FieldValueInvalid metadata.ownerReferences.uid",
  ),
  row(
    "A key in data and binaryData",
    configMaps,
    { data: { a: "1" }, binaryData: { a: "MQ==" } },
    "FieldValueInvalid data[a]",
  ),
  row(
    "A TLS secret without its key",
    secrets,
    { type: "kubernetes.io/tls", data: { "tls.crt": "" } },
    "FieldValueRequired data[tls.key]",
  ),
  row(
    "A namespace named with dots",
    namespaces,
    { metadata: { name: "a.b" } },
    "FieldValueInvalid metadata.name",
  ),
  row(
    "A taint without effect",
    nodes,
    { spec: { taints: [{ key: "k" }] } },
    "FieldValueRequired metadata.taints[0].effect",
  ),
  row(
    "A service without ports",
    services,
    { spec: { internalTrafficPolicy: "Cluster" } },
    "FieldValueRequired spec.ports",
  ),
  row(
    "A headless load balancer",
    services,
    { spec: { type: "LoadBalancer", clusterIP: "None", ports: [{ port: 1 }] } },
    "FieldValueInvalid spec.clusterIPs[0]",
  ),
  row(
    "A source range without a load balancer",
    services,
    { spec: { ports: [{ port: 1 }], loadBalancerSourceRanges: ["10.0.0.0/8"] } },
    "FieldValueForbidden spec.LoadBalancerSourceRanges",
  ),
  row(
    "An external name with addresses",
    services,
    { spec: { type: "ExternalName", externalName: "a.b", clusterIP: "10.0.0.1" } },
    "FieldValueForbidden spec.clusterIPs",
  ),
  row(
    "Loopback endpoints",
    endpoints,
    { subsets: [{ addresses: [{ ip: "127.0.0.1" }], ports: [{ port: 1 }] }] },
    "FieldValueInvalid subsets[0].addresses[0].ip",
  ),
  row(
    "An IPv6 address in an IPv4 slice",
    endpointSlices,
    { addressType: "IPv4", endpoints: [{ addresses: ["::2"] }] },
    "FieldValueInvalid endpoints[0].addresses[0]",
  ),
  row(
    "A lease of no time",
    leases,
    { spec: { leaseDurationSeconds: 0 } },
    "FieldValueInvalid spec.leaseDurationSeconds",
  ),
  row(
    "A core event about another namespace",
    events,
    { involvedObject: { namespace: "other" } },
    "FieldValueInvalid involvedObject.namespace",
  ),
  row(
    "A new event without action",
    eventsV1,
    {
      eventTime: "2026-01-01T00:00:00Z",
      type: "Normal",
      reason: "R",
      reportingController: "a.b/c",
      reportingInstance: "i",
      regarding: { namespace: "default" },
    },
    "FieldValueRequired action",
  ),
  row(
    "A selector that misses its template",
    deployments,
    { spec: { selector: { matchLabels: { app: "b" } }, template } },
    "FieldValueInvalid spec.template.metadata.labels",
  ),
  row(
    "A deployment without selector",
    deployments,
    { spec: { template } },
    "FieldValueInvalid spec.template.metadata.labels",
    "FieldValueRequired spec.selector",
  ),
  row(
    "An update that may not move",
    deployments,
    { spec: { selector, template, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } } },
    "FieldValueInvalid spec.strategy.rollingUpdate.maxUnavailable",
  ),
  row(
    "Pods of a set that end",
    replicaSets,
    { spec: { selector, template: { ...template, spec: { ...template.spec, restartPolicy: "Never" } } } },
    "FieldValueNotSupported spec.template.spec.restartPolicy",
  ),
  row(
    "A role rule without verbs",
    roles,
    { rules: [{ apiGroups: [""], resources: ["pods"] }] },
    "FieldValueRequired rules[0].verbs",
  ),
  row(
    "A cluster binding to a Role",
    clusterRoleBindings,
    { roleRef: { kind: "Role", name: "r" }, subjects: [{ kind: "User", name: "u" }] },
    "FieldValueNotSupported roleRef.kind",
  ),
  row(
    "A job that restarts for ever",
    jobs,
    { spec: { template: { spec: { containers: [container] } } } },
    "FieldValueRequired spec.template.spec.restartPolicy",
  ),
  row(
    "A schedule of four fields",
    cronJobs,
    {
      spec: {
        schedule: "* * * *",
        jobTemplate: { spec: { template: { spec: { containers: [container], restartPolicy: "Never" } } } },
      },
    },
    "FieldValueInvalid spec.schedule",
  ),
  row(
    "A claim for nothing",
    persistentVolumeClaims,
    { spec: { accessModes: ["ReadWriteOnce"] } },
    "FieldValueRequired spec.resources[storage]",
  ),
  row(
    "A block that is no range",
    networkPolicies,
    { spec: { ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0" } }] }] } },
    "FieldValueInvalid spec.ingress[0].from[0].ipBlock.cidr",
  ),
  row(
    "An autoscaler of core pods",
    horizontalPodAutoscalers,
    { spec: { scaleTargetRef: { kind: "Deployment", name: "d", apiVersion: "apps" }, maxReplicas: 1 } },
    "FieldValueInvalid spec.scaleTargetRef.apiVersion",
  ),
  row("An attached volume of a pod's own", volumeAttachments, attached({ csi: driver })),
  row(
    "An attached volume that a claim could find",
    volumeAttachments,
    attached({
      csi: driver,
      capacity: { storage: "1Gi" },
      claimRef: { name: "c" },
      nodeAffinity: {},
      storageClassName: "fast",
    }),
    ...["capacity", "claimRef", "nodeAffinity", "storageClassName"].map(
      (field) => `FieldValueForbidden ${inline}.${field}`,
    ),
  ),
  row(
    "An attached volume of raw blocks that is recycled",
    volumeAttachments,
    attached({ csi: driver, volumeMode: "Block", persistentVolumeReclaimPolicy: "Recycle" }),
    `FieldValueForbidden ${inline}.persistentVolumeReclaimPolicy`,
    `FieldValueForbidden ${inline}.volumeMode`,
  ),
  row(
    "An attached volume of one node's disk",
    volumeAttachments,
    attached({ local: { path: "/disk" } }),
    `FieldValueRequired ${inline}.nodeAffinity`,
    `FieldValueRequired ${inline}.csi`,
  ),
];

for (const { name, of, body, causes } of rows) {
  test(`${name}: ${causes.length === 0 ? "is created" : "is refused with its causes"}`, () => {
    assert.deepEqual(causesOf(create(of, body)), causes);
  });
}
