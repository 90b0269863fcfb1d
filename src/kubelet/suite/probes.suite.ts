/** Probes and their effects. */
import assert from "node:assert/strict";
import { type Check, condition, statusOf } from "../testing/node-bench.ts";

/** Real programs take their time on a busy machine. */
const quick = { periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 2, successThreshold: 1 };

export function probeTests(check: Check): void {
  check("a readiness probe makes the pod ready and unready", async (bench) => {
    const readinessProbe = { ...quick, exec: { command: ["cat", "/tmp/ready"] } };
    await bench.create("web", {
      containers: [
        bench.shell("main", "sleep 5; touch /tmp/ready; sleep 10; rm /tmp/ready; sleep 1000", {
          readinessProbe,
        }),
      ],
    });
    const early = await bench.eventually("web", (pod) => pod.status.containerStatuses?.[0]?.started === true);
    assert.equal(condition(early, "Ready"), "False");
    const ready = await bench.running("web");
    const unready = await bench.eventually("web", (pod) => condition(pod, "Ready") === "False");
    assert.equal(statusOf(ready).restartCount + statusOf(unready).restartCount, 0);
    const reason = unready.status.conditions?.find((one) => one.type === "ContainersReady");
    assert.equal(reason?.message, "containers with unready status: [main]");
    await bench.told("web", "Unhealthy", "Readiness probe failed: cat: can't open '/tmp/ready'");
  });

  check("a failed liveness probe restarts the container", async (bench) => {
    const livenessProbe = { ...quick, exec: { command: ["cat", "/tmp/alive"] } };
    await bench.create("web", {
      terminationGracePeriodSeconds: 1,
      containers: [
        bench.shell("main", "touch /tmp/alive; sleep 5; rm /tmp/alive; sleep 1000", { livenessProbe }),
      ],
    });
    const pod = await bench.eventually("web", (one) => statusOf(one).restartCount === 1);
    assert.equal(statusOf(pod).lastState.terminated?.exitCode, 137);
    await bench.told("web", "Unhealthy", "Liveness probe failed: ");
    await bench.told("web", "Killing", "Container main failed liveness probe, will be restarted");
  });

  check("a startup probe holds the other probes back until it has succeeded", async (bench) => {
    const startupProbe = { ...quick, failureThreshold: 30, exec: { command: ["cat", "/tmp/up"] } };
    const livenessProbe = { ...quick, failureThreshold: 1, exec: { command: ["cat", "/tmp/up"] } };
    await bench.create("slow", {
      containers: [
        bench.shell("main", "sleep 8; touch /tmp/up; sleep 1000", { startupProbe, livenessProbe }),
      ],
    });
    const early = await bench.eventually("slow", (pod) => statusOf(pod).state.running !== undefined);
    assert.deepEqual([statusOf(early).started, statusOf(early).ready], [false, false]);
    const pod = await bench.running("slow");
    assert.deepEqual([statusOf(pod).started, statusOf(pod).restartCount], [true, 0]);
  });

  check("a startup probe that never succeeds restarts the container", async (bench) => {
    const startupProbe = { ...quick, exec: { command: ["false"] } };
    await bench.create("dead", {
      terminationGracePeriodSeconds: 1,
      containers: [bench.shell("main", "sleep 1000", { startupProbe })],
    });
    await bench.eventually("dead", (pod) => statusOf(pod).restartCount === 1);
    await bench.told("dead", "Killing", "Container main failed startup probe, will be restarted");
  });

  check("a readiness probe goes on while its pod ends", async (bench) => {
    const readinessProbe = { ...quick, exec: { command: ["cat", "/tmp/ready"] } };
    const lifecycle = { preStop: { exec: { command: ["rm", "/tmp/ready"] } } };
    const script = "trap 'sleep 5; exit 0' TERM; touch /tmp/ready; sleep 1000 & wait";
    await bench.create("web", {
      terminationGracePeriodSeconds: 30,
      containers: [bench.shell("main", script, { readinessProbe, lifecycle })],
    });
    await bench.running("web");
    await bench.delete("web");
    const pod = await bench.eventually("web", (one) => condition(one, "Ready") === "False");
    assert.deepEqual([pod.status.phase, statusOf(pod).state.running === undefined], ["Running", false]);
    await bench.gone("web");
  });

  check("HTTP and TCP probes reach a server in the container", async (bench) => {
    const { shellImage: image } = bench.harness;
    const server = {
      image,
      command: ["httpd", "-f", "-p", "8080"],
      ports: [{ name: "web", containerPort: 8080 }],
    };
    await bench.create("web", {
      containers: [{ name: "main", ...server, readinessProbe: { ...quick, tcpSocket: { port: "web" } } }],
    });
    await bench.running("web");
    const readinessProbe = { ...quick, tcpSocket: { port: 8080 } };
    await bench.create("mute", { containers: [bench.shell("main", "sleep 1000", { readinessProbe })] });
    await bench.told("mute", "Unhealthy", "Readiness probe failed: dial tcp ");
    assert.equal(condition(await bench.pod("mute"), "Ready"), "False");
  });
}
