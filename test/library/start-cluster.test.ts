/** `startCluster()` as a library: many clusters in one process, forks that do not see each other, virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { configMaps, type Deployment, deployments, pods, services } from "#api";
import { SimWorld } from "#base/sim";
import { type Cluster, startCluster } from "#cluster";

const never = new AbortController().signal;

async function put(cluster: Cluster, name: string): Promise<void> {
  await cluster
    .client()
    .of(configMaps)
    .create({ metadata: { name, namespace: "default" } }, never);
}

async function namesIn(cluster: Cluster): Promise<readonly string[]> {
  const list = await cluster.client().of(configMaps).list({ namespace: "default" }, never);
  return list.items.map((item) => item.metadata.name ?? "").filter((name) => name !== "kube-root-ca.crt");
}

function deployment(replicas: number): Deployment {
  const container = { name: "main", image: "app:1" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [container] } },
    },
  } as unknown as Deployment;
}

test("several clusters live in one process and share nothing", async () => {
  await using a = await startCluster({ name: "a", virtualNodes: 0 });
  await using b = await startCluster({ name: "b", virtualNodes: 0 });
  await put(a, "only-in-a");
  assert.deepEqual(await namesIn(a), ["only-in-a"]);
  assert.deepEqual(await namesIn(b), []);
  assert.notEqual(a.pki.ca.certificatePem, b.pki.ca.certificatePem);
});

test("a cluster that is let go as soon as it has started ends", { timeout: 60_000 }, async () => {
  for (let at = 0; at < 3; at += 1) {
    await using cluster = await startCluster({ virtualNodes: 0 });
    assert.deepEqual(cluster.notReady(), []);
  }
});

test("a cluster and its forks have the ranges and the admission that they are asked to have", async () => {
  const options = { virtualNodes: 0, ranges: { serviceRange: "10.20.0.0/24" } };
  const apiServer = { disabledPlugins: ["ServiceAccount"] };
  await using cluster = await startCluster({ ...options, apiServer });
  await using fork = await cluster.fork();
  const service = { metadata: { name: "a", namespace: "default" }, spec: { ports: [{ port: 80 }] } };
  const pod = {
    metadata: { name: "a", namespace: "default" },
    spec: { containers: [{ name: "a", image: "a" }] },
  };
  for (const one of [cluster, fork]) {
    assert.match(
      (await one.client().of(services).create(service, never)).spec.clusterIP ?? "",
      /^10\.20\.0\./,
    );
    assert.equal((await one.client().of(pods).create(pod, never)).spec.volumes, undefined);
  }
});

test("pods wait for the ConfigMap that the cluster gives to each beside its token", async () => {
  const world = new SimWorld("bundle");
  await world.run(async () => {
    const apiServer = { tokenConfigMaps: [{ name: "bundle", key: "bundle.pem" }] };
    await using cluster = await startCluster({ virtualTime: world, apiServer }, never);
    const key = { name: "a", namespace: "default" };
    const own = cluster.client().of(pods);
    await own.create({ metadata: key, spec: { containers: [{ name: "a", image: "a" }] } }, never);
    const phase = async (): Promise<string | undefined> => (await own.get(key, never)).status.phase;
    await cluster.env.clock.sleep(60_000);
    assert.equal(await phase(), "Pending");
    const bundle = { metadata: { ...key, name: "bundle" }, data: { "bundle.pem": "trusted" } };
    await cluster.client().of(configMaps).create(bundle, never);
    await cluster.env.clock.sleep(300_000);
    assert.equal(await phase(), "Running");
  });
});

test("a fork begins with the state of its cluster, and then each goes its own way", async () => {
  await using cluster = await startCluster({ virtualNodes: 0 });
  await put(cluster, "before");
  await using fork = await cluster.fork();
  await put(fork, "in-the-fork");
  await put(cluster, "in-the-cluster");
  assert.deepEqual(await namesIn(fork), ["before", "in-the-fork"]);
  assert.deepEqual(await namesIn(cluster), ["before", "in-the-cluster"]);
});

test("a cluster that has ended is no more forked, nor asked for a client", async () => {
  const cluster = await startCluster({ virtualNodes: 0 });
  await cluster[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
  assert.throws(() => cluster.client(), { code: "not-running" });
  await assert.rejects(cluster.fork(), { code: "not-running" });
});

test("options that there are not are refused, as TypeScript refuses them", async () => {
  const wrong: readonly (readonly [options: object, complaint: RegExp])[] = [
    [{ nodes: 3 }, /no option `nodes`: there are name, listen/],
    [{ virtualNodes: -1 }, /`virtualNodes` is a whole number from 0 on, not -1/],
    [{ virtualNodes: "3" }, /`virtualNodes` is a whole number/],
  ];
  for (const [options, message] of wrong)
    await assert.rejects(startCluster(options), { name: "TypeError", message });
  await using cluster = await startCluster({ virtualNodes: 0 });
  await assert.rejects(cluster.fork({ dataDir: "/tmp" } as object), /no option `dataDir`/);
});

test("a cluster in virtual time runs an hour of a Deployment's life, the same for a seed", async () => {
  const life = async (seed: string): Promise<readonly string[]> => {
    const world = new SimWorld(seed);
    return world.run(async () => {
      await using cluster = await startCluster({ virtualTime: world, virtualNodes: 2 }, never);
      await cluster.client().of(deployments).create(deployment(3), never);
      await cluster.env.clock.sleep(3_600_000);
      const { items } = await cluster.client().of(pods).list({ namespace: "default" }, never);
      assert.deepEqual(
        items.map((pod) => pod.status.phase),
        ["Running", "Running", "Running"],
      );
      return items.map((pod) => `${pod.metadata.name} ${pod.spec.nodeName} ${pod.metadata.resourceVersion}`);
    });
  };
  const first = await life("hour");
  assert.deepEqual(await life("hour"), first);
  assert.notDeepEqual(await life("another"), first);
});
