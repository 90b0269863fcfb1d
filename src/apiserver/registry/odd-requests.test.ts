/** Requests that few clients send, and what upstream answers them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { configMap, serve } from "../served.suite.ts";
import { AUTHENTICATED, userOf } from "../user.ts";

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

test("who may update or patch what is there creates nothing by that, and may when he may create", () =>
  serve("creators", async ({ admin, as }) => {
    const joe = as(userOf("joe", [AUTHENTICATED]));
    const roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
    const rule = (verbs: readonly string[]): object => ({
      rules: [{ apiGroups: ["", "coordination.k8s.io"], resources: ["configmaps", "leases"], verbs }],
    });
    await admin.post(roles, { metadata: { name: "joe" }, ...rule(["update", "patch"]) });
    await admin.post(roles.replace(/roles$/, "rolebindings"), {
      metadata: { name: "joe" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "joe" },
      subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "joe" }],
    });
    const lease = "/apis/coordination.k8s.io/v1/namespaces/default/leases/a";
    const put = () => joe.put(lease, { metadata: { name: "a" } });
    const apply = () => joe.patch(`${maps}/a?fieldManager=m`, "apply-patch+yaml", configMap("a"));
    for (const refused of [await put(), await apply()]) {
      assert.equal(refused.status, 403);
      assert.match(refused.body.message, /User "joe" cannot create resource "(leases|configmaps)"/);
    }
    await admin.patch(`${roles}/joe`, "merge-patch+json", rule(["update", "patch", "create"]));
    for (const made of [await put(), await apply()]) assert.equal(made.status, 201);
    await admin.patch(`${roles}/joe`, "merge-patch+json", rule(["update", "patch"]));
    assert.equal((await apply()).status, 200);
  }));

test("streams of pods take the right to create them, whatever the method", () =>
  serve("streams", async ({ admin, as }) => {
    const joe = as(userOf("joe", [AUTHENTICATED]));
    const roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
    const resources = ["pods/exec", "pods/attach", "pods/portforward"];
    const rules = (verbs: readonly string[]): object => ({ rules: [{ apiGroups: [""], resources, verbs }] });
    await admin.post(roles, { metadata: { name: "joe" }, ...rules(["get"]) });
    await admin.post(`${roles.replace(/roles$/, "rolebindings")}`, {
      metadata: { name: "joe" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "joe" },
      subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "joe" }],
    });
    const asked = (one: string) => joe.get(`/api/v1/namespaces/default/${one.replace("/", "/a/")}`);
    for (const one of resources) {
      const { status, body } = await asked(one);
      assert.equal(status, 403, one);
      assert.match(body.message, new RegExp(`cannot create resource "${one}"`));
    }
    await admin.patch(`${roles}/joe`, "merge-patch+json", rules(["get", "create"]));
    for (const one of resources) assert.equal((await asked(one)).status, 404, "there is no such pod");
  }));

const own: readonly (readonly [what: string, path: string, object: object])[] = [
  [
    "a Deployment",
    "/apis/apps/v1/namespaces/default/deployments",
    {
      metadata: { name: "a", labels: { z: "1", a: "2" }, annotations: { b: "1" } },
      spec: {
        selector: { matchLabels: { a: "b" } },
        template: {
          metadata: { labels: { a: "b" } },
          spec: { containers: [{ image: "i", name: "c", ports: [{ containerPort: 80 }] }] },
        },
      },
    },
  ],
  [
    "a Service with a node port",
    "/api/v1/namespaces/default/services",
    { metadata: { name: "a" }, spec: { type: "NodePort", ports: [{ port: 80 }] } },
  ],
  [
    "a NetworkPolicy",
    "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies",
    { metadata: { name: "a" }, spec: { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] } },
  ],
  [
    "a CustomResourceDefinition",
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    {
      metadata: { name: "as.example.com" },
      spec: {
        group: "example.com",
        names: { plural: "as", kind: "A" },
        scope: "Cluster",
        versions: [
          { name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } },
        ],
      },
    },
  ],
];
for (const [what, collection, object] of own) {
  test(`what was read of ${what} and is sent back changes nothing, whatever had been filled in last`, () =>
    serve("own", async ({ admin }) => {
      const { status, body } = await admin.post(collection, object);
      assert.equal(status, 201, JSON.stringify(body));
      const path = `${collection}/${body.metadata.name}`;
      const { metadata } = (await admin.get(path)).body;
      for (const answer of [
        await admin.put(path, (await admin.get(path)).body),
        await admin.patch(path, "merge-patch+json", {}),
        await admin.patch(path, "strategic-merge-patch+json", {}),
      ])
        assert.deepEqual([answer.status, answer.body.metadata], [200, metadata]);
    }));
}

test("a watch of tables with rows of an unknown kind is refused before it begins; other watches do not look at it", () =>
  serve("tables", async ({ admin }) => {
    const path = `${maps}?watch=1&includeObject=Everything`;
    const accept = "application/json;as=Table;g=meta.k8s.io;v=v1";
    const { status, body } = await admin.get(path, { accept });
    assert.deepEqual([status, body.reason], [400, "BadRequest"]);
    const stop = new AbortController();
    await admin.watch(path, stop.signal);
    stop.abort();
  }));
