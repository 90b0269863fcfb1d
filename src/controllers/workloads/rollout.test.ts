/** Deployments and ReplicaSets against the real API server, in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deployments, events, pods, replicaSets } from "#api";
import { deployment } from "../testing/objects.ts";
import { TestCluster } from "../testing/cluster.ts";

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
    assert.deepEqual(reasons, ["ScalingReplicaSet", "SuccessfulCreate", "SuccessfulCreate", "SuccessfulCreate"]);
  });
});
