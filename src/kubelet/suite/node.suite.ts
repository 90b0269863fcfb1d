/** The node's own objects, and what it refuses. */
import assert from "node:assert/strict";
import { leases, nodes, parseTime, Quantity } from "#api";
import { type Check, condition } from "../testing/node-bench.ts";

export function nodeTests(check: Check): void {
  check("the node registers with labels, addresses, resources and a Ready condition", async (bench) => {
    const node = await bench.node();
    assert.equal(node.metadata.labels?.["kubernetes.io/os"], "linux");
    assert.equal(
      node.metadata.labels?.["kubernetes.io/hostname"],
      node.status.addresses?.find((one) => one.type === "Hostname")?.address,
    );
    assert.equal(
      node.status.addresses?.some((one) => one.type === "InternalIP"),
      true,
    );
    assert.equal(node.status.capacity?.["pods"], "110");
    assert.deepEqual(Object.keys(node.status.allocatable ?? {}), Object.keys(node.status.capacity ?? {}));
    const memory = (list: Readonly<Record<string, string>> | undefined): number =>
      Quantity.parse(list?.["memory"] ?? "0").toUnits();
    assert.equal(memory(node.status.capacity) - memory(node.status.allocatable), 100 * 2 ** 20);
    const ready = node.status.conditions?.find((one) => one.type === "Ready");
    assert.deepEqual([ready?.status, ready?.reason], ["True", "KubeletReady"]);
    assert.match(node.status.nodeInfo.containerRuntimeVersion, /:\/\//);
  });

  check("its lease is owned by the node and renewed every 10 s", async (bench) => {
    const { client, nodeName } = bench.harness;
    const lease = async (): Promise<number> => {
      const found = await client
        .of(leases)
        .get({ namespace: "kube-node-lease", name: nodeName }, bench.signal);
      assert.equal(found.metadata.ownerReferences?.[0]?.uid, (await bench.node()).metadata.uid);
      assert.deepEqual([found.spec?.holderIdentity, found.spec?.leaseDurationSeconds], [nodeName, 40]);
      return parseTime(found.spec?.renewTime) ?? 0;
    };
    const first = await lease();
    await bench.env.clock.sleep(25_000);
    const passed = (await lease()) - first;
    assert.equal(passed >= 10_000 && passed <= 36_000, true, `${passed} ms`);
  });

  check(
    "a quiet node writes its status every five minutes only, and comes back when it is deleted",
    async (bench) => {
      await bench.env.clock.sleep(15_000);
      const before = (await bench.node()).metadata.resourceVersion;
      await bench.env.clock.sleep(120_000);
      assert.equal((await bench.node()).metadata.resourceVersion, before);
      await bench.env.clock.sleep(240_000);
      assert.notEqual((await bench.node()).metadata.resourceVersion, before);
      await bench.harness.client.of(nodes).delete({ name: bench.harness.nodeName }, bench.signal);
      await bench.env.clock.sleep(330_000);
      assert.equal(
        (await bench.node()).status.conditions?.find((one) => one.type === "Ready")?.status,
        "True",
      );
    },
    { lastsSeconds: 705 },
  );

  check("a node that was called Unknown says within seconds that it is ready", async (bench) => {
    await bench.env.clock.sleep(15_000);
    const { nodeName, client } = bench.harness;
    const ready = { type: "Ready", status: "Unknown", reason: "NodeStatusUnknown", message: "silent" };
    const options = { subresource: "status" };
    const patch = { status: { conditions: [ready] } };
    await client.of(nodes).patch({ name: nodeName }, "strategic", patch, bench.signal, options);
    await bench.env.clock.sleep(12_000);
    const told = (await bench.node()).status.conditions?.find((one) => one.type === "Ready");
    assert.deepEqual([told?.status, told?.reason], ["True", "KubeletReady"]);
  });

  check("a pod that asks for more than the node has is refused", async (bench) => {
    const resources = { requests: { cpu: "10000" } };
    await bench.create("big", { containers: [bench.shell("main", "sleep 1000", { resources })] });
    const pod = await bench.phase("big", "Failed");
    assert.equal(pod.status.reason, "OutOfcpu");
    assert.match(
      pod.status.message ?? "",
      /^Pod was rejected: .* resource: cpu, requested: 10000000, used: \d+, capacity: \d+$/,
    );
    assert.equal(pod.status.containerStatuses, undefined);
    await bench.told("big", "OutOfcpu", "Node didn't have enough resource: cpu");
    await bench.delete("big");
    await bench.gone("big");
  });

  check("a critical pod pushes others off a full node, and no more than it has to", async (bench) => {
    const cores = Number((await bench.node()).status.allocatable?.["cpu"]);
    const cpu = (part: number) => ({ requests: { cpu: `${Math.floor(cores * part * 1000)}m` } });
    const shell = (part: number) => [bench.shell("main", "exec sleep 1000", { resources: cpu(part) })];
    await bench.create("free", { containers: [bench.shell("main", "exec sleep 1000")] });
    await bench.create("small", { containers: shell(0.3) });
    await bench.create("large", { containers: shell(0.6), terminationGracePeriodSeconds: 1 });
    for (const name of ["free", "small", "large"]) await bench.running(name);
    await bench.create("vital", { priorityClassName: "system-node-critical", containers: shell(0.5) });
    await bench.running("vital");
    const pod = await bench.phase("large", "Failed");
    assert.equal(pod.status.reason, "Preempting");
    assert.equal(pod.status.message, "Preempted in order to admit critical pod");
    const target = pod.status.conditions?.find((one) => one.type === "DisruptionTarget");
    assert.equal(target?.message, "Pod was preempted by Kubelet to accommodate a critical pod.");
    await bench.told("large", "Preempting", "Preempted in order to admit critical pod");
    for (const name of ["free", "small"]) await bench.running(name);
    await bench.create("late", { containers: shell(0.6) });
    assert.equal((await bench.phase("late", "Failed")).status.reason, "OutOfcpu");
    for (const name of ["free", "small", "large", "vital", "late"]) {
      await bench.delete(name);
      await bench.gone(name);
    }
  });

  check("a pod whose node selector does not fit is refused", async (bench) => {
    await bench.create("picky", {
      nodeSelector: { disk: "ssd" },
      containers: [bench.shell("main", "sleep 1000")],
    });
    const pod = await bench.phase("picky", "Failed");
    assert.equal(pod.status.reason, "NodeAffinity");
    assert.equal(condition(pod, "Ready") === "True", false);
  });
}
