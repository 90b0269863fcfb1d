/** Quotas with their controller, against the real API server, in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  configMaps,
  isStatus,
  nodes,
  type Pod,
  pods,
  type ResourceQuota,
  resourceQuotas,
  services,
} from "#api";
import { TestCluster } from "../testing/cluster.ts";

const namespace = "default";

async function quota(cluster: TestCluster, name: string, spec: object): Promise<void> {
  await cluster.create(resourceQuotas, { metadata: { name, namespace }, spec } as never);
  await cluster.until("it is counted", async () => (await used(cluster, name)) !== undefined);
}

async function used(cluster: TestCluster, name: string): Promise<ResourceQuota["status"]["used"]> {
  return (await cluster.get(resourceQuotas, name, namespace))?.status?.used;
}

function pod(name: string, cpu?: string, spec: object = {}): never {
  const resources = cpu === undefined ? {} : { requests: { cpu } };
  return {
    metadata: { name, namespace },
    spec: { containers: [{ name: "c", image: "i", resources }], ...spec },
  } as never;
}

/** Undefined when it was made, else why not. */
async function tryMake(cluster: TestCluster, body: never): Promise<string | undefined> {
  try {
    await cluster.create<Pod>(pods, body);
    return undefined;
  } catch (error) {
    assert.ok(isStatus(error, "Forbidden"), String(error));
    return error.message;
  }
}

test("Pods are let in up to the limit, never beyond it however many come at once, and room comes back", async () => {
  await TestCluster.run("pods", async (cluster) => {
    await cluster.create(nodes, { metadata: { name: "n1" } });
    await quota(cluster, "q", { hard: { pods: "5", "requests.cpu": "1" } });
    await quota(cluster, "other", { hard: { pods: "50" } });
    const names = Array.from({ length: 20 }, (_, i) => `p${i}`);
    const refusals = await Promise.all(names.map((name) => tryMake(cluster, pod(name, "100m"))));
    assert.equal(refusals.filter((one) => one === undefined).length, 5);
    assert.match(
      refusals.find((one) => one !== undefined) ?? "",
      /exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5/,
    );
    assert.deepEqual(await used(cluster, "q"), { pods: "5", "requests.cpu": "500m" });
    assert.deepEqual(await used(cluster, "other"), { pods: "5" }, "what was refused is undone");
    const { managedFields } = (await cluster.get(resourceQuotas, "q", namespace))?.metadata ?? {};
    const charged = managedFields?.find(({ manager }) => manager === "kube-apiserver");
    assert.deepEqual(
      [charged?.operation, charged?.subresource, charged?.fieldsV1],
      ["Update", "status", { "f:status": { "f:used": { "f:pods": {}, "f:requests.cpu": {} } } }],
      "the server updates the status",
    );
    const [first] = await cluster.list(pods, namespace);
    await cluster.admin
      .of(pods)
      .delete({ namespace, name: first?.metadata.name ?? "" }, cluster.signal, { gracePeriodSeconds: 0 });
    await cluster.until("there is room", async () => (await used(cluster, "q"))?.["pods"] === "4");
    assert.match(
      (await tryMake(cluster, pod("big", "700m"))) ?? "",
      /requests.cpu=700m, used: requests.cpu=400m/,
    );
    assert.equal(await tryMake(cluster, pod("fits", "600m")), undefined);
    assert.match(
      (await tryMake(cluster, pod("silent"))) ?? "",
      /failed quota: q: must specify requests.cpu for: c/,
    );
  });
});

test("Scopes choose the pods that count", async () => {
  await TestCluster.run("scopes", async (cluster) => {
    await quota(cluster, "best-effort", { hard: { pods: "1" }, scopes: ["BestEffort"] });
    await quota(cluster, "ending", { hard: { pods: "0" }, scopes: ["Terminating"] });
    const matchExpressions = [{ scopeName: "PriorityClass", operator: "In", values: ["high"] }];
    await quota(cluster, "high", { hard: { "count/pods": "0" }, scopeSelector: { matchExpressions } });
    assert.equal(await tryMake(cluster, pod("a")), undefined);
    assert.match((await tryMake(cluster, pod("b"))) ?? "", /exceeded quota: best-effort/);
    assert.equal(await tryMake(cluster, pod("c", "1")), undefined);
    assert.match(
      (await tryMake(cluster, pod("d", "1", { activeDeadlineSeconds: 5 }))) ?? "",
      /exceeded quota: ending/,
    );
  });
});

test("Objects of any kind count, services by their ports, and a quota counts itself", async () => {
  await TestCluster.run("objects", async (cluster) => {
    const hard = {
      "count/configmaps": "3",
      configmaps: "3",
      "services.nodeports": "1",
      services: "5",
      resourcequotas: "2",
    };
    await quota(cluster, "q", { hard });
    const known = async (): Promise<string> => JSON.stringify(await used(cluster, "q"));
    await cluster.until("all is counted", async () => (await known()).includes('"resourcequotas":"1"'));
    const make = (name: string) => cluster.create(configMaps, { metadata: { name, namespace } });
    await make("a");
    await make("b");
    await assert.rejects(make("c"), /exceeded quota: q, requested: configmaps=1,count\/configmaps=1/);
    await cluster.admin.of(configMaps).delete({ namespace, name: "a" }, cluster.signal);
    await cluster.until("there is room", async () => (await used(cluster, "q"))?.["configmaps"] === "2");
    await make("c");
    const ports = [{ port: 80 }];
    await cluster.create(services, { metadata: { name: "s", namespace }, spec: { ports } });
    await cluster.create(services, { metadata: { name: "t", namespace }, spec: { type: "NodePort", ports } });
    const change = (type: string) =>
      cluster.admin.of(services).patch({ namespace, name: "s" }, "merge", { spec: { type } }, cluster.signal);
    await assert.rejects(change("NodePort"), /exceeded quota: q, requested: services.nodeports=1/);
    await cluster.admin.of(services).delete({ namespace, name: "t" }, cluster.signal);
    await cluster.until(
      "there is room",
      async () => (await used(cluster, "q"))?.["services.nodeports"] === "0",
    );
    await change("NodePort");
    assert.equal((await used(cluster, "q"))?.["services.nodeports"], "1");
  });
});

test("A quota that nobody has counted yet lets nothing in", async () => {
  await TestCluster.run(
    "uncounted",
    async (cluster) => {
      await cluster.create(resourceQuotas, {
        metadata: { name: "q", namespace },
        spec: { hard: { pods: "5" } },
      });
      assert.match((await tryMake(cluster, pod("a"))) ?? "", /status unknown for quota: q, resources: pods/);
    },
    { startManager: false },
  );
});
