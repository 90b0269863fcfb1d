/** The plan of a pod, by tables: what there is, and what is to be done. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { core, PodSpec, PodStatus } from "#api";
import { noProbes, type ProbeResults } from "../probe/results.ts";
import type { ContainerStatus, SandboxStatus } from "../runtime/runtime.ts";
import {
  container,
  ended,
  instance,
  observation,
  podOf,
  readySandboxOf,
  running,
  sandboxAtMs,
} from "../testing/builders.ts";
import { BackOffTable } from "./back-off.ts";
import { planPod, type PodPlan } from "./plan.ts";

interface Row {
  readonly title: string;
  readonly spec?: Partial<PodSpec>;
  readonly containers?: readonly ContainerStatus[];
  readonly sandboxes?: readonly SandboxStatus[];
  readonly probes?: Partial<ProbeResults>;
  readonly state?: core.ContainerState;
  /** As `words` writes them; `finished` alone when the pod is over. */
  readonly expect: readonly string[];
}

const init = (name: string): ReturnType<typeof container> => container(name);
const sidecar = (name: string): ReturnType<typeof container> => container(name, { restartPolicy: "Always" });
const dead = readySandboxOf({ state: "SANDBOX_NOTREADY", ips: [] });
const failure = (): "failure" => "failure";
const nothingHeld = { leftMs: () => 0 };

const rows: readonly Row[] = [
  { title: "a new pod gets a sandbox", sandboxes: [], expect: ["create-sandbox 0"] },
  {
    title: "then its containers",
    spec: { containers: [container("a"), container("b")] },
    expect: ["start a 0", "start b 0"],
  },
  {
    title: "a container that the runtime has forgotten goes on with its count",
    state: { running: { startedAt: null } },
    expect: ["start main 4"],
  },
  {
    title: "which a status that tells of the loss has counted already",
    state: { waiting: { reason: "ContainerCreating" } },
    expect: ["start main 3"],
  },
  { title: "a pod that runs needs nothing", containers: [running("main")], expect: [] },
  {
    title: "a dead sandbox is replaced",
    sandboxes: [dead],
    containers: [ended("main", 137)],
    expect: ["stop-sandbox", "create-sandbox 1"],
  },
  {
    title: "but not when all is done",
    spec: { restartPolicy: "Never" },
    sandboxes: [dead],
    containers: [ended("main", 137)],
    expect: ["finished"],
  },
  {
    title: "a sandbox without an address is replaced",
    sandboxes: [readySandboxOf({ ips: [] })],
    expect: ["stop-sandbox", "create-sandbox 1"],
  },
  { title: "a container that ended starts again", containers: [ended("main", 1)], expect: ["start main 1"] },
  { title: "Always restarts success too", containers: [ended("main", 0)], expect: ["start main 1"] },
  {
    title: "OnFailure restarts failure",
    spec: { restartPolicy: "OnFailure" },
    containers: [ended("main", 2)],
    expect: ["start main 1"],
  },
  {
    title: "OnFailure ends with success",
    spec: { restartPolicy: "OnFailure" },
    containers: [ended("main", 0)],
    expect: ["finished"],
  },
  {
    title: "Never ends with failure",
    spec: { restartPolicy: "Never" },
    containers: [ended("main", 2)],
    expect: ["finished"],
  },
  {
    title: "a pod is not over while another container runs",
    spec: { restartPolicy: "Never", containers: [container("a"), container("b")] },
    containers: [ended("a", 0), running("b")],
    expect: [],
  },
  {
    title: "a container's own policy goes before the pod's",
    spec: { restartPolicy: "Never", containers: [container("main", { restartPolicy: "OnFailure" })] },
    containers: [ended("main", 1)],
    expect: ["start main 1"],
  },
  {
    title: "a rule by exit code goes before both",
    spec: {
      restartPolicy: "Never",
      containers: [
        container("main", {
          restartPolicy: "Never",
          restartPolicyRules: [{ action: "Restart", exitCodes: { operator: "In", values: [42] } }],
        }),
      ],
    },
    containers: [ended("main", 42)],
    expect: ["start main 1"],
  },
  {
    title: "a rule may restart all containers, the init containers first",
    spec: {
      initContainers: [init("setup")],
      containers: [
        container("main", {
          restartPolicy: "Never",
          restartPolicyRules: [
            { action: "RestartAllContainers", exitCodes: { operator: "In", values: [9] } },
          ],
        }),
        container("other"),
      ],
    },
    containers: [ended("setup", 0), ended("main", 9), running("other")],
    expect: ["kill other restart-all", "start setup 1"],
  },
  {
    title: "but not those that run since, by a clock that was set back",
    spec: {
      containers: [
        container("main", {
          restartPolicyRules: [
            { action: "RestartAllContainers", exitCodes: { operator: "In", values: [9] } },
          ],
        }),
      ],
    },
    containers: [
      ended("main", 9, { finishedAtMs: sandboxAtMs + 600_000 }),
      instance(
        container("main", {
          restartPolicyRules: [
            { action: "RestartAllContainers", exitCodes: { operator: "In", values: [9] } },
          ],
        }),
        { restarts: 1 },
      ),
    ],
    expect: [],
  },
  {
    title: "init containers come first",
    spec: { initContainers: [init("x"), init("y")] },
    expect: ["start x 0"],
  },
  {
    title: "one after the other",
    spec: { initContainers: [init("x"), init("y")] },
    containers: [running("x")],
    expect: [],
  },
  {
    title: "in order",
    spec: { initContainers: [init("x"), init("y")] },
    containers: [ended("x", 0)],
    expect: ["start y 0"],
  },
  {
    title: "and the runtime may have forgotten those that are done",
    spec: { initContainers: [init("x"), init("y")] },
    containers: [ended("y", 0)],
    expect: ["start main 0"],
  },
  {
    title: "a failed init container is tried again",
    spec: { initContainers: [init("x")] },
    containers: [ended("x", 1)],
    expect: ["start x 1"],
  },
  {
    title: "or fails the pod",
    spec: { initContainers: [init("x")], restartPolicy: "Never" },
    containers: [ended("x", 1)],
    expect: ["finished"],
  },
  {
    title: "init containers of an old sandbox run again in a new one",
    spec: { initContainers: [init("x")] },
    sandboxes: [readySandboxOf({ id: "sandbox-1", attempt: 1, createdAtMs: sandboxAtMs + 60_000 })],
    containers: [ended("x", 0), ended("main", 137)],
    expect: ["start x 1"],
  },
  {
    title: "a sandbox of before the clock was set back is the older one",
    sandboxes: [
      { ...dead, createdAtMs: sandboxAtMs + 60_000 },
      readySandboxOf({ id: "sandbox-1", attempt: 1 }),
    ],
    containers: [
      ended("main", 137, { createdAtMs: sandboxAtMs + 61_000 }),
      running("main", { restarts: 1, podSandboxId: "sandbox-1" }),
    ],
    expect: [],
  },
  {
    title: "and its init containers run again",
    spec: { initContainers: [init("x")] },
    sandboxes: [
      { ...dead, createdAtMs: sandboxAtMs + 60_000 },
      readySandboxOf({ id: "sandbox-1", attempt: 1 }),
    ],
    containers: [
      ended("x", 0, { createdAtMs: sandboxAtMs + 61_000 }),
      ended("main", 137, { createdAtMs: sandboxAtMs + 62_000 }),
    ],
    expect: ["start x 1"],
  },
  {
    title: "a sidecar lets the next one begin",
    spec: { initContainers: [sidecar("s"), init("x")] },
    containers: [running("s")],
    expect: ["start x 0"],
  },
  {
    title: "not before its startup probe has succeeded",
    spec: { initContainers: [container("s", { restartPolicy: "Always", startupProbe: {} }), init("x")] },
    containers: [running("s")],
    expect: [],
  },
  {
    title: "a sidecar restarts beside a running pod",
    spec: { initContainers: [sidecar("s")] },
    containers: [ended("s", 1), running("main", { createdAtMs: sandboxAtMs + 3000 })],
    expect: ["start s 1"],
  },
  {
    title: "sidecars keep no pod alive",
    spec: { initContainers: [sidecar("s")], restartPolicy: "Never" },
    containers: [running("s"), ended("main", 0, { createdAtMs: sandboxAtMs + 3000 })],
    expect: ["finished"],
  },
  {
    title: "a changed image restarts the container",
    containers: [instance(container("main", { image: "old" }), {})],
    expect: ["kill main changed", "start main 1"],
  },
  {
    title: "even with Never",
    spec: { restartPolicy: "Never" },
    containers: [instance(container("main", { image: "old" }), {})],
    expect: ["kill main changed", "start main 1"],
  },
  {
    title: "a failed liveness probe restarts it",
    containers: [running("main")],
    probes: { liveness: failure },
    expect: ["kill main liveness", "start main 1"],
  },
  {
    title: "or ends it for good",
    spec: { restartPolicy: "Never", containers: [container("main"), container("b")] },
    containers: [running("main"), running("b")],
    probes: { liveness: (id) => (id === "main-0" ? "failure" : undefined) },
    expect: ["kill main liveness"],
  },
  {
    title: "of dead instances only the last is kept",
    containers: [
      ended("main", 1),
      ended("main", 1, { restarts: 1 }),
      ended("main", 1, { restarts: 2 }),
      running("main", { restarts: 3 }),
    ],
    expect: ["remove main-1", "remove main-0"],
  },
  {
    title: "an ephemeral container starts once",
    spec: { ephemeralContainers: [{ ...container("debug"), name: "debug" }] },
    containers: [running("main"), ended("debug", 1)],
    expect: [],
  },
];

for (const row of rows) {
  test(`planPod: ${row.title}`, () => {
    const plan = planPod({
      pod: { ...podOf(row.spec ?? {}), status: row.state === undefined ? {} : statusOf(row.state) },
      observed: observation(row.containers ?? [], row.sandboxes),
      probes: { ...noProbes, ...row.probes },
      backOff: new BackOffTable({ firstMs: 10_000, maxMs: 300_000 }),
      holds: nothingHeld,
      resources: { changeOf: () => "none" as const },
      now: sandboxAtMs + 100_000,
    });
    assert.deepEqual(words(plan), row.expect);
  });
}

test("planPod: back-off doubles from 10 s to 300 s, and is forgotten after ten minutes", () => {
  const backOff = new BackOffTable({ firstMs: 10_000, maxMs: 300_000 });
  const waits: number[] = [];
  let now = sandboxAtMs;
  for (let restarts = 0; restarts < 8; restarts += 1) {
    const finishedAtMs = now;
    const observed = observation([ended("main", 1, { restarts, finishedAtMs })]);
    const plan = planPod({
      pod: podOf({}),
      observed,
      probes: noProbes,
      backOff,
      holds: nothingHeld,
      resources: { changeOf: () => "none" as const },
      now,
    });
    const leftMs = plan.waiting[0]?.leftMs ?? 0;
    waits.push(leftMs / 1000);
    now += leftMs;
    backOff.fail("main", finishedAtMs, now);
  }
  assert.deepEqual(waits, [0, 10, 20, 40, 80, 160, 300, 300]);
  assert.equal(backOff.leftMs("main", now + 600_001, now + 600_001), 0);
});

test("BackOffTable: a failure that is yet to come, by a clock that was set back, waits no longer", () => {
  const backOff = new BackOffTable({ firstMs: 10_000, maxMs: 300_000 });
  backOff.fail("main", 100_000, 100_000);
  assert.equal(backOff.leftMs("main", 101_000, 102_000), 9_000);
  assert.equal(backOff.leftMs("main", 101_000, 100_999), 0);
});

test("planPod: a container in back-off keeps its pod alive and says how long it waits", () => {
  const backOff = new BackOffTable({ firstMs: 10_000, maxMs: 300_000 });
  backOff.fail("main", sandboxAtMs, sandboxAtMs);
  const observed = observation([ended("main", 1, { finishedAtMs: sandboxAtMs + 1000 })]);
  const plan = planPod({
    pod: podOf({}),
    observed,
    probes: noProbes,
    backOff,
    holds: nothingHeld,
    resources: { changeOf: () => "none" as const },
    now: sandboxAtMs + 2000,
  });
  assert.equal(plan.finished, false);
  assert.deepEqual(plan.actions, []);
  assert.equal(plan.waiting[0]?.message, "back-off 10s restarting failed container=main pod=web_default(u1)");
});

/** Of `main`, which was restarted three times. */
function statusOf(state: core.ContainerState): PodStatus {
  const names = { name: "main", image: "app:1", imageID: "" };
  return { containerStatuses: [{ ...names, state, lastState: {}, ready: false, restartCount: 3 }] };
}

function words(plan: PodPlan): string[] {
  if (plan.finished) return ["finished"];
  return plan.actions.map((action) => {
    switch (action.kind) {
      case "create-sandbox":
        return `create-sandbox ${action.attempt}`;
      case "start":
        return `start ${action.container.spec.name} ${action.attempt}`;
      case "kill":
        return `kill ${action.container.spec.name} ${action.reason}`;
      case "stop-sandbox":
        return action.kind;
      default:
        return `${action.kind} ${action.id}`;
    }
  });
}
