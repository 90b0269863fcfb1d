/** StatefulSets against the real API server, in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  controllerRevisions,
  persistentVolumeClaims,
  type Pod,
  pods,
  type StatefulSet,
  statefulSets,
} from "#api";
import type { DeepPartial } from "#client";
import { TestCluster } from "../../testing/cluster.ts";
import { revisionOf } from "./plan.ts";

const namespace = "default";
const key = { namespace, name: "db" };

function databases(spec: DeepPartial<StatefulSet["spec"]>, image = "v1") {
  const labels = { app: "db" };
  return {
    metadata: { name: "db", namespace },
    spec: {
      serviceName: "db",
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "c", image }] } },
      ...spec,
    },
  };
}

/** Plays the node until the set has `replicas` ready pods of its newest revision; notes names in order of appearance. */
async function settle(cluster: TestCluster, replicas: number, seen: string[] = []): Promise<void> {
  await cluster.until(`db has ${replicas} ready replicas`, async () => {
    await cluster.playNode("n1");
    for (const { metadata } of await cluster.list(pods, namespace)) {
      const name = metadata.uid ?? "";
      if (!seen.includes(name)) seen.push(name);
    }
    const set = await cluster.get(statefulSets, "db", namespace);
    const { status } = set ?? {};
    const current = status?.observedGeneration === set?.metadata.generation;
    return (
      current &&
      status?.readyReplicas === replicas &&
      status.replicas === replicas &&
      status.updatedReplicas === replicas
    );
  });
}

async function shown(cluster: TestCluster): Promise<string> {
  const image = (pod: Pod) => pod.spec.containers[0]?.image;
  const all = await cluster.list(pods, namespace);
  return all
    .map((pod) => `${pod.metadata.name} ${image(pod)}`)
    .sort()
    .join(", ");
}

test("An ordered set makes one pod after the other, each ready before the next, and lets the highest go first", async () => {
  await TestCluster.run("ordered", async (cluster) => {
    await cluster.create(statefulSets, databases({ replicas: 3 }));
    const counts: string[] = [];
    await cluster.until("three pods run", async () => {
      const all = await cluster.list(pods, namespace);
      const ready = all.filter(({ status }) => status.phase === "Running").length;
      if (counts.at(-1) !== `${ready}/${all.length}`) counts.push(`${ready}/${all.length}`);
      await cluster.playNode("n1");
      return ready === 3;
    });
    assert.deepEqual(
      counts.filter((count) => Number(count[2]) - Number(count[0]) > 1),
      [],
    );
    assert.equal(await shown(cluster), "db-0 v1, db-1 v1, db-2 v1");
    const [pod] = (await cluster.list(pods, namespace)).filter(({ metadata }) => metadata.name === "db-1");
    assert.deepEqual([pod?.spec.hostname, pod?.spec.subdomain], ["db-1", "db"]);
    await cluster.admin.of(statefulSets).patch(key, "merge", { spec: { replicas: 1 } }, cluster.signal);
    await settle(cluster, 1);
    assert.equal(await shown(cluster), "db-0 v1");
  });
});

test("An update replaces pods from the highest down to the partition, and a deleted old one comes back old", async () => {
  await TestCluster.run("update", async (cluster) => {
    await cluster.create(statefulSets, databases({ replicas: 3 }));
    await settle(cluster, 3);
    const template = { spec: { containers: [{ name: "c", image: "v2" }] } };
    const updateStrategy = { rollingUpdate: { partition: 2 } };
    const spec = { template, updateStrategy };
    await cluster.admin.of(statefulSets).patch(key, "strategic", { spec }, cluster.signal);
    const partly = "db-0 v1, db-1 v1, db-2 v2";
    await cluster.until("the highest is new", async () => {
      await cluster.playNode("n1");
      return (await shown(cluster)) === partly;
    });
    await cluster.admin
      .of(pods)
      .delete({ namespace, name: "db-0" }, cluster.signal, { gracePeriodSeconds: 0 });
    await cluster.until("the lowest is back", async () => {
      await cluster.playNode("n1");
      const set = await cluster.get(statefulSets, "db", namespace);
      return (await shown(cluster)) === partly && set?.status.readyReplicas === 3;
    });
    const all = { updateStrategy: { rollingUpdate: { partition: 0 } } };
    await cluster.admin.of(statefulSets).patch(key, "merge", { spec: all }, cluster.signal);
    await settle(cluster, 3);
    assert.equal(await shown(cluster), "db-0 v2, db-1 v2, db-2 v2");
    const set = await cluster.get(statefulSets, "db", namespace);
    assert.equal(set?.status.currentRevision, set?.status.updateRevision);
    const revisions = new Set((await cluster.list(pods, namespace)).map(revisionOf));
    assert.deepEqual([...revisions], [set?.status.updateRevision]);
    assert.equal((await cluster.list(controllerRevisions, namespace)).length, 2);
  });
});

test("A parallel set makes all its pods at once, and claims stay when pods and the set go", async () => {
  await TestCluster.run("parallel", async (cluster) => {
    const claim = {
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    };
    const spec = { replicas: 2, podManagementPolicy: "Parallel", volumeClaimTemplates: [claim] };
    await cluster.create(statefulSets, databases(spec));
    await cluster.until(
      "both pods exist before either runs",
      async () => (await cluster.list(pods, namespace)).length === 2,
    );
    const [pod] = await cluster.list(pods, namespace);
    const volume = pod?.spec.volumes?.find(({ name }) => name === "data");
    assert.equal(volume?.persistentVolumeClaim?.claimName, `data-${pod?.metadata.name}`);
    await cluster.admin.of(statefulSets).delete(key, cluster.signal);
    await cluster.until("the pods are gone", async () => {
      await cluster.playNode("n1");
      return (await cluster.list(pods, namespace)).length === 0;
    });
    const claims = (await cluster.list(persistentVolumeClaims, namespace)).map(
      ({ metadata }) => metadata.name,
    );
    assert.deepEqual(claims.sort(), ["data-db-0", "data-db-1"]);
  });
});

test("With whenDeleted: Delete the claims go with the set", async () => {
  await TestCluster.run("retention", async (cluster) => {
    const claim = {
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    };
    const persistentVolumeClaimRetentionPolicy = { whenDeleted: "Delete", whenScaled: "Retain" };
    const spec = { replicas: 1, volumeClaimTemplates: [claim], persistentVolumeClaimRetentionPolicy };
    await cluster.create(statefulSets, databases(spec));
    await settle(cluster, 1);
    await cluster.admin.of(statefulSets).delete(key, cluster.signal);
    await cluster.until("the claim is gone", async () => {
      await cluster.playNode("n1");
      return (await cluster.list(persistentVolumeClaims, namespace)).length === 0;
    });
  });
});
