/** Claims and volumes in use outlive their deletion, against the real API server, in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nodes, persistentVolumeClaims, persistentVolumes, pods } from "#api";
import { TestCluster } from "../testing/cluster.ts";

const namespace = "default";

test("A deleted claim stays until the pod that uses it has gone", async () => {
  await TestCluster.run("claim", async (cluster) => {
    await cluster.create(nodes, { metadata: { name: "n1" } });
    const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    await cluster.create(persistentVolumeClaims, { metadata: { name: "data", namespace }, spec });
    const volumes = [{ name: "v", persistentVolumeClaim: { claimName: "data" } }];
    const containers = [{ name: "c", image: "i" }];
    await cluster.create(pods, { metadata: { name: "user", namespace }, spec: { containers, volumes } });
    await cluster.playNode("n1");
    await cluster.admin.of(persistentVolumeClaims).delete({ namespace, name: "data" }, cluster.signal);
    await cluster.env.clock.sleep(60_000);
    const claim = await cluster.get(persistentVolumeClaims, "data", namespace);
    assert.deepEqual(claim?.metadata.finalizers, ["kubernetes.io/pvc-protection"]);
    await cluster.admin
      .of(pods)
      .delete({ namespace, name: "user" }, cluster.signal, { gracePeriodSeconds: 0 });
    await cluster.until("the claim is gone", async () => {
      return (await cluster.get(persistentVolumeClaims, "data", namespace)) === undefined;
    });
  });
});

test("A deleted volume stays while it is bound", async () => {
  await TestCluster.run("volume", async (cluster) => {
    const spec = {
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteOnce"],
      hostPath: { path: "/data" },
    };
    await cluster.create(persistentVolumes, { metadata: { name: "disk" }, spec });
    const phase = (value: string) =>
      cluster.admin
        .of(persistentVolumes)
        .patch({ name: "disk" }, "merge", { status: { phase: value } }, cluster.signal, {
          subresource: "status",
        });
    await phase("Bound");
    await cluster.env.clock.sleep(1_000);
    await cluster.admin.of(persistentVolumes).delete({ name: "disk" }, cluster.signal);
    await cluster.env.clock.sleep(60_000);
    assert.ok(await cluster.get(persistentVolumes, "disk"));
    await phase("Released");
    await cluster.until(
      "it is gone",
      async () => (await cluster.get(persistentVolumes, "disk")) === undefined,
    );
  });
});
