/** Two managers on machines of their own, with a network between them and the API server that fails them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deployments, events, nodes, type Pod, pods, replicaSets } from "#api";
import { type Client, createClient, LinkTransport } from "#client";
import type { ControllerManager } from "./controller-manager.ts";
import { controllers } from "./controllers.ts";
import { TestCluster } from "./testing/cluster.ts";
import { deployment } from "./testing/objects.ts";

const namespace = "default";
const address = "apiserver:6443";

/** A manager on `host` that reaches the server over the network, each controller as its own user. */
function managerOn(cluster: TestCluster, host: string): Promise<ControllerManager> {
  const env = cluster.world.env(host);
  const network = cluster.world.network.of(env);
  const clientFor = (user = ""): Client =>
    createClient(new LinkTransport(env, { network }, { address, user }), { fieldManager: host });
  return cluster.startManager(controllers, {}, host, clientFor);
}

async function deploy(cluster: TestCluster, replicas: number): Promise<void> {
  const { metadata: _, status: __, ...wanted } = deployment({ replicas });
  await cluster.create(deployments, { ...wanted, metadata: { name: "web", namespace } });
}

async function scaleTo(cluster: TestCluster, replicas: number): Promise<void> {
  await cluster.admin
    .of(deployments)
    .patch({ namespace, name: "web" }, "merge", { spec: { replicas } }, cluster.signal);
  await cluster.until(`there are ${replicas} pods`, async () => {
    await cluster.playNode("n1");
    const alive = (await cluster.list(pods, namespace)).filter((pod: Pod) => !pod.metadata.deletionTimestamp);
    return alive.length === replicas;
  });
}

test("When the leading manager is cut off the other takes over, and never do both lead", async () => {
  await TestCluster.run(
    "failover",
    async (cluster) => {
      await cluster.serve(address);
      const [a, b] = [await managerOn(cluster, "a"), await managerOn(cluster, "b")];
      const leading = () => [a, b].filter((manager) => manager.leading()).length;
      await cluster.until("one leads", async () => leading() === 1);
      await deploy(cluster, 2);
      await scaleTo(cluster, 3);
      const [leader, other, host] = a.leading() ? [a, b, "a"] : [b, a, "b"];
      cluster.world.network.partition(host, "apiserver");
      await cluster.until("the other leads", async () => {
        assert.ok(leading() <= 1);
        return other.leading();
      });
      assert.equal(leader.leading(), false);
      await scaleTo(cluster, 5);
      cluster.world.network.heal();
      await cluster.env.clock.sleep(120_000);
      assert.deepEqual([leader.leading(), other.leading()], [false, true]);
      await scaleTo(cluster, 1);
      for (const manager of [a, b]) {
        assert.equal(manager.ready(), undefined);
        await manager[Symbol.asyncDispose]();
      }
    },
    { startManager: false },
  );
});

test("A leader that was cut off and leads again goes on with what it waited for", async () => {
  await TestCluster.run(
    "leads again",
    async (cluster) => {
      await cluster.serve(address);
      const manager = await managerOn(cluster, "a");
      await cluster.until("it leads", async () => manager.leading());
      const spec = { nodeName: "ghost", containers: [{ name: "c", image: "i" }] };
      await cluster.create(pods, { metadata: { namespace, name: "lost" }, spec });
      await cluster.env.clock.sleep(30_000);
      cluster.world.network.partition("a", "apiserver");
      await cluster.until("it leads no more", async () => !manager.leading());
      cluster.world.network.heal();
      await cluster.until("it leads again", async () => manager.leading());
      await cluster.until(
        "the pod is collected",
        async () => (await cluster.get(pods, "lost", namespace)) === undefined,
      );
    },
    { startManager: false },
  );
});

test("A leader that leads again knows nothing of taints that came and went meanwhile", async () => {
  await TestCluster.run(
    "taints of two terms",
    async (cluster) => {
      await cluster.serve(address);
      const manager = await managerOn(cluster, "a");
      const taints = [{ key: "k", effect: "NoExecute" }];
      await cluster.create(nodes, { metadata: { name: "n1" }, spec: { taints } });
      const tolerations = [{ key: "k", operator: "Exists", effect: "NoExecute", tolerationSeconds: 60 }];
      const spec = { nodeName: "n1", tolerations, containers: [{ name: "c", image: "i" }] };
      await cluster.create(pods, { metadata: { namespace, name: "a" }, spec });
      await cluster.env.clock.sleep(40_000);
      cluster.world.network.partition("a", "apiserver");
      await cluster.until("it leads no more", async () => !manager.leading());
      for (const now of [[], taints])
        await cluster.admin
          .of(nodes)
          .patch({ name: "n1" }, "merge", { spec: { taints: now } }, cluster.signal);
      await cluster.env.clock.sleep(30_000);
      cluster.world.network.heal();
      await cluster.until("it leads again", async () => manager.leading());
      const stays = async () =>
        (await cluster.get(pods, "a", namespace))?.metadata.deletionTimestamp === undefined;
      await cluster.env.clock.sleep(50_000);
      assert.equal(await stays(), true);
      await cluster.env.clock.sleep(15_000);
      assert.equal(await stays(), false);
    },
    { startManager: false },
  );
});

test("A manager that is ready stays so while the collector finds out what else there is to watch", async () => {
  await TestCluster.run(
    "readiness",
    async (cluster) => {
      await cluster.serve(address);
      const manager = await managerOn(cluster, "a");
      for (let passedMs = 0; passedMs < 5_000; passedMs += 1) {
        assert.equal(manager.ready(), undefined, `after ${passedMs} ms`);
        await cluster.env.clock.sleep(1);
      }
      assert.equal(manager.leading(), true);
    },
    { startManager: false },
  );
});

/** The sets together ask for no more than replicas and surge, and no set ever has more pods than it once asked for. */
async function checkSizes(cluster: TestCluster, largest: Map<string, number>): Promise<void> {
  const sets = await cluster.list(replicaSets, namespace);
  const alive = (await cluster.list(pods, namespace)).filter((pod) => !pod.metadata.deletionTimestamp);
  let asked = 0;
  for (const { metadata, spec } of sets) {
    const uid = metadata.uid ?? "";
    asked += spec.replicas ?? 0;
    largest.set(uid, Math.max(largest.get(uid) ?? 0, spec.replicas ?? 0));
    const own = alive.filter((pod) => pod.metadata.ownerReferences?.[0]?.uid === uid);
    assert.ok(own.length <= (largest.get(uid) ?? 0), `${own.length} pods of ${metadata.name}`);
  }
  assert.ok(asked <= 5, `${asked} replicas asked for`);
}

test("Under cuts of the network no replica set has a pod too many, and the rollout ends", async () => {
  for (let seed = 0; seed < 1; seed += 1) {
    await TestCluster.run(
      `cuts ${seed}`,
      async (cluster) => {
        await cluster.serve(address);
        await managerOn(cluster, "a");
        await deploy(cluster, 4);
        const images = ["v2", "v3", "v4"];
        const largest = new Map<string, number>();
        for (let turn = 0; turn < 80; turn += 1) {
          await cluster.playNode("n1");
          if (cluster.world.random.float() < 0.2) cluster.world.network.cut("a");
          const image = turn % 25 === 10 ? images.shift() : undefined;
          if (image !== undefined) {
            const spec = { template: { spec: { containers: [{ name: "c", image }] } } };
            await cluster.admin
              .of(deployments)
              .patch({ namespace, name: "web" }, "strategic", { spec }, cluster.signal);
          }
          await cluster.env.clock.sleep(cluster.world.random.below(2_000));
          await checkSizes(cluster, largest);
        }
        await scaleTo(cluster, 4);
        await cluster.until("all run the last image", async () => {
          await cluster.playNode("n1");
          const all = await cluster.list(pods, namespace);
          return all.length === 4 && all.every(({ spec }) => spec.containers[0]?.image === "v4");
        });
      },
      { startManager: false },
    );
  }
});

test("A pod whose creation was answered into a broken link is not made again", async () => {
  for (const lost of [1, 2, 4]) {
    await TestCluster.run(
      `lost answer ${lost}`,
      async (cluster) => {
        let made = 0;
        await cluster.serve(address, ({ method, path }) => {
          if (method !== "POST" || !path.startsWith(`/api/v1/namespaces/${namespace}/pods`)) return;
          made += 1;
          if (made === lost) cluster.world.network.cut("a");
        });
        await managerOn(cluster, "a");
        await deploy(cluster, 4);
        await scaleTo(cluster, 4);
        await cluster.env.clock.sleep(60_000);
        const told = (await cluster.list(events, namespace)).filter(
          ({ reason }) => reason === "SuccessfulDelete",
        );
        assert.deepEqual([told.length, (await cluster.list(pods, namespace)).length], [0, 4]);
      },
      { startManager: false },
    );
  }
});
