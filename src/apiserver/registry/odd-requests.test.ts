/** Requests that few clients send, and what upstream answers them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { configMap, serve } from "../served.suite.ts";

const maps = "/api/v1/namespaces/default/configmaps";
const services = "/apis/apiregistration.k8s.io/v1/apiservices";

test("a body without a name is refused, unless it is applied to an object that is there", () =>
  serve("names", async ({ admin }) => {
    await admin.post(maps, configMap("a"));
    const undetermined =
      /the name of the object \(a based on URL\) was undeterminable: name must be provided/;
    for (const answer of [
      await admin.put(`${maps}/a`, { metadata: {} }),
      await admin.patch(`${maps}/a`, "merge-patch+json", { metadata: { name: null } }),
      await admin.patch(`${maps}/a`, "json-patch+json", [{ op: "remove", path: "/metadata/name" }]),
    ]) {
      assert.equal(answer.status, 400);
      assert.match(answer.body.message, undetermined);
    }
    const applied = { apiVersion: "v1", kind: "ConfigMap", data: { a: "b" } };
    const there = await admin.patch(`${maps}/a?fieldManager=m`, "apply-patch+yaml", applied);
    assert.deepEqual([there.status, there.body.data], [200, { a: "b" }]);
    assert.equal((await admin.patch(`${maps}/b?fieldManager=m`, "apply-patch+yaml", applied)).status, 400);
  }));

test("a resourceVersion of 0 is none; one that is no number is an error", () =>
  serve("versions", async ({ admin }) => {
    await admin.post(maps, configMap("a"));
    const put = (resourceVersion: string) => admin.put(`${maps}/a`, configMap("a", {}, { resourceVersion }));
    assert.equal((await put("0")).status, 200);
    assert.equal((await put("1")).status, 409);
    const unreadable = await put("newest");
    assert.deepEqual([unreadable.status, unreadable.body.reason], [500, undefined]);
    const { body } = await admin.get(`${services}/v1.apps`);
    const unconditional = { ...body, metadata: { ...body.metadata, resourceVersion: "0" } };
    assert.equal((await admin.put(`${services}/v1.apps`, unconditional)).status, 422);
  }));

test("an apply needs no resourceVersion, also where an update does", () =>
  serve("applies", async ({ admin }) => {
    const applied = (versionPriority: number, metadata: object = {}): object => ({
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: "v1.example.com", ...metadata },
      spec: { group: "example.com", version: "v1", groupPriorityMinimum: 1, versionPriority },
    });
    const path = `${services}/v1.example.com?fieldManager=m`;
    assert.equal((await admin.patch(path, "apply-patch+yaml", applied(1))).status, 201);
    const changed = await admin.patch(path, "apply-patch+yaml", applied(2));
    assert.deepEqual([changed.status, changed.body.spec?.versionPriority], [200, 2]);
    const stale = applied(3, { resourceVersion: "1" });
    assert.equal((await admin.patch(path, "apply-patch+yaml", stale)).status, 409);
  }));
