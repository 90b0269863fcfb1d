/** The life of a pod from its binding to the end of its object. */
import assert from "node:assert/strict";
import { type Container, pods } from "#api";
import type { NewObject } from "#client";
import { type Check, condition, type NodeBench, statusOf } from "../testing/node-bench.ts";

export function lifeTests(check: Check): void {
  check("a pod comes up: running, ready, with addresses, ids and events", async (bench) => {
    await bench.create("web", { containers: [bench.shell("main", "sleep 1000")] });
    const pod = await bench.running("web");
    assert.equal(pod.status.phase, "Running");
    assert.equal(pod.status.qosClass, "BestEffort");
    assert.equal(pod.status.podIPs?.[0]?.ip, pod.status.podIP);
    assert.notEqual(pod.status.hostIP, undefined);
    assert.notEqual(pod.status.startTime, undefined);
    for (const type of ["PodReadyToStartContainers", "Initialized", "ContainersReady", "PodScheduled"]) {
      assert.equal(condition(pod, type), "True", type);
    }
    const status = statusOf(pod);
    assert.deepEqual([status.ready, status.started, status.restartCount], [true, true, 0]);
    assert.match(status.containerID ?? "", /^[a-z-]+:\/\/[0-9a-f]{64}$/);
    assert.notEqual(status.imageID, "");
    for (const [reason, text] of [
      ["Created", "Container created"],
      ["Started", "Container started"],
    ] as const) {
      await bench.told("web", reason, text);
    }
    await bench.told("web", "Pulled", `Successfully pulled image "${bench.harness.shellImage}" in `);
  });

  check("a program with an open input has run for a second when that is shown", async (bench) => {
    await bench.create("open", { containers: [bench.shell("main", "sleep 1000", { stdin: true })] });
    const pod = await bench.running("open");
    const ranMs = bench.env.clock.now() - Date.parse(statusOf(pod).state.running?.startedAt ?? "");
    assert.ok(ranMs >= 1000, `${ranMs}`);
  });

  check("containers find their pod's names and aliases in /etc/hosts", async (bench) => {
    await bench.create("web", {
      hostname: "db",
      subdomain: "data",
      hostAliases: [{ ip: "1.2.3.4", hostnames: ["foo", "bar"] }],
      containers: [bench.shell("main", "sleep 1000")],
    });
    const pod = await bench.running("web");
    const id = (statusOf(pod).containerID ?? "").replace(/^.*:\/\//, "");
    const { stdout } = await bench.harness.runtime.execSync(id, ["cat", "/etc/hosts"], 5, bench.signal);
    const lines = stdout.split("\n");
    assert.equal(lines[0], "# Kubernetes-managed hosts file.");
    assert.equal(lines.includes(`${pod.status.podIP}\tdb.data.default.svc.cluster.local\tdb`), true, stdout);
    assert.equal(lines.includes("1.2.3.4\tfoo\tbar"), true, stdout);
  });

  check(
    "an ephemeral container, be it privileged, joins a running pod, ends by itself, and is not started again",
    async (bench) => {
      await bench.create("web", { containers: [bench.shell("main", "sleep 1000")] });
      const before = await bench.running("web");
      const securityContext = { privileged: true };
      const ephemeralContainers = [
        { ...bench.shell("debug", "exit 3", { securityContext }), targetContainerName: "main" },
      ];
      await bench.harness.client
        .of(pods)
        .patch(
          { namespace: "default", name: "web" },
          "strategic",
          { spec: { ephemeralContainers } },
          bench.signal,
          {
            subresource: "ephemeralcontainers",
          },
        );
      const ended = await bench.eventually(
        "web",
        ({ status }) => status.ephemeralContainerStatuses?.[0]?.state.terminated !== undefined,
      );
      const [debug] = ended.status.ephemeralContainerStatuses ?? [];
      assert.deepEqual(
        [debug?.name, debug?.state.terminated?.exitCode, debug?.restartCount],
        ["debug", 3, 0],
      );
      await bench.env.clock.sleep(2_000);
      const after = await bench.pod("web");
      assert.equal(after.status.phase, "Running");
      assert.equal(after.status.ephemeralContainerStatuses?.[0]?.containerID, debug?.containerID);
      assert.equal(statusOf(after).containerID, statusOf(before).containerID);
    },
  );

  check("a full hostname that the kernel has no room for keeps the pod from starting", async (bench) => {
    const hostname = "h".repeat(40);
    await bench.create("long", {
      hostname,
      subdomain: "web",
      setHostnameAsFQDN: true,
      containers: [bench.shell("main", "sleep 1000")],
    });
    const what = "failed to construct FQDN from Pod hostname and cluster domain";
    const name = `${hostname}.web.default.svc.cluster.local`;
    const length = `64 characters is the max, ${name.length} characters requested`;
    const message = `Failed to create pod sandbox: ${what}, FQDN ${name} is too long (${length})`;
    await bench.told("long", "FailedCreatePodSandBox", message);
  });

  check("a deleted pod ends by its own signal handler, and nothing of it is left", async (bench) => {
    await bench.create("web", {
      terminationGracePeriodSeconds: 30,
      containers: [trapping(bench, "exit 0")],
    });
    const pod = await bench.running("web");
    await bench.delete("web");
    assert.equal((await bench.gone("web")) < 20, true);
    await bench.cleared(pod);
    await bench.told("web", "Killing", "Stopping container main");
  });

  check(
    "one that ignores its signal is killed when its grace is over, and says so at last",
    async (bench) => {
      await bench.create("deaf", {
        terminationGracePeriodSeconds: 8,
        containers: [trapping(bench, "")],
      });
      await bench.running("deaf");
      await bench.delete("deaf");
      const seconds = await bench.gone("deaf");
      assert.equal(seconds >= 7.5 && seconds < 50, true, `${seconds} s`);
    },
  );

  check("a second delete with less grace ends it sooner", async (bench) => {
    await bench.create("deaf", {
      terminationGracePeriodSeconds: 300,
      containers: [trapping(bench, "")],
    });
    await bench.running("deaf");
    await bench.delete("deaf");
    await bench.env.clock.sleep(2000);
    await bench.delete("deaf", 3);
    assert.equal((await bench.gone("deaf", 250)) < 200, true);
  });

  check("a pod that ends well is Succeeded, and keeps its containers to look at", async (bench) => {
    await bench.create("job", { restartPolicy: "Never", containers: [bench.shell("main", "sleep 1")] });
    const pod = await bench.phase("job", "Succeeded");
    const ended = statusOf(pod).state.terminated;
    assert.deepEqual([ended?.exitCode, ended?.reason], [0, "Completed"]);
    const ready = pod.status.conditions?.find((one) => one.type === "Ready");
    assert.deepEqual([ready?.status, ready?.reason], ["False", "PodCompleted"]);
    assert.equal(pod.status.podIP !== undefined, true);
    await bench.delete("job");
    await bench.gone("job");
    await bench.cleared(pod);
  });

  check("a pod that ends badly is Failed with its exit code", async (bench) => {
    await bench.create("job", { restartPolicy: "Never", containers: [bench.shell("main", "exit 3")] });
    const ended = statusOf(await bench.phase("job", "Failed")).state.terminated;
    assert.deepEqual([ended?.exitCode, ended?.reason], [3, "Error"]);
  });

  check("a pod past its deadline fails", async (bench) => {
    await bench.create("slow", {
      activeDeadlineSeconds: 10,
      containers: [bench.shell("main", "trap 'exit 0' TERM; sleep 1000 & wait")],
    });
    const pod = await bench.phase("slow", "Failed", 30);
    assert.equal(pod.status.reason, "DeadlineExceeded");
    assert.equal(statusOf(pod).state.terminated !== undefined, true);
  });

  check("a preStop hook runs within the grace, before the signal", async (bench) => {
    const lifecycle = { preStop: { sleep: { seconds: 4 } } };
    await bench.create("web", {
      terminationGracePeriodSeconds: 300,
      containers: [bench.shell("main", "trap 'exit 0' TERM; sleep 1000 & wait", { lifecycle })],
    });
    await bench.running("web");
    await bench.delete("web");
    const seconds = await bench.gone("web", 250);
    assert.equal(seconds >= 3.5 && seconds < 200, true, `${seconds} s`);
  });

  check("a failed postStart hook ends the container", async (bench) => {
    const lifecycle = { postStart: { exec: { command: ["sh", "-c", "exit 1"] } } };
    await bench.create("web", {
      containers: [bench.shell("main", "trap 'exit 0' TERM; sleep 1000 & wait", { lifecycle })],
    });
    await bench.told("web", "FailedPostStartHook", "PostStartHook failed");
    await bench.eventually("web", (pod) => statusOf(pod).restartCount > 0);
  });

  check("readiness gates hold Ready back until somebody opens them", async (bench) => {
    await bench.create("gated", {
      readinessGates: [{ conditionType: "example.com/open" }],
      containers: [bench.shell("main", "sleep 1000")],
    });
    const waiting = await bench.eventually("gated", (pod) => condition(pod, "ContainersReady") === "True");
    const ready = waiting.status.conditions?.find((one) => one.type === "Ready");
    assert.deepEqual([ready?.status, ready?.reason], ["False", "ReadinessGatesNotReady"]);
    const conditions = [{ type: "example.com/open", status: "True" }];
    await bench.harness.client
      .of(pods)
      .patch({ namespace: "default", name: "gated" }, "strategic", { status: { conditions } }, bench.signal, {
        subresource: "status",
      });
    await bench.running("gated");
  });
}

/** A container that does `action` at its signal, ready once it would; `""` ignores it. */
function trapping(bench: NodeBench, action: string): NewObject<Container> {
  return bench.shell("main", `trap '${action}' TERM; touch /tmp/set; while true; do sleep 1; done`, {
    readinessProbe: { exec: { command: ["cat", "/tmp/set"] }, periodSeconds: 1 },
  });
}
