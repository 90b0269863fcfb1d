/**
 * A machine whose clock is set back by a day, as by a dead battery and then the network: what the node does takes as
 * long as ever, and what runs is what the API asks for. Upstream's kubelet waits for the old time there
 * (kubernetes/kubernetes issues 45942, 58853, 127948 and 134153).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "#api";
import { condition, NodeBench, statusOf, waitingFor } from "./testing/node-bench.ts";
import { SimNode } from "./testing/sim-node.ts";

const day = 24 * 3_600_000;

function setBack(title: string, body: (bench: NodeBench, node: SimNode) => Promise<void>): void {
  test(`On a machine whose clock is set back: ${title}`, async () => {
    await using node = new SimNode(title);
    await node.run(async () => {
      await node.startKubelet();
      await body(new NodeBench(node), node);
    });
  });
}

setBack("a pod whose sandbox was lost gets one new sandbox, and stays in it", async (bench, node) => {
  await bench.create("web", { containers: [{ name: "main", image: bench.harness.otherImage }] });
  await bench.running("web");
  await node.crashKubelet();
  await node.rebootNode();
  node.jumpClock(-day);
  await node.startKubelet();
  await bench.eventually("web", (pod) => statusOf(pod).restartCount === 1 && statusOf(pod).ready);
  await bench.env.clock.sleep(60_000);
  assert.equal(statusOf(await bench.pod("web")).restartCount, 1);
  const ready = await node.runtime.listPodSandbox({ state: "SANDBOX_READY" }, bench.signal);
  assert.deepEqual(
    ready.map(({ attempt }) => attempt),
    [1],
  );
});

setBack("a crash loop goes on", async (bench, node) => {
  await bench.create("crash", { containers: [bench.shell("main", "sleep 1; exit 1")] });
  await bench.eventually("crash", (pod) => waitingFor(pod) === "CrashLoopBackOff");
  node.jumpClock(-day);
  await bench.eventually("crash", (pod) => statusOf(pod).restartCount >= 4, 120);
});

setBack("a container that waits for its ConfigMap starts soon after it came", async (bench, node) => {
  const env = [{ name: "COLOR", valueFrom: { configMapKeyRef: { name: "paint", key: "color" } } }];
  await bench.create("env", { containers: [bench.shell("main", "sleep 1000", { env })] });
  await bench.eventually("env", (pod) => waitingFor(pod) === "CreateContainerConfigError");
  node.jumpClock(-day);
  await bench.createConfigMap("paint", { color: "red" });
  await bench.running("env");
});

setBack("a pull that failed is tried again after its back-off", async (bench, node) => {
  await bench.create("lost", { containers: [{ name: "main", image: bench.harness.missingImage }] });
  const states = [/^Back-off pulling/, /^failed to pull/, /^Back-off pulling/];
  const says = (pattern: RegExp) => (pod: Pod) => pattern.test(statusOf(pod).state.waiting?.message ?? "");
  for (const [index, pattern] of states.entries()) {
    await bench.eventually("lost", says(pattern), 30);
    if (index === 0) node.jumpClock(-day);
  }
});

setBack("a readiness probe of what started before asks at once", async (bench, node) => {
  const readinessProbe = { httpGet: { port: 80, path: "/" }, periodSeconds: 1, initialDelaySeconds: 5 };
  await bench.create("web", {
    containers: [{ name: "main", image: bench.harness.otherImage, readinessProbe }],
  });
  await bench.eventually("web", (pod) => statusOf(pod).started === true);
  await node.crashKubelet();
  node.jumpClock(-day);
  await node.startKubelet();
  await bench.eventually("web", (pod) => condition(pod, "Ready") === "True", 20);
});

setBack("pressure ends when its time is over", async (bench, node) => {
  const before = node.stats.usage;
  const pressed = async (): Promise<string | undefined> =>
    (await bench.node()).status.conditions?.find((one) => one.type === "MemoryPressure")?.status;
  node.stats.usage = { ...before, memory: { ...before.memory, availableBytes: 50 * 2 ** 20 } };
  await bench.env.clock.sleep(30_000);
  assert.equal(await pressed(), "True");
  node.stats.usage = before;
  node.jumpClock(-day);
  await bench.env.clock.sleep(330_000);
  assert.equal(await pressed(), "False");
});
