/** Garbage collection against the real API server, in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { configMaps, type KubeObject, secrets } from "#api";
import { TestCluster } from "../testing/cluster.ts";

const namespace = "default";

function ownedBy(owner: KubeObject, blockOwnerDeletion = false) {
  const { name = "", uid = "" } = owner.metadata;
  return { apiVersion: "v1", kind: "ConfigMap", name, uid, blockOwnerDeletion };
}

/** `root` owns `middle` owns `leaf`; `leaf` has a finalizer when `held`. */
async function family(cluster: TestCluster, held = false) {
  const root = await cluster.create(configMaps, { metadata: { name: "root", namespace } });
  const middle = await cluster.create(configMaps, {
    metadata: { name: "middle", namespace, ownerReferences: [ownedBy(root, true)] },
  });
  await cluster.create(secrets, {
    metadata: {
      name: "leaf",
      namespace,
      ownerReferences: [ownedBy(middle, true)],
      finalizers: held ? ["example.com/hold"] : [],
    },
  });
  // The collector follows discovery from its first turn on; let it see the family.
  await cluster.env.clock.sleep(2_000);
}

async function names(cluster: TestCluster): Promise<string> {
  const all = [...(await cluster.list(configMaps, namespace)), ...(await cluster.list(secrets, namespace))];
  return all
    .map(({ metadata }) => metadata.name)
    .filter((name) => name !== "kube-root-ca.crt")
    .sort()
    .join(" ");
}

test("Background deletion takes the owner at once and its dependents after it", async () => {
  await TestCluster.run("background", async (cluster) => {
    await family(cluster);
    await cluster.admin
      .of(configMaps)
      .delete({ namespace, name: "root" }, cluster.signal, { propagationPolicy: "Background" });
    assert.equal((await names(cluster)).includes("root"), false);
    await cluster.until("all are gone", async () => (await names(cluster)) === "");
  });
});

test("Foreground deletion keeps the owner until its blocking dependents are gone", async () => {
  await TestCluster.run("foreground", async (cluster) => {
    await family(cluster, true);
    await cluster.admin
      .of(configMaps)
      .delete({ namespace, name: "root" }, cluster.signal, { propagationPolicy: "Foreground" });
    await cluster.env.clock.sleep(30_000);
    assert.equal(await names(cluster), "leaf middle root");
    await cluster.admin
      .of(secrets)
      .patch({ namespace, name: "leaf" }, "merge", { metadata: { finalizers: [] } }, cluster.signal);
    await cluster.until("all are gone", async () => (await names(cluster)) === "");
  });
});

test("Orphaning deletion leaves the dependents without the reference", async () => {
  await TestCluster.run("orphan", async (cluster) => {
    await family(cluster);
    await cluster.admin
      .of(configMaps)
      .delete({ namespace, name: "root" }, cluster.signal, { propagationPolicy: "Orphan" });
    await cluster.until("the root is gone", async () => (await names(cluster)) === "leaf middle");
    const middle = await cluster.get(configMaps, "middle", namespace);
    assert.deepEqual(middle?.metadata.ownerReferences ?? [], []);
    await cluster.env.clock.sleep(120_000);
    assert.equal(await names(cluster), "leaf middle");
  });
});

test("An object whose owner never existed goes, one with another living owner only loses the reference", async () => {
  await TestCluster.run("absent", async (cluster) => {
    const root = await cluster.create(configMaps, { metadata: { name: "root", namespace } });
    const absent = { apiVersion: "v1", kind: "ConfigMap", name: "absent", uid: "never-existed" };
    await cluster.create(configMaps, { metadata: { name: "lost", namespace, ownerReferences: [absent] } });
    await cluster.create(configMaps, {
      metadata: { name: "kept", namespace, ownerReferences: [absent, ownedBy(root)] },
    });
    await cluster.until("the lost one is gone", async () => (await names(cluster)) === "kept root");
    const references = async () =>
      (await cluster.get(configMaps, "kept", namespace))?.metadata.ownerReferences;
    await cluster.until("the dangling reference is dropped", async () => (await references())?.length === 1);
    assert.equal((await references())?.[0]?.name, "root");
  });
});

test("An owner in another namespace does not count: its dependent goes, and an event says why", async () => {
  await TestCluster.run("cross", async (cluster) => {
    const root = await cluster.create(configMaps, { metadata: { name: "root", namespace: "kube-system" } });
    await cluster.create(configMaps, {
      metadata: { name: "child", namespace, ownerReferences: [ownedBy(root)] },
    });
    await cluster.until("the child is gone", async () => (await names(cluster)) === "");
    assert.ok(await cluster.get(configMaps, "root", "kube-system"));
  });
});
