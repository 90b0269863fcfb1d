/** Static pods: manifests on the node, and their mirrors in the API. */
import assert from "node:assert/strict";
import { events, nodes, type Pod, pods } from "#api";
import { type Check, type NodeBench, statusOf } from "../testing/node-bench.ts";

const hash = "kubernetes.io/config.hash";
const mirror = "kubernetes.io/config.mirror";

function manifest(bench: NodeBench, script: string, more: object = {}): string {
  const spec = { terminationGracePeriodSeconds: 1, containers: [bench.shell("main", script)], ...more };
  return JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name: "agent" }, spec });
}

export function staticTests(check: Check): void {
  check("a manifest becomes a pod with a mirror, and its removal ends both", async (bench) => {
    const { harness } = bench;
    const name = `agent-${harness.nodeName}`;
    await harness.writeManifest("agent.yaml", manifest(bench, "sleep 1000"));
    const pod = await bench.running(await bench.shown(name));
    const annotations = pod.metadata.annotations ?? {};
    assert.equal(annotations["kubernetes.io/config.source"], "file");
    assert.match(annotations[hash] ?? "", /^[0-9a-f]{32}$/);
    assert.equal(annotations[mirror], annotations[hash]);
    assert.notEqual(annotations["kubernetes.io/config.seen"], undefined);
    const node = await bench.node();
    assert.deepEqual(pod.metadata.ownerReferences, [
      { apiVersion: "v1", kind: "Node", name: harness.nodeName, uid: node.metadata.uid, controller: true },
    ]);
    assert.deepEqual(
      pod.spec.tolerations?.filter((one) => one.key === undefined),
      [{ operator: "Exists", effect: "NoExecute" }],
    );
    assert.equal(pod.status.podIP !== undefined, true);
    assert.equal(statusOf(pod).ready, true);
    await harness.removeManifest("agent.yaml");
    await bench.gone(name);
    assert.equal(await left(bench, pod), 0);
  });

  check("a deleted mirror comes back, and its pod runs on", async (bench) => {
    const name = `agent-${bench.harness.nodeName}`;
    await bench.harness.writeManifest("agent.yaml", manifest(bench, "sleep 1000"));
    const before = await bench.running(await bench.shown(name));
    await bench.delete(name);
    await bench.eventually(name, ({ metadata }) => metadata.uid !== before.metadata.uid);
    const after = await bench.running(name);
    assert.equal(statusOf(after).containerID, statusOf(before).containerID);
    assert.equal(after.status.startTime, before.status.startTime);
    await bench.harness.removeManifest("agent.yaml");
    await bench.gone(name);
  });

  check("a changed manifest is another pod, which begins when the one before has ended", async (bench) => {
    const name = `agent-${bench.harness.nodeName}`;
    await bench.harness.writeManifest(
      "agent.yaml",
      manifest(bench, "trap 'sleep 1; exit 0' TERM; sleep 1000 & wait"),
    );
    const before = await bench.running(await bench.shown(name));
    await bench.harness.writeManifest("agent.yaml", manifest(bench, "sleep 2000"));
    const changed = await bench.eventually(
      name,
      ({ metadata, status }) =>
        metadata.annotations?.[hash] !== before.metadata.annotations?.[hash] && status.phase === "Running",
    );
    assert.notEqual(statusOf(changed).containerID, statusOf(before).containerID);
    assert.equal(await left(bench, before), 0);
    await bench.harness.removeManifest("agent.yaml");
    await bench.gone(name);
  });

  check(
    "a manifest that makes no sense changes nothing until it has made none for a while",
    async (bench) => {
      const name = `agent-${bench.harness.nodeName}`;
      await bench.harness.writeManifest("agent.yaml", manifest(bench, "sleep 1000"));
      const before = await bench.running(await bench.shown(name));
      await bench.harness.writeManifest("agent.yaml", "kind: Pod\nspec: {containers: [");
      await bench.harness.writeManifest(
        "other.yaml",
        manifest(bench, "sleep 1", { serviceAccountName: "me" }),
      );
      await bench.env.clock.sleep(2_000);
      const after = await bench.pod(name);
      assert.equal(statusOf(after).containerID, statusOf(before).containerID);
      assert.equal(after.metadata.uid, before.metadata.uid);
      await bench.gone(name);
      await bench.harness.removeManifest("agent.yaml");
    },
  );

  check("a mirror that nobody's manifest asked for goes", async (bench) => {
    const { harness, signal } = bench;
    const owner = await harness.client.of(nodes).get({ name: harness.nodeName }, signal);
    await harness.client.of(pods).create(
      {
        metadata: { name: "stranger", namespace: "default", annotations: { [mirror]: "0".repeat(32) } },
        spec: { nodeName: owner.metadata.name ?? "", containers: [bench.shell("main", "sleep 1000")] },
      },
      signal,
    );
    await bench.gone("stranger");
    const told = await harness.client.of(events).list({ namespace: "default" }, signal);
    assert.deepEqual(
      told.items.filter((one) => one.involvedObject.name === "stranger"),
      [],
    );
  });

  check("a new kubelet takes running static pods over", async (bench) => {
    const name = `agent-${bench.harness.nodeName}`;
    await bench.harness.writeManifest("agent.yaml", manifest(bench, "sleep 1000"));
    const before = await bench.running(await bench.shown(name));
    await bench.harness.crashKubelet();
    await bench.harness.startKubelet();
    await bench.env.clock.sleep(2_000);
    const after = await bench.running(name);
    assert.equal(after.metadata.uid, before.metadata.uid);
    assert.deepEqual(
      [statusOf(after).containerID, statusOf(after).restartCount],
      [statusOf(before).containerID, 0],
    );
    await bench.harness.removeManifest("agent.yaml");
    await bench.gone(name);
  });
}

/** What the runtime has of a static pod, by the uid that its mirror tells. */
async function left(bench: NodeBench, { metadata }: Pod): Promise<number> {
  return bench.left(metadata.annotations?.[mirror] ?? "");
}
