/** What a write may say, and the server does not take up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "../served.suite.ts";

const base = "/api/v1/namespaces/default";

test("an update keeps when its object was made, and no generated name that it leaves out", () =>
  serve("kept metadata", async ({ admin }) => {
    const made = await admin.post(`${base}/configmaps`, { metadata: { generateName: "a-" } });
    const { name, creationTimestamp } = made.body.metadata as Record<string, string>;
    const put = await admin.put(`${base}/configmaps/${name}`, {
      metadata: { name, creationTimestamp: "2020-01-01T00:00:00Z" },
    });
    assert.deepEqual(
      [put.status, put.body.metadata.creationTimestamp, put.body.metadata.generateName],
      [200, creationTimestamp, undefined],
    );
  }));

test("what the server keeps to itself is dropped: configurations of nodes, all but the names of an account's secrets", () =>
  serve("dropped fields", async ({ admin }) => {
    const configMap = { namespace: "a", name: "b", kubeletConfigKey: "k" };
    await admin.post("/api/v1/nodes", { metadata: { name: "n" }, spec: { configSource: { configMap } } });
    const node = await admin.patch("/api/v1/nodes/n", "merge-patch+json", {
      spec: { configSource: { configMap } },
    });
    const told = await admin.patch("/api/v1/nodes/n/status", "merge-patch+json", {
      status: { config: { error: "x" } },
    });
    assert.deepEqual([node.body.spec.configSource, told.body.status.config], [undefined, undefined]);
    const secrets = [{ name: "s", kind: "Secret", namespace: "other" }];
    const account = await admin.post(`${base}/serviceaccounts`, { metadata: { name: "a" }, secrets });
    assert.deepEqual(account.body.secrets, [{ name: "s" }]);
    const slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
    const endpoints = [{ addresses: ["10.0.0.1"], deprecatedTopology: { "kubernetes.io/hostname": "n" } }];
    const slice = await admin.post(slices, { metadata: { name: "a" }, addressType: "IPv4", endpoints });
    assert.deepEqual(slice.body.endpoints, [{ addresses: ["10.0.0.1"], conditions: {} }]);
    const served = await admin.post("/apis/apiregistration.k8s.io/v1/apiservices", {
      metadata: { name: "v1.a.example.com" },
      spec: { group: "a.example.com", version: "v1", groupPriorityMinimum: 100, versionPriority: 10 },
    });
    assert.equal(served.body.status.conditions[0].reason, "Local");
  }));
