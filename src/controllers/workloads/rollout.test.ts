/** Deployments and ReplicaSets against the real API server, in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deployments, events, pods, replicaSets, serviceAccounts } from "#api";
import { keyOf } from "#client";
import { deployment } from "../testing/objects.ts";
import { TestCluster } from "../testing/cluster.ts";
import { REVISION } from "./deployment/revisions.ts";

async function deployed(cluster: TestCluster, image = "v1", replicas = 3): Promise<void> {
  const { metadata: _, status: __, ...wanted } = deployment({ image, replicas });
  await cluster.create(deployments, { ...wanted, metadata: { name: "web", namespace: "default" } });
  await settled(cluster, replicas);
}

async function settled(cluster: TestCluster, replicas: number): Promise<void> {
  await cluster.until(`web has ${replicas} available replicas of its newest template`, async () => {
    await cluster.playNode("n1");
    const web = await cluster.get(deployments, "web", "default");
    const { availableReplicas, updatedReplicas, replicas: all, observedGeneration } = web?.status ?? {};
    const seen = observedGeneration === web?.metadata.generation;
    return seen && [availableReplicas, updatedReplicas, all].every((count) => (count ?? 0) === replicas);
  });
}

test("A deployment gets its pods, and says that it is available and has progressed", async () => {
  await TestCluster.run("deploy", async (cluster) => {
    await deployed(cluster);
    const all = await cluster.list(pods, "default");
    assert.equal(all.length, 3);
    const web = await cluster.get(deployments, "web", "default");
    assert.deepEqual(
      web?.status.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`).sort(),
      ["Available True MinimumReplicasAvailable", "Progressing True NewReplicaSetAvailable"],
    );
    const reasons = (await cluster.list(events, "default")).map(({ reason }) => reason).sort();
    assert.deepEqual(reasons, [
      "ScalingReplicaSet",
      "SuccessfulCreate",
      "SuccessfulCreate",
      "SuccessfulCreate",
    ]);
  });
});

test("A new template replaces all pods, and the old one comes back as the newest revision", async () => {
  await TestCluster.run("update", async (cluster) => {
    await deployed(cluster);
    for (const image of ["v2", "v1"]) {
      const patch = { spec: { template: { spec: { containers: [{ name: "c", image }] } } } };
      const key = { namespace: "default", name: "web" };
      await cluster.admin.of(deployments).patch(key, "strategic", patch, cluster.signal);
      await settled(cluster, 3);
    }
    const sets = await cluster.list(replicaSets, "default");
    const revisions = sets.map(
      ({ metadata, spec }) => `${metadata.annotations?.[REVISION]}: ${spec.replicas}`,
    );
    assert.deepEqual(revisions.sort(), ["2: 0", "3: 3"]);
    const images = (await cluster.list(pods, "default")).map(({ spec }) => spec.containers[0]?.image);
    assert.deepEqual(images, ["v1", "v1", "v1"]);
  });
});

test("A deleted pod is made again, and scaling down keeps the pods that are ready", async () => {
  await TestCluster.run("scale", async (cluster) => {
    await deployed(cluster);
    const [first] = await cluster.list(pods, "default");
    assert.ok(first);
    await cluster.admin.of(pods).delete(keyOf(first), cluster.signal, { gracePeriodSeconds: 0 });
    await cluster.until(
      "there are three pods again",
      async () => (await cluster.list(pods, "default")).length === 3,
    );
    const key = { namespace: "default", name: "web" };
    await cluster.admin.of(deployments).patch(key, "merge", { spec: { replicas: 2 } }, cluster.signal);
    await cluster.until("two pods are left", async () => (await cluster.list(pods, "default")).length === 2);
    const phases = (await cluster.list(pods, "default")).map(({ status }) => status.phase);
    assert.deepEqual(phases, ["Running", "Running"]);
  });
});

test("A replica set adopts a pod that it selects and releases one that it no longer selects", async () => {
  await TestCluster.run("adopt", async (cluster) => {
    await deployed(cluster);
    const [set] = await cluster.list(replicaSets, "default");
    const [owned] = await cluster.list(pods, "default");
    assert.ok(set && owned);
    await cluster.admin
      .of(pods)
      .patch(keyOf(owned), "merge", { metadata: { labels: { app: null } } }, cluster.signal);
    await cluster.until("the pod is released and replaced", async () => {
      const all = await cluster.list(pods, "default");
      const free = all.filter(({ metadata }) => (metadata.ownerReferences ?? []).length === 0);
      return all.length === 4 && free[0]?.metadata.uid === owned.metadata.uid;
    });
    const labels = set.spec.template?.metadata.labels;
    await cluster.admin.of(pods).patch(keyOf(owned), "merge", { metadata: { labels } }, cluster.signal);
    await cluster.until("it is adopted and one too many goes", async () => {
      await cluster.playNode("n1");
      const all = await cluster.list(pods, "default");
      return (
        all.length === 3 &&
        all.every(({ metadata }) => metadata.ownerReferences?.[0]?.uid === set.metadata.uid)
      );
    });
  });
});

test("Quota-like refusals of pods show as ReplicaFailure and FailedCreate events, and go when pods can be made", async () => {
  await TestCluster.run("failure", async (cluster) => {
    const { metadata: _, status: __, ...wanted } = deployment({ replicas: 1 });
    const spec = { ...wanted.spec, template: { ...wanted.spec.template } };
    spec.template.spec = { ...spec.template.spec, serviceAccountName: "absent" };
    await cluster.create(deployments, { spec, metadata: { name: "web", namespace: "default" } });
    const failing = async () => {
      const web = await cluster.get(deployments, "web", "default");
      return web?.status.conditions?.find(({ type }) => type === "ReplicaFailure")?.reason;
    };
    await cluster.until("the failure shows", async () => (await failing()) === "FailedCreate");
    const reasons = (await cluster.list(events, "default")).map(({ reason }) => reason);
    assert.ok(reasons.includes("FailedCreate"), reasons.join());
    await cluster.create(serviceAccounts, { metadata: { name: "absent", namespace: "default" } });
    await settled(cluster, 1);
    assert.equal(await failing(), undefined);
  });
});
