/** How often a node writes the status of its pods: what changes fast, or while others are written, goes as one write. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pod, pods } from "#api";
import { StatusManager } from "./status/status-manager.ts";
import { condition, NodeBench, statusOf } from "./testing/node-bench.ts";
import { SimNode } from "./testing/sim-node.ts";

const signal = new AbortController().signal;

/** Runs a node; resolves with every version of its pods, from the first to that with which `count` are ready. */
async function versions(seed: string, count: number, create: (bench: NodeBench) => Promise<unknown>) {
  await using node = new SimNode(seed);
  const seen: Pod[] = [];
  await node.run(async () => {
    await node.startKubelet();
    const client = node.client.of(pods);
    const { resourceVersion } = await client.list({}, signal);
    await create(new NodeBench(node));
    for await (const events of await client.watch({ resourceVersion }, signal)) {
      for (const event of events) if (event.type !== "BOOKMARK") seen.push(event.object as Pod);
      if (seen.filter((pod) => condition(pod, "Ready") === "True").length === count) break;
    }
  });
  return seen;
}

test("a pod that starts within a second is written when it comes, and when it runs", async () => {
  const seen = await versions("fast", 1, (bench) =>
    bench.create("web", { containers: [bench.shell("main", "sleep 1000")] }),
  );
  const shown = seen.map(({ status }) => [
    status.phase,
    status.podIP !== undefined,
    status.startTime !== undefined,
  ]);
  assert.deepEqual(shown, [
    ["Pending", false, false],
    ["Pending", false, true],
    ["Running", true, true],
  ]);
});

test("where the next step takes long, what is there shows meanwhile", async () => {
  const lifecycle = { postStart: { exec: { command: ["sh", "-c", "sleep 3"] } } };
  const seen = await versions("slow", 1, (bench) =>
    bench.create("web", { containers: [bench.shell("main", "sleep 1000", { lifecycle })] }),
  );
  const meanwhile = seen.find(({ status }) => status.podIP !== undefined);
  assert.ok(meanwhile);
  assert.equal(condition(meanwhile, "PodReadyToStartContainers"), "True");
  assert.equal(statusOf(meanwhile).state.waiting?.reason, "ContainerCreating");
});

test("what changes while another pod's status is written goes as one write", async () => {
  await using node = new SimNode("queue");
  await node.run(async () => {
    await node.startKubelet();
    const client = node.client.of(pods);
    const bench = new NodeBench(node);
    const elsewhere = { nodeName: "elsewhere", containers: [bench.shell("main", "sleep 1000")] };
    const [first, second] = [await bench.create("a", elsewhere), await bench.create("b", elsewhere)];
    const { resourceVersion } = await client.list({}, signal);
    const manager = new StatusManager(node.env, { pods: client });
    for (const [pod, message] of [
      [first, "one"],
      [second, "two"],
      [second, "three"],
    ] as const)
      manager.set(pod, { ...pod.status, message }, "now");
    const messages: string[] = [];
    for await (const events of await client.watch({ resourceVersion }, signal)) {
      messages.push(...events.map(({ object }) => (object as Pod).status.message ?? ""));
      if (messages.length >= 2) break;
    }
    assert.deepEqual(messages, ["one", "three"]);
  });
});
