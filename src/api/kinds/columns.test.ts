/** Cells as `kubectl get -o wide` prints them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "../codec/mod.ts";
import { humanDuration } from "../human-duration.ts";
import type { Resource } from "../resource.ts";
import type { KubeObject } from "../schema/mod.ts";
import { mutatingAdmissionPolicyBindings } from "./admissionregistration/mutating-admission-policy.ts";
import { validatingAdmissionPolicyBindings } from "./admissionregistration/validating-admission-policy.ts";
import { apiServices } from "./apiregistration/api-service.ts";
import { certificateSigningRequests } from "./certificates/certificate-signing-request.ts";
import { endpoints } from "./core/endpoints.ts";
import { events } from "./core/event.ts";
import { nodes } from "./core/node.ts";
import { pods } from "./core/pod.ts";
import { services } from "./core/service.ts";
import { endpointSlices } from "./discovery/endpoint-slice.ts";
import { ingresses } from "./networking/ingress.ts";
import { resourceClaims } from "./resource/resource-claim.ts";
import { csiDrivers } from "./storage/csi-driver.ts";
import { volumeAttributesClasses } from "./storage/volume-attributes-class.ts";
import { horizontalPodAutoscalers } from "./autoscaling/horizontal-pod-autoscaler.ts";

const balancers = {
  loadBalancer: { ingress: [{ hostname: "b.example.com" }, { ip: "1.1.1.1" }, { ip: "1.1.1.1" }, {}] },
};
const defaultClass = { "volumeattributesclass.alpha.kubernetes.io/is-default-class": "true" };
const rulesOf = (...hosts: string[]) => hosts.map((host) => (host === "" ? {} : { host }));
const certified = (...types: string[]) => ({ status: { conditions: types.map((type) => ({ type })) } });

const now = Date.UTC(2026, 0, 1, 1);
const hourAgo = "2026-01-01T00:00:00Z";

function cells<T extends KubeObject>(resource: Resource<T>, body: object): Record<string, unknown> {
  const metadata = { name: "a", creationTimestamp: hourAgo, ...(body as { metadata?: object }).metadata };
  const { object } = decode(resource.type, { ...body, metadata });
  return Object.fromEntries(resource.columns.map((column) => [column.name, column.cell(object, now)]));
}

function pod(status: object, spec: object = {}, metadata: object = {}): Record<string, unknown> {
  return cells(pods, { metadata, spec: { containers: [{ name: "c" }], ...spec }, status });
}

const running = { name: "c", ready: true, state: { running: {} } };
const waiting = {
  name: "c",
  state: { waiting: { reason: "CrashLoopBackOff" } },
  restartCount: 2,
  lastState: { terminated: { finishedAt: "2026-01-01T00:59:55Z" } },
};
const sidecar = { name: "i", restartPolicy: "Always" };

const rows: readonly (readonly [
  name: string,
  cells: Record<string, unknown>,
  want: readonly [string, string, string],
])[] = [
  ["is pending", pod({ phase: "Pending" }), ["0/1", "Pending", "0"]],
  ["runs", pod({ phase: "Running", containerStatuses: [running] }), ["1/1", "Running", "0"]],
  [
    "crashes",
    pod({ phase: "Running", containerStatuses: [waiting] }),
    ["0/1", "CrashLoopBackOff", "2 (5s ago)"],
  ],
  [
    "ended by a signal",
    pod({
      phase: "Failed",
      containerStatuses: [{ name: "c", state: { terminated: { exitCode: 137, signal: 9 } } }],
    }),
    ["0/1", "Signal:9", "0"],
  ],
  [
    "initializes",
    pod(
      { phase: "Pending", initContainerStatuses: [{ name: "i", state: { running: {} } }] },
      { initContainers: [{ name: "i" }] },
    ),
    ["0/1", "Init:0/1", "0"],
  ],
  [
    "fails to initialize",
    pod(
      { phase: "Pending", initContainerStatuses: [{ name: "i", state: { terminated: { exitCode: 3 } } }] },
      { initContainers: [{ name: "i" }] },
    ),
    ["0/1", "Init:ExitCode:3", "0"],
  ],
  [
    "has a sidecar",
    pod(
      {
        phase: "Running",
        initContainerStatuses: [{ name: "i", started: true, ready: true, state: { running: {} } }],
        containerStatuses: [running],
      },
      { initContainers: [sidecar] },
    ),
    ["2/2", "Running", "0"],
  ],
  [
    "is gated",
    pod({ phase: "Pending", conditions: [{ type: "PodScheduled", reason: "SchedulingGated" }] }),
    ["0/1", "SchedulingGated", "0"],
  ],
  [
    "terminates",
    pod({ phase: "Running", containerStatuses: [running] }, {}, { deletionTimestamp: hourAgo }),
    ["1/1", "Terminating", "0"],
  ],
];

for (const [name, got, want] of rows) {
  test(`A pod that ${name} prints ${want.join(" ")}`, () =>
    assert.deepEqual([got.Ready, got.Status, got.Restarts], want));
}

test("A node prints its roles, its state and whether it takes pods", () => {
  const labels = { "node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/control-plane": "" };
  const got = cells(nodes, {
    metadata: { labels },
    spec: { unschedulable: true },
    status: { conditions: [{ type: "Ready", status: "False" }] },
  });
  assert.deepEqual(
    [got.Status, got.Roles, got.Age],
    ["NotReady,SchedulingDisabled", "control-plane,worker", "60m"],
  );
});

test("A service prints its ports and addresses by type", () => {
  const got = cells(services, {
    spec: {
      type: "LoadBalancer",
      clusterIPs: ["10.0.0.1"],
      ports: [{ port: 80, nodePort: 30_080, protocol: "TCP" }],
    },
  });
  assert.deepEqual(
    [got["Cluster-IP"], got["External-IP"], got["Port(s)"], got.Selector],
    ["10.0.0.1", "<pending>", "80:30080/TCP", "<none>"],
  );
});

test("An endpoint slice prints three of its addresses", () => {
  const got = cells(endpointSlices, {
    addressType: "IPv4",
    endpoints: [{ addresses: ["1.1.1.1", "1.1.1.2"] }, { addresses: ["1.1.1.3", "1.1.1.4"] }],
    ports: [{ name: "web" }, { port: 80 }],
  });
  assert.deepEqual([got.Endpoints, got.Ports], ["1.1.1.1,1.1.1.2,1.1.1.3 + 1 more...", "web,80"]);
});

test("An event prints when it was seen last, how often and by whom", () => {
  const got = cells(events, {
    involvedObject: { kind: "Pod", name: "p" },
    eventTime: hourAgo,
    series: { count: 4, lastObservedTime: "2026-01-01T00:59:00Z" },
    reportingComponent: "c",
    message: " m\n",
  });
  assert.deepEqual(
    [got["Last Seen"], got["First Seen"], got.Count, got.Object, got.Source, got.Message],
    ["60s", "60m", 4, "pod/p", "c", "m"],
  );
});

test("An autoscaler prints two of its metrics", () => {
  const metric = {
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } },
  };
  const got = cells(horizontalPodAutoscalers, {
    spec: { scaleTargetRef: { kind: "D", name: "d" }, maxReplicas: 3, metrics: [metric, metric, metric] },
  });
  assert.equal(got.Targets, "cpu: <unknown>/60%, cpu: <unknown>/60% + 1 more...");
});

/** Cells in states that no recorded table shows. */
const odd: readonly (readonly [
  resource: Resource<KubeObject>,
  body: object,
  column: string,
  want: unknown,
])[] = [
  [services, { spec: { type: "LoadBalancer" }, status: balancers }, "External-IP", "1.1.1.1,b.example.com"],
  [ingresses, { status: balancers }, "Address", "1.1.1.1,b.example.com"],
  [ingresses, { spec: { rules: rulesOf("a", "b", "c") } }, "Hosts", "a,b,c"],
  [ingresses, { spec: { rules: rulesOf("", "a", "b", "c", "") } }, "Hosts", "a,b,c + 2 more..."],
  [ingresses, { spec: { rules: rulesOf("", "") } }, "Hosts", "*"],
  [endpoints, {}, "Endpoints", "<none>"],
  [endpoints, { subsets: [{ ports: [{ port: 80 }] }] }, "Endpoints", ""],
  [csiDrivers, { spec: {} }, "TokenRequests", "<unset>"],
  [csiDrivers, { spec: { tokenRequests: [{ audience: "" }] } }, "TokenRequests", ""],
  [volumeAttributesClasses, { metadata: { annotations: defaultClass } }, "Name", "a (default)"],
  [certificateSigningRequests, certified("Failed"), "Condition", "Pending,Failed"],
  [certificateSigningRequests, certified("Other"), "Condition", "Pending"],
  [certificateSigningRequests, certified("Approved", "Other", "Failed"), "Condition", "Approved,Failed"],
  [certificateSigningRequests, certified("Denied", "Approved"), "Condition", "Denied"],
  [resourceClaims, { status: {} }, "State", "pending"],
  [resourceClaims, { status: { reservedFor: [{}] } }, "State", "pending"],
  [resourceClaims, { status: { allocation: {}, reservedFor: [{}] } }, "State", "allocated,reserved"],
  [resourceClaims, { metadata: { deletionTimestamp: hourAgo } }, "State", "deleted"],
  [apiServices, { status: { conditions: [{ type: "Available", status: "False" }] } }, "Available", "False"],
  [apiServices, {}, "Available", "Unknown"],
  [validatingAdmissionPolicyBindings, { spec: {} }, "ParamRef", "<unset>"],
  [validatingAdmissionPolicyBindings, { spec: { paramRef: {} } }, "ParamRef", "<unset>"],
  [mutatingAdmissionPolicyBindings, { spec: { paramRef: { name: "p" } } }, "ParamRef", "*/p"],
  [
    mutatingAdmissionPolicyBindings,
    { spec: { paramRef: { selector: { matchLabels: { b: "2", a: "1" } } } } },
    "ParamRef",
    "&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:[]LabelSelectorRequirement{},}",
  ],
];
for (const [resource, body, column, want] of odd) {
  test(`${resource.kind} prints ${JSON.stringify(want)} of ${JSON.stringify(body)}`, () =>
    assert.equal(cells(resource, body)[column], want));
}

test("An autoscaler prints what is measured of the metric that is asked for, and not of another", () => {
  const target = { type: "AverageValue", averageValue: "5" };
  const metrics = [{ type: "Pods", pods: { metric: { name: "m" }, target } }];
  const currentMetrics = [{ type: "Resource", resource: { name: "cpu", current: { averageValue: "1" } } }];
  const spec = { scaleTargetRef: { kind: "D", name: "d" }, maxReplicas: 3, metrics };
  assert.equal(cells(horizontalPodAutoscalers, { spec, status: { currentMetrics } }).Targets, "<unknown>/5");
});

test("humanDuration() keeps what matters", () => {
  const second = 1000;
  const want = {
    [90]: "90s",
    [200]: "3m20s",
    [3600]: "60m",
    [5 * 3600]: "5h",
    [30 * 3600]: "30h",
    [3 * 86_400 + 7200]: "3d2h",
    [800 * 86_400]: "2y70d",
  };
  for (const [seconds, text] of Object.entries(want))
    assert.equal(humanDuration(Number(seconds) * second), text);
  assert.deepEqual([humanDuration(-1000), humanDuration(-3000)], ["0s", "<invalid>"]);
});
