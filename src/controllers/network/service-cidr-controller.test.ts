/** A deleted ServiceCIDR stays until no Service needs it, against the real API server, in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ServiceCIDR, serviceCidrs, services } from "#api";
import { TestCluster } from "../testing/cluster.ts";

const namespace = "default";

function ready(range: ServiceCIDR | undefined): readonly unknown[] {
  const condition = range?.status?.conditions?.find(({ type }) => type === "Ready");
  return [condition?.status, condition?.reason];
}

test("A deleted range waits for the Service that has an address of it, or for another range with that address", async () => {
  await TestCluster.run("ranges", async (cluster) => {
    const range = (name: string, cidr: string) =>
      cluster.create(serviceCidrs, { metadata: { name }, spec: { cidrs: [cidr] } });
    await range("more", "192.0.2.0/24");
    await cluster.until(
      "it is ready",
      async () => ready(await cluster.get(serviceCidrs, "more"))[0] === "True",
    );
    assert.deepEqual((await cluster.get(serviceCidrs, "more"))?.metadata.finalizers, [
      "networking.k8s.io/service-cidr-finalizer",
    ]);
    const spec = { clusterIP: "192.0.2.7", ports: [{ port: 80 }] };
    await cluster.create(services, { metadata: { name: "web", namespace }, spec });
    await cluster.admin.of(serviceCidrs).delete({ name: "more" }, cluster.signal);
    await cluster.env.clock.sleep(60_000);
    assert.deepEqual(ready(await cluster.get(serviceCidrs, "more")), ["False", "Terminating"]);
    await range("wider", "192.0.2.0/23");
    await cluster.until("it is gone", async () => (await cluster.get(serviceCidrs, "more")) === undefined);

    await cluster.admin.of(serviceCidrs).delete({ name: "wider" }, cluster.signal);
    await cluster.env.clock.sleep(60_000);
    assert.ok(await cluster.get(serviceCidrs, "wider"));
    await cluster.admin.of(services).delete({ namespace, name: "web" }, cluster.signal);
    await cluster.until("it is gone", async () => (await cluster.get(serviceCidrs, "wider")) === undefined);
  });
});
