/** Namespaces and what each of them always has, against the real API server, in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterRoles, configMaps, namespaces, pods, serviceAccounts } from "#api";
import { TestCluster } from "../testing/cluster.ts";

const namespace = "team";

function podIn(name: string) {
  return { metadata: { name, namespace }, spec: { containers: [{ name: "c", image: "i" }] } };
}

test("A namespace goes with all that is in it, pods first, and says on the way what is left", async () => {
  await TestCluster.run("delete", async (cluster) => {
    await cluster.create(namespaces, { metadata: { name: namespace } });
    await cluster.create(configMaps, {
      metadata: { name: "held", namespace, finalizers: ["example.com/hold"] },
    });
    await cluster.create(pods, podIn("a"));
    await cluster.playNode("n1");
    await cluster.playNode("n1");
    await cluster.admin.of(namespaces).delete({ name: namespace }, cluster.signal);
    const condition = async (type: string) => {
      const found = await cluster.get(namespaces, namespace);
      return found?.status.conditions?.find((known) => known.type === type)?.message;
    };
    const left = "Some resources are remaining: pods. has 1 resource instances";
    await cluster.until(
      "it waits for the pod",
      async () => (await condition("NamespaceContentRemaining")) === left,
    );
    assert.equal((await cluster.list(configMaps, namespace)).length, 2);
    await cluster.playNode("n1");
    const waiting =
      "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances";
    await cluster.until(
      "it waits for the finalizer",
      async () => (await condition("NamespaceFinalizersRemaining")) === waiting,
    );
    const patch = { metadata: { finalizers: [] } };
    await cluster.admin.of(configMaps).patch({ namespace, name: "held" }, "merge", patch, cluster.signal);
    await cluster.until("it is gone", async () => (await cluster.get(namespaces, namespace)) === undefined);
  });
});

test("The default account and the root certificate come back when they are deleted or changed", async () => {
  await TestCluster.run("restore", async (cluster) => {
    await cluster.create(namespaces, { metadata: { name: namespace } });
    const ca = { namespace, name: "kube-root-ca.crt" };
    await cluster.admin.of(serviceAccounts).delete({ namespace, name: "default" }, cluster.signal);
    await cluster.admin.of(configMaps).patch(ca, "merge", { data: { "ca.crt": "forged" } }, cluster.signal);
    await cluster.until("both are right again", async () => {
      const account = await cluster.get(serviceAccounts, "default", namespace);
      const map = await cluster.get(configMaps, ca.name, namespace);
      return account !== undefined && map?.data?.["ca.crt"] === "the authority";
    });
    await cluster.admin.of(configMaps).delete(ca, cluster.signal);
    await cluster.until(
      "it is there again",
      async () => (await cluster.get(configMaps, ca.name, namespace)) !== undefined,
    );
  });
});

test("An aggregated role takes up the rules of a new part", async () => {
  await TestCluster.run("aggregate", async (cluster) => {
    const rules = [{ apiGroups: ["example.com"], resources: ["things"], verbs: ["get"] }];
    const labels = { "rbac.authorization.k8s.io/aggregate-to-view": "true" };
    await cluster.create(clusterRoles, { metadata: { name: "things-viewer", labels }, rules });
    for (const name of ["view", "edit", "admin"]) {
      await cluster.until(`${name} has the rule`, async () => {
        const role = await cluster.get(clusterRoles, name);
        return role?.rules?.some(({ apiGroups }) => apiGroups?.includes("example.com")) ?? false;
      });
    }
  });
});
