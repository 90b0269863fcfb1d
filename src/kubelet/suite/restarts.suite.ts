/** Containers that end, and start again or not. */
import assert from "node:assert/strict";
import { parseTime, type Pod, pods } from "#api";
import { type Check, condition, statusOf, waitingFor } from "../testing/node-bench.ts";

export function restartTests(check: Check): void {
  check("a crashing container restarts at once, then backs off for 10 s, 20 s ...", async (bench) => {
    await bench.create("crash", { containers: [bench.shell("main", "sleep 1; exit 1")] });
    const waiting = await bench.eventually("crash", (pod) => waitingFor(pod) === "CrashLoopBackOff");
    assert.equal(statusOf(waiting).restartCount, 1);
    assert.match(
      statusOf(waiting).state.waiting?.message ?? "",
      /^back-off 10s restarting failed container=main pod=crash_default\(/,
    );
    assert.equal(statusOf(waiting).lastState.terminated?.exitCode, 1);
    assert.equal(waiting.status.phase, "Running");
    const second = await bench.eventually("crash", (pod) => statusOf(pod).restartCount === 2);
    const again = await bench.eventually("crash", (pod) => waitingFor(pod) === "CrashLoopBackOff");
    assert.match(statusOf(again).state.waiting?.message ?? "", /^back-off 20s /);
    const ended = parseTime(statusOf(waiting).lastState.terminated?.finishedAt) ?? 0;
    const started =
      parseTime(
        statusOf(second).state.running?.startedAt ?? statusOf(second).lastState.terminated?.startedAt,
      ) ?? 0;
    assert.equal(started - ended >= 9_000 && started - ended < 19_000, true, `${started - ended} ms`);
    await bench.told("crash", "BackOff", "Back-off restarting failed container main in pod crash_default(");
  });

  check("a container's last words and its logs end in its status", async (bench) => {
    await bench.create("words", {
      restartPolicy: "Never",
      containers: [
        bench.shell("main", "echo farewell > /dev/termination-log; exit 1"),
        bench.shell("logs", "echo cannot go on; exit 1", {
          terminationMessagePolicy: "FallbackToLogsOnError",
        }),
      ],
    });
    const pod = await bench.phase("words", "Failed");
    assert.equal(statusOf(pod).state.terminated?.message, "farewell\n");
    assert.match(statusOf(pod, "logs").state.terminated?.message ?? "", /cannot go on/);
  });

  check("OnFailure restarts a failed container but not one that succeeded", async (bench) => {
    await bench.create("retry", {
      restartPolicy: "OnFailure",
      containers: [bench.shell("main", "sleep 1; exit 1"), bench.shell("done", "true")],
    });
    const isDone = (pod: Pod): boolean => statusOf(pod, "done").state.terminated?.reason === "Completed";
    const pod = await bench.eventually("retry", (one) => statusOf(one).restartCount >= 1 && isDone(one));
    assert.equal(statusOf(pod, "done").restartCount, 0);
  });

  check("a container killed for memory says OOMKilled", async (bench) => {
    const resources = { limits: { memory: "32Mi" } };
    await bench.create("oom", {
      restartPolicy: "Never",
      containers: [bench.shell("main", "exec tail /dev/zero", { resources })],
    });
    const ended = statusOf(await bench.phase("oom", "Failed")).state.terminated;
    assert.deepEqual([ended?.exitCode, ended?.reason], [137, "OOMKilled"]);
  });

  check("a new image restarts the container in the same pod", async (bench) => {
    await bench.create("web", { containers: [bench.shell("main", "sleep 1000")] });
    const before = await bench.running("web");
    const containers = [{ name: "main", image: bench.harness.otherImage }];
    await bench.harness.client
      .of(pods)
      .patch({ namespace: "default", name: "web" }, "strategic", { spec: { containers } }, bench.signal);
    const after = await bench.eventually(
      "web",
      (pod) => statusOf(pod).restartCount === 1 && statusOf(pod).ready,
    );
    assert.equal(after.status.podIP, before.status.podIP);
    assert.notEqual(statusOf(after).imageID, statusOf(before).imageID);
    await bench.told("web", "Killing", "Container main definition changed, will be restarted");
  });

  check("a program that is not there is a RunContainerError, then a crash loop", async (bench) => {
    const { shellImage: image } = bench.harness;
    await bench.create("typo", { containers: [{ name: "main", image, command: ["/nonexistent/program"] }] });
    const pod = await bench.eventually("typo", (one) => waitingFor(one) === "RunContainerError");
    assert.match(statusOf(pod).state.waiting?.message ?? "", /no such file or directory/);
    assert.deepEqual(
      [statusOf(pod).lastState.terminated?.exitCode, statusOf(pod).lastState.terminated?.reason],
      [128, "StartError"],
    );
    await bench.eventually("typo", (one) => waitingFor(one) === "CrashLoopBackOff");
  });

  check("a program that is not there is a StartError where it is not tried again", async (bench) => {
    const { shellImage: image } = bench.harness;
    const containers = [{ name: "main", image, command: ["/nonexistent/program"] }];
    await bench.create("once", { restartPolicy: "Never", containers });
    const { state, lastState } = statusOf(
      await bench.eventually("once", ({ status }) => status.phase === "Failed"),
    );
    assert.deepEqual([state.terminated?.exitCode, state.terminated?.reason], [128, "StartError"]);
    assert.deepEqual(lastState, {});
  });

  check("a rule by exit code restarts a container whose policy is Never", async (bench) => {
    const restartPolicyRules = [{ action: "Restart", exitCodes: { operator: "In", values: [42] } }];
    await bench.create("rules", {
      restartPolicy: "Never",
      containers: [bench.shell("main", "sleep 1; exit 42", { restartPolicy: "Never", restartPolicyRules })],
    });
    await bench.eventually("rules", (pod) => statusOf(pod).restartCount >= 1);
  });

  check("and may restart all containers of the pod, the init containers first", async (bench) => {
    const exitCodes = { operator: "In", values: [43] };
    const restartPolicyRules = [{ action: "RestartAllContainers", exitCodes }];
    await bench.create("all", {
      restartPolicy: "Never",
      initContainers: [bench.shell("one", "true")],
      containers: [
        bench.shell("main", "sleep 5; exit 43", { restartPolicy: "Never", restartPolicyRules }),
        bench.shell("other", "trap 'exit 0' TERM; sleep 1000 & wait"),
      ],
    });
    const names = ["one", "main", "other"];
    const pod = await bench.eventually("all", (one) => {
      const again = names.every((name) => statusOf(one, name).restartCount === 1);
      return again && condition(one, "Ready") === "True";
    });
    assert.equal(pod.status.phase, "Running");
  });
}
