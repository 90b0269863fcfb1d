/** EndpointSlices and Endpoints against the real API server, in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { endpointSlices, endpoints, nodes, pods, services } from "#api";
import { TestCluster } from "../testing/cluster.ts";

const namespace = "default";

function backend(name: string) {
  return {
    metadata: { name, namespace, labels: { app: "web" } },
    spec: { containers: [{ name: "c", image: "i", ports: [{ name: "http", containerPort: 8080 }] }] },
  };
}

async function served(cluster: TestCluster) {
  await cluster.create(nodes, { metadata: { name: "n1", labels: { "topology.kubernetes.io/zone": "z1" } } });
  await cluster.create(services, {
    metadata: { name: "web", namespace, labels: { team: "a" } },
    spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: "http" }] },
  });
  for (const name of ["a", "b"]) await cluster.create(pods, backend(name));
  await cluster.playNode("n1");
  await cluster.playNode("n1", ({ metadata }) => metadata.name === "a");
}

async function sliceState(cluster: TestCluster): Promise<string> {
  const slices = (await cluster.list(endpointSlices, namespace)).filter(
    ({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === "web",
  );
  return slices
    .flatMap(({ ports, endpoints: list }) =>
      (list ?? []).map(({ targetRef, conditions, zone }) => {
        const { ready, serving, terminating } = conditions ?? {};
        return `${targetRef?.name} ${ports?.[0]?.port} ${zone} ${ready} ${serving} ${terminating}`;
      }),
    )
    .sort()
    .join("; ");
}

test("A service's slice follows its pods through readiness, termination and the end", async () => {
  await TestCluster.run("slices", async (cluster) => {
    await served(cluster);
    await cluster.until(
      "one pod is ready",
      async () => (await sliceState(cluster)) === "a 8080 z1 true true false",
    );
    await cluster.playNode("n1");
    const both = "a 8080 z1 true true false; b 8080 z1 true true false";
    await cluster.until("both are ready", async () => (await sliceState(cluster)) === both);
    const [slice] = (await cluster.list(endpointSlices, namespace)).filter(
      ({ metadata }) => metadata.labels?.team,
    );
    assert.equal(
      slice?.metadata.labels?.["endpointslice.kubernetes.io/managed-by"],
      "endpointslice-controller.k8s.io",
    );
    assert.match(
      slice?.metadata.annotations?.["endpoints.kubernetes.io/last-change-trigger-time"] ?? "",
      /^2026-/,
    );
    await cluster.admin.of(pods).delete({ namespace, name: "a" }, cluster.signal);
    const ending = "a 8080 z1 false true true; b 8080 z1 true true false";
    await cluster.until("one still serves while it ends", async () => (await sliceState(cluster)) === ending);
    await cluster.playNode("n1");
    await cluster.until(
      "one is left",
      async () => (await sliceState(cluster)) === "b 8080 z1 true true false",
    );
  });
});

test("The Endpoints object lists ready and unready addresses apart, and goes with the service", async () => {
  await TestCluster.run("endpoints", async (cluster) => {
    await served(cluster);
    const get = () => cluster.get(endpoints, "web", namespace);
    const count = async () => (await get())?.subsets?.flatMap(({ addresses }) => addresses ?? []).length;
    await cluster.until("one address is ready", async () => (await count()) === 1);
    assert.equal((await get())?.subsets?.[0]?.ports?.[0]?.port, 8080);
    await cluster.playNode("n1");
    await cluster.until("both are", async () => (await count()) === 2);
    await cluster.admin.of(services).delete({ namespace, name: "web" }, cluster.signal);
    await cluster.until("it is gone", async () => (await get()) === undefined);
    await cluster.until("the slices are gone", async () => (await sliceState(cluster)) === "");
  });
});
