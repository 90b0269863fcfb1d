/** The status of a pod, by tables: what the runtime has, and what the API shall show. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PodSpec, PodStatus } from "#api";
import { noProbes, type ProbeResults } from "../probe/results.ts";
import type { ContainerStatus } from "../runtime/runtime.ts";
import { container, ended, observation, podOf, running, sandboxAtMs } from "../testing/builders.ts";
import { podStatus } from "./pod-status.ts";
import { qosClassOf } from "./qos.ts";
import { statusPatch } from "./status-patch.ts";

interface Row {
  readonly title: string;
  readonly spec?: Partial<PodSpec>;
  readonly containers?: readonly ContainerStatus[];
  readonly before?: PodStatus;
  readonly terminal?: boolean;
  readonly probes?: Partial<ProbeResults>;
  readonly phase: string;
  /** Reason of Ready where it is False, else `True`. */
  readonly ready: string;
}

const rows: readonly Row[] = [
  { title: "no container yet", phase: "Pending", ready: "ContainersNotReady" },
  {
    title: "one of two runs",
    spec: two(),
    containers: [running("a")],
    phase: "Pending",
    ready: "ContainersNotReady",
  },
  { title: "all run", containers: [running("main")], phase: "Running", ready: "True" },
  {
    title: "a readiness probe without an answer",
    spec: { containers: [container("main", { readinessProbe: {} })] },
    containers: [running("main")],
    phase: "Running",
    ready: "ContainersNotReady",
  },
  {
    title: "a readiness probe that succeeded",
    spec: { containers: [container("main", { readinessProbe: {} })] },
    containers: [running("main")],
    probes: { readiness: () => "success" },
    phase: "Running",
    ready: "True",
  },
  {
    title: "a container that will start again",
    containers: [ended("main", 1)],
    phase: "Running",
    ready: "ContainersNotReady",
  },
  {
    title: "success while a sidecar still runs",
    spec: { restartPolicy: "Never", initContainers: [container("side", { restartPolicy: "Always" })] },
    containers: [running("side"), ended("main", 0, { createdAtMs: sandboxAtMs + 3000 })],
    before: { phase: "Running" },
    phase: "Running",
    ready: "ContainersNotReady",
  },
  {
    title: "success when all has ended",
    spec: { restartPolicy: "Never" },
    containers: [ended("main", 0)],
    terminal: true,
    phase: "Succeeded",
    ready: "PodCompleted",
  },
  {
    title: "one of two failed",
    spec: { restartPolicy: "Never", ...two() },
    containers: [ended("a", 0), ended("b", 1)],
    terminal: true,
    phase: "Failed",
    ready: "PodFailed",
  },
  {
    title: "a failed init container under Never",
    spec: { restartPolicy: "Never", initContainers: [container("one")] },
    containers: [ended("one", 1)],
    phase: "Failed",
    ready: "PodFailed",
  },
  {
    title: "a deleted pod whose server ended well",
    containers: [ended("main", 0)],
    terminal: true,
    phase: "Succeeded",
    ready: "PodCompleted",
  },
  { title: "a deleted pod that never started", terminal: true, phase: "Failed", ready: "PodFailed" },
  {
    title: "a phase that was final",
    containers: [running("main")],
    before: { phase: "Failed" },
    phase: "Failed",
    ready: "PodFailed",
  },
];

for (const row of rows) {
  test(`podStatus: ${row.title}`, () => {
    const status = statusOf(row);
    const ready = status.conditions?.find((one) => one.type === "Ready");
    assert.deepEqual(
      [status.phase, ready?.status === "True" ? "True" : ready?.reason],
      [row.phase, row.ready],
    );
  });
}

test("podStatus: a container's user and its mounts are as the runtime tells them", () => {
  const mount = { mountPath: "/v", name: "v", readOnly: true };
  const user = { uid: 7, gid: 8, supplementalGroups: [9] };
  const shown = statusOf({
    spec: {
      containers: [container("main", { volumeMounts: [{ ...mount, recursiveReadOnly: "IfPossible" }] })],
    },
    containers: [running("main", { user, recursiveReadOnly: ["/v"] })],
  }).containerStatuses?.[0];
  assert.deepEqual(shown?.user, { linux: user });
  assert.deepEqual(shown?.volumeMounts, [{ ...mount, recursiveReadOnly: "Enabled" }]);
});

test("podStatus: a container that the runtime lost has ended somehow, and is counted as restarted", () => {
  const before = statusOf({ containers: [running("main")] });
  const lost = statusOf({ before }).containerStatuses?.[0];
  assert.equal(lost?.lastState.terminated?.reason, "ContainerStatusUnknown");
  assert.deepEqual([lost?.restartCount, lost?.state.waiting?.reason], [1, "ContainerCreating"]);
});

test("podStatus: when a pod is over, no container of it waits that was to run", () => {
  const ends = (row: Partial<Row>): unknown[] => {
    const status = statusOf({ terminal: true, ...row });
    const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
    return all.map(({ state }) => state.terminated?.reason ?? state.waiting?.reason);
  };
  const unknown = "ContainerStatusUnknown";
  assert.deepEqual(ends({}), [unknown]);
  assert.deepEqual(ends({ spec: two(), containers: [ended("a", 0)] }), ["Completed", unknown]);
  const initContainers = [container("one"), container("two")];
  assert.deepEqual(ends({ spec: { initContainers } }), [unknown, "PodInitializing", "PodInitializing"]);
  const begun = { spec: { initContainers }, containers: [ended("one", 0), ended("two", 0)] };
  assert.deepEqual(ends(begun), ["Completed", "Completed", unknown]);
});

test("podStatus: conditions keep their transition time and other writers' conditions stay", () => {
  const gate = { type: "example.com/gate", status: "True", lastProbeTime: null, lastTransitionTime: null };
  const first = statusOf({ containers: [running("main")], before: { conditions: [gate] } });
  const second = statusOf({ containers: [running("main")], before: first }, 60_000);
  assert.deepEqual(second.conditions, first.conditions);
  assert.equal(
    first.conditions?.some((one) => one.type === "example.com/gate"),
    true,
  );
});

test("statusPatch: only what changed is written, and nothing when nothing did", () => {
  const first = statusOf({});
  const second = statusOf({ containers: [running("main")], before: first });
  assert.equal(statusPatch("u1", first, first), undefined);
  const patch = statusPatch("u1", first, second) as { status: Record<string, unknown> };
  assert.deepEqual(Object.keys(patch.status).sort(), [
    "$setElementOrder/conditions",
    "conditions",
    "containerStatuses",
    "phase",
  ]);
  assert.deepEqual(
    (patch.status["conditions"] as { type: string }[]).map((one) => one.type),
    ["Ready", "ContainersReady"],
  );
});

test("qosClassOf: by requests and limits of every container", () => {
  const of = (...resources: PodSpec["containers"][number]["resources"][]): string =>
    qosClassOf(
      podOf({ containers: resources.map((one, index) => container(`c${index}`, { resources: one })) }),
    );
  const full = { cpu: "1", memory: "1Gi" };
  assert.equal(of({}), "BestEffort");
  assert.equal(of({ limits: full }), "Guaranteed");
  assert.equal(of({ limits: full, requests: { cpu: "1000m", memory: "1Gi" } }), "Guaranteed");
  assert.equal(of({ limits: full }, {}), "Burstable");
  assert.equal(of({ requests: { cpu: "100m" } }), "Burstable");
  assert.equal(of({ requests: { "example.com/gpu": "1" } }), "BestEffort");
});

function two(): Partial<PodSpec> {
  return { containers: [container("a"), container("b")] };
}

function statusOf(row: Partial<Row>, laterMs = 0): PodStatus {
  const pod = { ...podOf(row.spec ?? {}), status: row.before ?? {} };
  return podStatus({
    pod,
    before: pod.status,
    observed: observation(row.containers ?? []),
    resize: { pending: undefined, inProgress: false, error: undefined },
    resources: { changeOf: () => "none" },
    probes: { ...noProbes, ...row.probes },
    troubles: new Map(),
    verdict: undefined,
    refused: false,
    terminal: row.terminal ?? false,
    hostIPs: ["192.0.2.1"],
    runtimeName: "sim",
    now: sandboxAtMs + 10_000 + laterMs,
  });
}
