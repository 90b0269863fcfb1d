/** Init containers and sidecars. */
import assert from "node:assert/strict";
import { parseTime } from "#api";
import { type Check, condition, statusOf, waitingFor } from "../testing/node-bench.ts";

export function initTests(check: Check): void {
  check("init containers run one after the other, before the others", async (bench) => {
    await bench.create("staged", {
      initContainers: [bench.shell("one", "sleep 2"), bench.shell("two", "sleep 1")],
      containers: [bench.shell("main", "sleep 1000")],
    });
    const early = await bench.eventually(
      "staged",
      (pod) => pod.status.initContainerStatuses?.[0]?.state.running !== undefined,
    );
    assert.equal(waitingFor(early), "PodInitializing");
    assert.equal(early.status.phase, "Pending");
    const initialized = early.status.conditions?.find((one) => one.type === "Initialized");
    assert.deepEqual(
      [initialized?.status, initialized?.message],
      ["False", "containers with incomplete status: [one two]"],
    );
    const pod = await bench.running("staged");
    const one = statusOf(pod, "one").state.terminated;
    const two = statusOf(pod, "two").state.terminated;
    assert.equal((parseTime(one?.finishedAt) ?? 0) <= (parseTime(two?.startedAt) ?? 0), true);
    assert.deepEqual([one?.reason, statusOf(pod, "one").ready], ["Completed", true]);
    assert.equal(condition(pod, "Initialized"), "True");
  });

  check("a failed init container fails a pod with Never", async (bench) => {
    await bench.create("broken", {
      restartPolicy: "Never",
      initContainers: [bench.shell("one", "exit 4")],
      containers: [bench.shell("main", "sleep 1000")],
    });
    const pod = await bench.phase("broken", "Failed");
    assert.equal(statusOf(pod, "one").state.terminated?.exitCode, 4);
    assert.equal(waitingFor(pod), "PodInitializing");
  });

  check("and is tried again with Always", async (bench) => {
    await bench.create("stubborn", {
      initContainers: [bench.shell("one", "exit 4")],
      containers: [bench.shell("main", "sleep 1000")],
    });
    const pod = await bench.eventually("stubborn", (one) => waitingFor(one, "one") === "CrashLoopBackOff");
    assert.equal(pod.status.phase, "Pending");
  });

  check(
    "a sidecar starts first, runs on, restarts by itself, and does not keep the pod from ending",
    async (bench) => {
      await bench.create("helped", {
        restartPolicy: "Never",
        initContainers: [
          bench.shell("side", "trap 'exit 0' TERM; sleep 1000 & wait", { restartPolicy: "Always" }),
          bench.shell("one", "true"),
        ],
        containers: [bench.shell("main", "sleep 5")],
      });
      const pod = await bench.eventually("helped", (one) => condition(one, "Ready") === "True");
      assert.equal(statusOf(pod, "side").started, true);
      const done = await bench.phase("helped", "Succeeded");
      assert.equal(statusOf(done, "side").state.terminated !== undefined, true);
    },
  );

  check("sidecars end when the others have, the last of them first", async (bench) => {
    const slow = (name: string) =>
      bench.shell(name, "trap 'sleep 2; exit 0' TERM; sleep 1000 & wait", { restartPolicy: "Always" });
    await bench.create("helped", {
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 60,
      initContainers: [slow("first"), slow("second")],
      containers: [bench.shell("main", "sleep 2")],
    });
    const pod = await bench.phase("helped", "Succeeded");
    const [main = 0, second = 0, first = 0] = ["main", "second", "first"].map(
      (name) => parseTime(statusOf(pod, name).state.terminated?.finishedAt) ?? 0,
    );
    assert.deepEqual([second - main >= 2_000, first - second >= 2_000], [true, true]);
  });
}
