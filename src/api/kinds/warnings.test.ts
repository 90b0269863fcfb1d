/** What each kind warns of: works today, and not as its author thinks, or not for long. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { canonical } from "../codec/decode.ts";
import { resources } from "./mod.ts";

function warningsOf(kind: string, object: object): readonly string[] {
  const resource = resources.find((one) => one.kind === kind);
  assert.ok(resource !== undefined);
  const { type, strategy } = resource;
  return (
    strategy.warnings?.(canonical(type, { metadata: { name: "a" }, ...object }) as never, undefined) ?? []
  );
}

const pod = (spec: object, annotations: object = {}): object => ({
  metadata: { name: "a", annotations },
  spec: { containers: [], ...spec },
});
const one = (container: object): object => pod({ containers: [{ name: "c", image: "i", ...container }] });
const term = { topologyKey: "zone" };
const beta = "beta.kubernetes.io/os";

const rows: readonly (readonly [kind: string, object: object, warnings: readonly RegExp[]])[] = [
  ["Pod", one({}), []],
  ["Pod", { metadata: { name: "a.b" }, spec: {} }, [/^metadata.name: this is used in the Pod's hostname/]],
  [
    "Pod",
    pod({ nodeSelector: { [beta]: "linux" } }),
    [/^spec.nodeSelector\[beta.kubernetes.io\/os\]: deprecated since v1.14/],
  ],
  [
    "Pod",
    pod({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: beta, operator: "Exists" }] }],
          },
        },
      },
    }),
    [/nodeSelectorTerms\[0\].matchExpressions\[0\].key: beta/],
  ],
  [
    "Pod",
    pod({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }),
    [/podAffinity.*\[0\].labelSelector: a null labelSelector/],
  ],
  [
    "Pod",
    pod({
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "failure-domain.beta.kubernetes.io/zone",
          whenUnsatisfiable: "ScheduleAnyway",
        },
      ],
    }),
    [/topologyKey: failure-domain/, /a null labelSelector/],
  ],
  [
    "Pod",
    pod({ hostAliases: [{ ip: "1.2.3.4" }, { ip: "1.2.3.4" }] }),
    [/^spec.hostAliases\[1\].ip: duplicate ip "1.2.3.4"$/],
  ],
  [
    "Pod",
    pod({ imagePullSecrets: [{ name: "s" }, { name: "s" }, { name: "" }] }),
    [/\[1\].name: duplicate name "s"/, /\[2\].name: invalid empty name/],
  ],
  ["Pod", pod({ terminationGracePeriodSeconds: -1 }), [/^spec.terminationGracePeriodSeconds: must be >= 0/]],
  [
    "Pod",
    pod({ volumes: [{ name: "v", glusterfs: { endpoints: "e", path: "p" } }] }),
    [/^spec.volumes\[0\].glusterfs: deprecated in v1.25/],
  ],
  [
    "Pod",
    pod({ volumes: [{ name: "v", emptyDir: { sizeLimit: "1500m" } }] }),
    [/sizeLimit: fractional byte value "1500m"/],
  ],
  [
    "Pod",
    one({
      env: [
        { name: "A", value: "1" },
        { name: "A", value: "2" },
      ],
    }),
    [/^spec.containers\[0\].env\[1\]: hides previous definition of "A"/],
  ],
  [
    "Pod",
    one({
      env: [
        { name: "A", value: "1" },
        { name: "A", value: "$(A):2" },
      ],
    }),
    [],
  ],
  [
    "Pod",
    one({
      ports: [
        { containerPort: 80, protocol: "TCP" },
        { containerPort: 80, protocol: "TCP" },
        { containerPort: 80, protocol: "UDP" },
      ],
    }),
    [/^spec.containers\[0\].ports\[1\]: duplicate port definition with spec.containers\[0\].ports\[0\]$/],
  ],
  [
    "Pod",
    one({ resources: { requests: { memory: "100m", cpu: "100m" }, limits: { memory: "2Gi" } } }),
    [/requests\[memory\]: fractional byte value "100m"/],
  ],
  [
    "Pod",
    pod({}, { "container.apparmor.security.beta.kubernetes.io/c": "runtime/default" }),
    [/appArmorProfile/],
  ],
  ["Pod", pod({}, { "seccomp.security.alpha.kubernetes.io/pod": "runtime/default" }), [/seccompProfile/]],
  [
    "Deployment",
    { metadata: { name: "a.b" }, spec: { template: one({ env: [{ name: "A" }, { name: "A" }] }) } },
    [/^metadata.name: this is used in Pod names/, /^spec.template.spec.containers\[0\].env\[1\]/],
  ],
  [
    "CronJob",
    { spec: { jobTemplate: { spec: { template: pod({ nodeSelector: { [beta]: "x" } }) } } } },
    [/^spec.jobTemplate.spec.template.spec.nodeSelector/],
  ],
  ["StatefulSet", { spec: { revisionHistoryLimit: -1, template: pod({}) } }, [/^spec.revisionHistoryLimit/]],
  [
    "Service",
    { spec: { type: "ClusterIP", clusterIP: "None", externalIPs: ["1.2.3.4"], sessionAffinity: "ClientIP" } },
    [/externalIPs is ignored/, /SessionAffinity is ignored/],
  ],
  [
    "Service",
    {
      spec: {
        type: "ClusterIP",
        clusterIPs: ["fd00::0:1"],
        externalIPs: ["fd00::A"],
        loadBalancerSourceRanges: ["FD00::/8"],
        sessionAffinity: "None",
        externalName: "a",
        trafficDistribution: "PreferClose",
      },
    },
    [
      /^spec.clusterIPs\[0\]: .*\("fd00::1"\)$/,
      /^spec.externalIPs\[0\]: .*\("fd00::a"\)$/,
      /^spec.loadBalancerSourceRanges\[0\]: .*\("fd00::\/8"\)$/,
      /^spec.externalName is ignored/,
      /^spec.trafficDistribution/,
    ],
  ],
  [
    "Endpoints",
    { subsets: [{ addresses: [{ ip: "fd00::a" }], notReadyAddresses: [{ ip: "fd00::A" }] }] },
    [/^subsets\[0\].notReadyAddresses\[0\].ip: IPv6 address/],
  ],
  ["EndpointSlice", { addressType: "FQDN", endpoints: [] }, [/^spec.addressType: FQDN/]],
  [
    "EndpointSlice",
    { addressType: "IPv6", endpoints: [{ addresses: ["fd00::a", "fd00::A"] }] },
    [/^endpoints\[0\].addresses\[1\]: IPv6 address/],
  ],
  [
    "EndpointSlice",
    {
      metadata: {
        name: "a",
        labels: { "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io" },
      },
      addressType: "IPv6",
      endpoints: [{ addresses: ["fd00::A"] }],
    },
    [],
  ],
  [
    "NetworkPolicy",
    {
      spec: {
        podSelector: {},
        ingress: [{ from: [{ ipBlock: { cidr: "fd00::0/8", except: ["fd01::A000/112"] } }] }],
      },
    },
    [/^spec.ingress\[0\].from\[0\].ipBlock.cidr: IPv6 CIDR/, /ipBlock.except\[0\]: IPv6 CIDR/],
  ],
  [
    "CSIStorageCapacity",
    {
      storageClassName: "c",
      nodeTopology: {
        matchLabels: { [beta]: "x" },
        matchExpressions: [{ key: beta, operator: "Exists" }],
      },
    },
    [/^nodeTopology.matchExpressions\[0\]: beta.* is deprecated/, /^nodeTopology.matchLabels.beta/],
  ],
  [
    "PersistentVolume",
    { spec: { persistentVolumeReclaimPolicy: "Recycle", rbd: { image: "i", monitors: [] } } },
    [/Recycle reclaim policy is deprecated/, /^spec.rbd: deprecated/],
  ],
  [
    "PersistentVolumeClaim",
    {
      metadata: { name: "a", annotations: { "volume.beta.kubernetes.io/storage-class": "x" } },
      spec: { resources: { requests: { storage: "1500m" } } },
    },
    [/storageClassName/, /fractional/],
  ],
  [
    "Ingress",
    { metadata: { name: "a", annotations: { "kubernetes.io/ingress.class": "x" } } },
    [/spec.ingressClassName/],
  ],
  [
    "StorageClass",
    { allowedTopologies: [{ matchLabelExpressions: [{ key: beta, values: [] }] }] },
    [/^allowedTopologies\[0\].matchLabelExpressions\[0\].key/],
  ],
  [
    "RuntimeClass",
    { handler: "h", scheduling: { nodeSelector: { [beta]: "x" } } },
    [/^scheduling.nodeSelector/],
  ],
  [
    "ServiceAccount",
    { metadata: { name: "a", annotations: { "kubernetes.io/enforce-mountable-secrets": "true" } } },
    [/deprecated in v1.32/],
  ],
];
for (const [kind, object, expected] of rows) {
  test(`${kind} ${JSON.stringify(object).slice(0, 90)} warns ${expected.length} times`, () => {
    const found = warningsOf(kind, object);
    assert.equal(found.length, expected.length, found.join("\n"));
    for (const [i, pattern] of expected.entries()) assert.match(found[i] ?? "", pattern);
  });
}
