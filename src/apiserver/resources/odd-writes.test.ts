/** Writes through subresources and changes of type that few clients make, and what upstream makes of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pod, serve } from "../served.suite.ts";
import { NODES, userOf } from "../user.ts";

const base = "/api/v1/namespaces/default";
const pods = `${base}/pods`;
const services = `${base}/services`;
const budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
const tokens = `${base}/serviceaccounts/default/token`;
const labels = { app: "x" };

function binding(name: string | undefined, more: object = {}): object {
  const metadata = name === undefined ? {} : { name };
  return { apiVersion: "v1", kind: "Binding", metadata, target: { kind: "Node", name: "n" }, ...more };
}

test("a binding names its pod and a node; what is over keeps its time and place, and the nomination ends", () =>
  serve("bindings", async ({ admin }) => {
    await admin.post(pods, pod("a"));
    const lastTransitionTime = "2020-01-01T00:00:00Z";
    const conditions = [
      { type: "PodScheduled", status: "True", lastTransitionTime },
      { type: "Ready", status: "False", lastTransitionTime },
    ];
    await admin.patch(`${pods}/a/status`, "merge-patch+json", {
      status: { conditions, nominatedNodeName: "m" },
    });
    for (const [body, status] of [
      [binding(undefined), 400],
      [binding("b"), 400],
      [binding("a", { target: {} }), 500],
      [binding("a", { target: { kind: "Pod", name: "n" } }), 500],
    ] as const) {
      const answer = await admin.post(`${pods}/a/binding`, body);
      assert.deepEqual(
        [answer.status, answer.body.reason ?? ""],
        [status, status === 400 ? "BadRequest" : ""],
      );
    }
    const annotations = { a: "1" };
    const bound = await admin.post(
      `${base}/bindings`,
      binding("a", { metadata: { name: "a", annotations } }),
    );
    assert.equal(bound.status, 201);
    const { body } = await admin.get(`${pods}/a`);
    assert.deepEqual(
      [body.spec.nodeName, body.metadata.annotations, body.status.nominatedNodeName],
      ["n", annotations, undefined],
    );
    assert.deepEqual(
      body.status.conditions.map((one: Record<string, unknown>) => [one["type"], one["lastTransitionTime"]]),
      conditions.map((one) => [one.type, lastTransitionTime]),
    );
  }));

test("an eviction names its pod, has options of a delete, and tells when the last disruption is spent", () =>
  serve("odd evictions", async ({ admin }) => {
    for (const name of ["a", "b"]) {
      await admin.post(pods, pod(name, { nodeName: "n" }, { labels }));
      const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
      await admin.patch(`${pods}/${name}/status`, "merge-patch+json", { status });
    }
    const evict = (name: string, metadata: object, deleteOptions: object = {}) =>
      admin.post(`${pods}/${name}/eviction`, {
        apiVersion: "policy/v1",
        kind: "Eviction",
        metadata,
        deleteOptions,
      });
    assert.equal((await evict("a", {})).status, 400);
    assert.equal((await evict("a", { name: "a" }, { propagationPolicy: "Sideways" })).status, 422);
    assert.equal((await evict("a", { name: "a" }, { preconditions: { uid: "other" } })).status, 409);
    const made = await admin.post(budgets, {
      metadata: { name: "p" },
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    });
    assert.equal(made.status, 201);
    const counts = { observedGeneration: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 };
    const disruptedPods = Object.fromEntries(
      Array.from({ length: 2001 }, (_, i) => [`x${i}`, "2026-01-01T00:00:00Z"]),
    );
    const tell = (status: object) =>
      admin.patch(`${budgets}/p/status`, "merge-patch+json", { status: { ...counts, ...status } });
    assert.equal((await tell({ disruptionsAllowed: 1, disruptedPods })).status, 200);
    const flooded = await evict("a", { name: "a" });
    assert.deepEqual([flooded.status, flooded.body.details.kind], [403, "poddisruptionbudget"]);
    await tell({ disruptedPods: null, disruptionsAllowed: 1 });
    assert.equal((await evict("a", { name: "a" }, { propagationPolicy: "Foreground" })).status, 201);
    const gone = (await admin.get(`${pods}/a`)).body.metadata;
    assert.deepEqual(gone.finalizers, ["foregroundDeletion"]);
    const [condition] = (await admin.get(`${budgets}/p`)).body.status.conditions;
    assert.deepEqual(
      [condition.type, condition.status, condition.reason, condition.observedGeneration],
      ["DisruptionAllowed", "False", "InsufficientPods", 1],
    );
  }));

test("a scale names its object", () =>
  serve("scales", async ({ admin }) => {
    const path = "/apis/apps/v1/namespaces/default/deployments";
    const template = { metadata: { labels }, spec: { containers: [{ name: "c", image: "i" }] } };
    await admin.post(path, {
      metadata: { name: "d" },
      spec: { selector: { matchLabels: labels }, template },
    });
    const put = (metadata: object, replicas: number) =>
      admin.put(`${path}/d/scale`, {
        apiVersion: "autoscaling/v1",
        kind: "Scale",
        metadata,
        spec: { replicas },
      });
    const answers = [
      await put({}, 1),
      await put({ name: "e" }, 1),
      await put({ name: "d", uid: "other" }, 1),
      await put({ name: "d", resourceVersion: "1" }, 1),
      await put({ name: "d" }, -1),
      await put({ name: "d" }, 2 ** 31),
      await put({ name: "d" }, 2),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [400, 400, 409, 409, 422, 400, 200],
    );
  }));

test("a token is asked for the account of the path, and told for whom it is", () =>
  serve("odd tokens", async ({ admin }) => {
    const ask = (metadata: object, spec: object = {}) => admin.post(tokens, { metadata, spec });
    const misnamed = await ask({ name: "other" });
    assert.deepEqual([misnamed.status, misnamed.body.details.causes[0].field], [422, "metadata.name"]);
    assert.equal((await ask({ namespace: "other" })).status, 400);
    const stale = await ask({ uid: "other" });
    assert.deepEqual([stale.status, stale.body.details.kind], [409, "TokenRequest"]);
    const bound = { kind: "Pod", apiVersion: "apps/v1", name: "a" };
    assert.equal((await ask({}, { boundObjectRef: bound })).status, 400);
    await admin.post(pods, pod("a"));
    const remade = await ask({}, { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "a", uid: "x" } });
    assert.deepEqual([remade.status, remade.body.details.kind], [409, "Pod"]);
    const { status, body } = await ask({ annotations: { a: "1" } });
    assert.equal(status, 201);
    assert.equal(body.metadata.annotations.a, "1");
    assert.ok(body.spec.audiences.length > 0, JSON.stringify(body.spec));
  }));

test("a service that changes its type keeps node ports by their names and loses what its type has not", () =>
  serve("types", async ({ admin }) => {
    const ports = [
      { name: "a", port: 80 },
      { name: "b", port: 81 },
    ];
    const made = await admin.post(services, {
      metadata: { name: "s" },
      spec: { type: "LoadBalancer", ports },
    });
    const [a, b] = made.body.spec.ports.map((one: { nodePort: number }) => one.nodePort);
    const loadBalancer = { ingress: [{ ip: "10.0.0.1" }] };
    const told = await admin.patch(`${services}/s/status`, "merge-patch+json", { status: { loadBalancer } });
    assert.equal(told.status, 200, JSON.stringify(told.body));
    const change = (spec: object) => admin.patch(`${services}/s`, "merge-patch+json", { spec });
    const moved = await change({
      type: "NodePort",
      ports: [
        { name: "b", port: 90 },
        { name: "a", port: 80 },
      ],
    });
    assert.deepEqual(
      moved.body.spec.ports.map((one: { nodePort: number }) => one.nodePort),
      [b, a],
    );
    assert.deepEqual(moved.body.status, { loadBalancer: {} });
    const inside = await change({ type: "ClusterIP", ports: [{ name: "a", port: 80, nodePort: a }] });
    assert.equal(inside.status, 200, JSON.stringify(inside.body));
    assert.equal(inside.body.spec.ports[0].nodePort, undefined);
    const outside = await change({ type: "ExternalName", externalName: "example.com" });
    assert.deepEqual([outside.status, outside.body.spec.clusterIPs], [200, undefined]);
  }));

test("a review of rules is all status, and says that nodes may do more", () =>
  serve("rules", async ({ admin, as }) => {
    const ask = (caller: typeof admin) =>
      caller.post("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {
        spec: { namespace: "default" },
      });
    const { body } = await ask(admin);
    assert.deepEqual([body.metadata, body.spec, body.status.incomplete], [{}, {}, false]);
    const told = (await ask(as(userOf("system:node:n1", [NODES, "system:authenticated"])))).body.status;
    assert.deepEqual([told.incomplete, typeof told.evaluationError], [true, "string"]);
  }));

test("an update with a node port twice meets the allocator first, and is a bare error; a create is refused", () =>
  serve("doubled node ports", async ({ admin }) => {
    const spec = { type: "NodePort", ports: [{ name: "a", port: 80, nodePort: 30_000 }] };
    const doubled = { ...spec, ports: [...spec.ports, { name: "b", port: 81, nodePort: 30_000 }] };
    const refused = await admin.post(services, { metadata: { name: "a" }, spec: doubled });
    assert.deepEqual([refused.status, refused.body.details.causes[0].reason], [422, "FieldValueDuplicate"]);
    await admin.post(services, { metadata: { name: "a" }, spec });
    const { status, body } = await admin.put(`${services}/a`, { metadata: { name: "a" }, spec: doubled });
    assert.deepEqual([status, body.reason ?? "", body.message], [500, "", "duplicate nodePort: {TCP 30000}"]);
  }));
