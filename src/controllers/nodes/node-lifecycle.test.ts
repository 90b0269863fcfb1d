/** Silent nodes and what becomes of their pods, against the real API server, in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { events, leases, microTime, nodes, pods, rfc3339 } from "#api";
import { TestCluster } from "../testing/cluster.ts";

const namespace = "kube-node-lease";

async function bootNode(cluster: TestCluster, name: string): Promise<void> {
  await cluster.create(nodes, { metadata: { name } });
  await report(cluster, name);
  const spec = { holderIdentity: name, leaseDurationSeconds: 40 };
  await cluster.create(leases, { metadata: { namespace, name }, spec });
}

/** The node's kubelet says that all is well. */
async function report(cluster: TestCluster, name: string): Promise<void> {
  const now = rfc3339(cluster.env.clock.now());
  const times = { lastHeartbeatTime: now, lastTransitionTime: now };
  const conditions = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"].map((type) => ({
    type,
    status: type === "Ready" ? "True" : "False",
    reason: "Kubelet",
    message: "",
    ...times,
  }));
  const patch = { status: { conditions } };
  await cluster.admin.of(nodes).patch({ name }, "merge", patch, cluster.signal, { subresource: "status" });
}

/** The nodes' kubelets renew their leases for `ms`. */
async function beat(cluster: TestCluster, names: readonly string[], ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 10_000) {
    const spec = { renewTime: microTime(cluster.env.clock.now()) };
    for (const name of names)
      await cluster.admin.of(leases).patch({ namespace, name }, "merge", { spec }, cluster.signal);
    await cluster.env.clock.sleep(10_000);
  }
}

async function taintsOf(cluster: TestCluster, name: string): Promise<string> {
  const node = await cluster.get(nodes, name);
  return (node?.spec.taints ?? [])
    .map(({ key, effect }) => `${key.replace("node.kubernetes.io/", "")}:${effect}`)
    .join(" ");
}

test("A silent node is tainted after 50 s, its pods go 300 s later, and it is well again when it speaks", async () => {
  await TestCluster.run("silent", async (cluster) => {
    for (const name of ["n1", "n2"]) await bootNode(cluster, name);
    await beat(cluster, ["n1", "n2"], 120_000);
    assert.equal(await taintsOf(cluster, "n1"), "");
    await cluster.create(pods, {
      metadata: { name: "a", namespace: "default" },
      spec: { containers: [{ name: "c", image: "i" }] },
    });
    for (let turn = 0; turn < 2; turn += 1) await cluster.playNode("n1");
    await beat(cluster, ["n2"], 30_000);
    assert.equal(await taintsOf(cluster, "n1"), "");
    await beat(cluster, ["n2"], 40_000);
    assert.equal(await taintsOf(cluster, "n1"), "unreachable:NoSchedule unreachable:NoExecute");
    const pod = () => cluster.get(pods, "a", "default");
    assert.equal((await pod())?.status.conditions?.find(({ type }) => type === "Ready")?.status, "False");
    await beat(cluster, ["n2"], 260_000);
    assert.equal((await pod())?.metadata.deletionTimestamp, undefined);
    await beat(cluster, ["n2"], 30_000);
    const gone = await pod();
    assert.notEqual(gone?.metadata.deletionTimestamp, undefined);
    assert.equal(
      gone?.status.conditions?.find(({ type }) => type === "DisruptionTarget")?.reason,
      "DeletionByTaintManager",
    );
    await report(cluster, "n1");
    await cluster.until("the taints are gone", async () => (await taintsOf(cluster, "n1")) === "");
  });
});

test("When a node's pods go is no matter of the manager's clock, and it tells who may stay after all", async () => {
  await TestCluster.run("clocks", async (cluster) => {
    for (const name of ["n1", "n2"]) await bootNode(cluster, name);
    await cluster.create(pods, {
      metadata: { name: "a", namespace: "default" },
      spec: { containers: [{ name: "c", image: "i" }] },
    });
    for (let turn = 0; turn < 2; turn += 1) await cluster.playNode("n1");
    await beat(cluster, ["n2"], 70_000);
    const isDeleted = async () =>
      (await cluster.get(pods, "a", "default"))?.metadata.deletionTimestamp !== undefined;
    cluster.world.jumpClock("manager", 86_400_000);
    await beat(cluster, ["n2"], 200_000);
    assert.equal(await isDeleted(), false);
    await report(cluster, "n1");
    await beat(cluster, ["n1", "n2"], 20_000);
    const told = (await cluster.list(events, "default")).map(
      ({ reason, message }) => `${reason}: ${message}`,
    );
    assert.ok(told.includes("TaintManagerEviction: Cancelling deletion of Pod default/a"));
    await beat(cluster, ["n2"], 70_000);
    cluster.world.jumpClock("manager", -2 * 86_400_000);
    await beat(cluster, ["n2"], 290_000);
    assert.equal(await isDeleted(), true);
  });
});

test("When every node falls silent at once nobody is moved", async () => {
  await TestCluster.run("cut off", async (cluster) => {
    for (const name of ["n1", "n2"]) await bootNode(cluster, name);
    await cluster.env.clock.sleep(300_000);
    for (const name of ["n1", "n2"]) assert.equal(await taintsOf(cluster, name), "unreachable:NoSchedule");
  });
});

test("Pods of a node that is gone are removed after the quarantine", async () => {
  await TestCluster.run("pod gc", async (cluster) => {
    await bootNode(cluster, "n1");
    await cluster.create(pods, {
      metadata: { name: "a", namespace: "default" },
      spec: { containers: [{ name: "c", image: "i" }] },
    });
    for (let turn = 0; turn < 2; turn += 1) await cluster.playNode("n1");
    await cluster.admin.of(nodes).delete({ name: "n1" }, cluster.signal);
    await cluster.env.clock.sleep(35_000);
    assert.equal((await cluster.list(pods, "default")).length, 1);
    await cluster.until("the pod is gone", async () => (await cluster.list(pods, "default")).length === 0);
  });
});
