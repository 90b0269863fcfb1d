/** Create, update, patch, apply and delete, through the gate in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { configMap, namesOf, pod, serve } from "../served.suite.ts";
import { deepFreeze } from "./plain-data.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const PODS = "/api/v1/namespaces/default/pods";

test("create fills in what the server owns, and answers 201 with what is read back", () =>
  serve("create", async ({ admin }) => {
    const made = await admin.post(MAPS, configMap("a", { k: "v" }));
    assert.equal(made.status, 201);
    assert.match(made.body.metadata.uid, /^[0-9a-f-]{36}$/);
    assert.equal(made.body.metadata.namespace, "default");
    assert.ok(Number(made.body.metadata.resourceVersion) > 0);
    assert.deepEqual((await admin.get(`${MAPS}/a`)).body, made.body);
    assert.equal(made.body.metadata.managedFields[0].manager, "unknown");
  }));

test("create refuses a taken name, another namespace, a name on the path, and what validation refuses", () =>
  serve("create refusals", async ({ admin }) => {
    await admin.post(MAPS, configMap("a"));
    const rows: readonly (readonly [object, string, number, string])[] = [
      [configMap("a"), MAPS, 409, "AlreadyExists"],
      [configMap("b", {}, { namespace: "other" }), MAPS, 400, "BadRequest"],
      [configMap("b"), "/api/v1/namespaces/nowhere/configmaps", 404, "NotFound"],
      [configMap("b"), `${MAPS}/b`, 405, "MethodNotAllowed"],
      [configMap("Bad_Name"), MAPS, 422, "Invalid"],
      [{ ...configMap("b"), kind: "Secret" }, MAPS, 400, "BadRequest"],
    ];
    for (const [body, path, status, reason] of rows) {
      const answer = await admin.post(path, body);
      assert.deepEqual([answer.status, answer.body.reason], [status, reason], JSON.stringify(answer.body));
    }
  }));

test("generateName finds a free name; dry run stores nothing", () =>
  serve("generate", async ({ admin }) => {
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { generateName: "a-" } };
    const [first, second] = [await admin.post(MAPS, body), await admin.post(MAPS, body)];
    assert.match(first.body.metadata.name, /^a-[a-z0-9]{5}$/);
    assert.notEqual(first.body.metadata.name, second.body.metadata.name);
    const dry = await admin.post(`${MAPS}?dryRun=All`, configMap("dry"));
    assert.equal(dry.status, 201);
    assert.equal((await admin.get(`${MAPS}/dry`)).status, 404);
  }));

test("a generated name that is taken is made anew", async () => {
  const generated = { apiVersion: "v1", kind: "ConfigMap", metadata: { generateName: "a-" } };
  // One seed draws the same names: the second life meets what the first one has shown it.
  const names: string[] = [];
  for (let life = 0; life < 2; life++) {
    await serve("generate taken", async ({ admin }) => {
      await admin.post(MAPS, configMap(names[0] ?? "a-other"));
      const { status, body } = await admin.post(MAPS, generated);
      assert.equal(status, 201, JSON.stringify(body));
      names.push(body.metadata.name);
    });
  }
  assert.notEqual(names[0], names[1]);
});

test("unknown fields warn by default, are refused when strict, and pass when ignored", () =>
  serve("strictness", async ({ admin }) => {
    const body = { ...configMap("a"), bogus: 1 };
    const strict = await admin.post(`${MAPS}?fieldValidation=Strict`, body);
    assert.equal(strict.status, 400);
    assert.match(strict.body.message, /unknown field "bogus"/);
    const warned = await admin.post(MAPS, body);
    assert.match(warned.headers["warning"] ?? "", /^299 - "unknown field \\"bogus\\""$/);
    const ignored = await admin.post(`${MAPS}?fieldValidation=Ignore`, { ...body, metadata: { name: "b" } });
    assert.equal(ignored.headers["warning"], undefined);
  }));

test("update replaces, keeps what the server owns, and conflicts on a stale version", () =>
  serve("update", async ({ admin }) => {
    const made = (await admin.post(MAPS, configMap("a", { k: "1" }))).body;
    const changed = await admin.put(`${MAPS}/a`, { ...made, data: { k: "2" } });
    assert.equal(changed.status, 200);
    assert.equal(changed.body.metadata.uid, made.metadata.uid);
    const stale = await admin.put(`${MAPS}/a`, { ...made, data: { k: "3" } });
    assert.deepEqual([stale.status, stale.body.reason], [409, "Conflict"]);
    const unconditional = await admin.put(`${MAPS}/a`, configMap("a", { k: "4" }));
    assert.deepEqual([unconditional.status, unconditional.body.data], [200, { k: "4" }]);
    const absent = await admin.put(`${MAPS}/none`, configMap("none"));
    assert.equal(absent.status, 404);
    const other = await admin.put(`${MAPS}/a`, configMap("b"));
    assert.equal(other.status, 400);
  }));

test("a write that changes nothing keeps the revision", () =>
  serve("no-op", async ({ admin }) => {
    const made = (await admin.post(MAPS, configMap("a", { k: "1" }))).body;
    const same = await admin.put(`${MAPS}/a`, made);
    assert.equal(same.body.metadata.resourceVersion, made.metadata.resourceVersion);
    const patched = await admin.patch(`${MAPS}/a`, "merge-patch+json", { data: { k: "1" } });
    assert.equal(patched.body.metadata.resourceVersion, made.metadata.resourceVersion);
  }));

test("each kind of patch changes the object; a patch that does not apply is refused", () =>
  serve("patch", async ({ admin }) => {
    await admin.post(MAPS, configMap("a", { k: "1", old: "x" }));
    const merge = await admin.patch(`${MAPS}/a`, "merge-patch+json", { data: { k: "2", old: null } });
    assert.deepEqual(merge.body.data, { k: "2" });
    const json = await admin.patch(`${MAPS}/a`, "json-patch+json", [
      { op: "add", path: "/data/j", value: "3" },
    ]);
    assert.deepEqual(json.body.data, { j: "3", k: "2" });
    const strategic = await admin.patch(`${MAPS}/a`, "strategic-merge-patch+json", {
      metadata: { labels: { l: "1" } },
    });
    assert.deepEqual(strategic.body.metadata.labels, { l: "1" });
    const test = await admin.patch(`${MAPS}/a`, "json-patch+json", [
      { op: "test", path: "/data/j", value: "no" },
    ]);
    assert.equal(test.status, 422);
    const unknown = await admin.patch(`${MAPS}/a`, "nonsense", {});
    assert.equal(unknown.status, 415);
    const absent = await admin.patch(`${MAPS}/none`, "merge-patch+json", {});
    assert.equal(absent.status, 404);
  }));

test("a patch that moves a part to where another type belongs has it read as that type", () =>
  serve("moved part", async ({ admin }) => {
    const sets = "/apis/apps/v1/namespaces/default/replicasets";
    const labels = { app: "a" };
    const spec = { containers: [{ name: "c", image: "app:v1" }] };
    await admin.post(sets, {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name: "a", labels },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    });
    const copy = { op: "copy", from: "/metadata/labels", path: "/spec/template/spec/securityContext" };
    const patched = await admin.patch(`${sets}/a`, "json-patch+json", [copy]);
    assert.equal(patched.status, 200, JSON.stringify(patched.body));
    assert.deepEqual(patched.body.spec.template.spec.securityContext, {});
    assert.match(patched.headers["warning"] ?? "", /unknown field \\"spec.template.spec.securityContext.app/);
  }));

test("32 writers that patch one object at once all succeed, each on the other's result", () =>
  serve("races", async ({ admin }) => {
    await admin.post(MAPS, configMap("a"));
    const keys = Array.from({ length: 32 }, (_, i) => `k${i}`);
    const answers = await Promise.all(
      keys.map((key) => admin.patch(`${MAPS}/a`, "merge-patch+json", { data: { [key]: "x" } })),
    );
    assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
    assert.deepEqual(Object.keys((await admin.get(`${MAPS}/a`)).body.data).sort(), keys.sort());
  }));

test("apply creates, owns, conflicts with other owners, and yields to force", () =>
  serve("apply", async ({ admin }) => {
    const applied = (value: string): object => configMap("a", { k: value });
    const made = await admin.patch(`${MAPS}/a?fieldManager=one`, "apply-patch+yaml", applied("1"));
    assert.equal(made.status, 201);
    const refused = await admin.patch(`${MAPS}/a?fieldManager=two`, "apply-patch+yaml", applied("2"));
    assert.deepEqual([refused.status, refused.body.details.causes[0].field], [409, ".data.k"]);
    const forced = await admin.patch(
      `${MAPS}/a?fieldManager=two&force=true`,
      "apply-patch+yaml",
      applied("2"),
    );
    assert.deepEqual([forced.status, forced.body.data], [200, { k: "2" }]);
    const anonymous = await admin.patch(`${MAPS}/a`, "apply-patch+yaml", applied("3"));
    assert.equal(anonymous.status, 422);
  }));

test("delete honours preconditions, finalizers and propagation", () =>
  serve("delete", async ({ admin }) => {
    await admin.post(MAPS, configMap("a", {}, { finalizers: ["example.com/x"] }));
    const wrong = await admin.delete(`${MAPS}/a`, { preconditions: { uid: "no" } });
    assert.equal(wrong.status, 409);
    const marked = await admin.delete(`${MAPS}/a`);
    assert.equal(marked.body.metadata.deletionGracePeriodSeconds, 0);
    assert.ok(marked.body.metadata.deletionTimestamp);
    const released = await admin.patch(`${MAPS}/a`, "merge-patch+json", { metadata: { finalizers: null } });
    assert.equal(released.status, 200);
    assert.equal((await admin.get(`${MAPS}/a`)).status, 404);
    await admin.post(MAPS, configMap("b"));
    const foreground = await admin.delete(`${MAPS}/b`, { propagationPolicy: "Foreground" });
    assert.deepEqual(foreground.body.metadata.finalizers, ["foregroundDeletion"]);
    await admin.post(MAPS, configMap("c"));
    const gone = await admin.delete(`${MAPS}/c`);
    assert.deepEqual([gone.status, gone.body.kind, gone.body.status], [200, "Status", "Success"]);
    const bad = await admin.delete(`${MAPS}/c?propagationPolicy=Nope`);
    assert.equal(bad.status, 422);
  }));

test("a bound pod is deleted with grace, which a second delete may shorten but not lengthen", () =>
  serve("grace", async ({ admin }) => {
    await admin.post(PODS, pod("a"));
    await admin.post(`${PODS}/a/binding`, {
      apiVersion: "v1",
      kind: "Binding",
      metadata: { name: "a" },
      target: { kind: "Node", name: "n1" },
    });
    const first = await admin.delete(`${PODS}/a`);
    assert.equal(first.body.metadata.deletionGracePeriodSeconds, 30);
    const longer = await admin.delete(`${PODS}/a`, { gracePeriodSeconds: 60 });
    assert.equal(longer.body.metadata.deletionGracePeriodSeconds, 30);
    const shorter = await admin.delete(`${PODS}/a`, { gracePeriodSeconds: 5 });
    assert.equal(shorter.body.metadata.deletionGracePeriodSeconds, 5);
    assert.equal((await admin.delete(`${PODS}/a`, { gracePeriodSeconds: 0 })).status, 200);
    assert.equal((await admin.get(`${PODS}/a`)).status, 404);
  }));

test("delete of a collection deletes what is selected, and nothing else", () =>
  serve("collection", async ({ admin }) => {
    for (const [name, app] of [
      ["a", "x"],
      ["b", "x"],
      ["c", "y"],
    ] as const) {
      await admin.post(MAPS, configMap(name, {}, { labels: { app } }));
    }
    const answer = await admin.delete(`${MAPS}?labelSelector=app%3Dx`);
    assert.deepEqual(namesOf(answer.body), ["a", "b"]);
    assert.deepEqual(namesOf((await admin.get(MAPS)).body), ["c", "kube-root-ca.crt"]);
  }));

test("bodies are read, never changed: frozen ones serve as well", () =>
  serve("frozen bodies", async ({ admin }) => {
    const body = deepFreeze({ ...configMap("a", { k: "1" }), apiVersion: "v1" });
    const query = "fieldManager=one&force=true";
    assert.equal((await admin.patch(`${MAPS}/a?${query}`, "apply-patch+yaml", body)).status, 201);
    assert.equal((await admin.put(`${MAPS}/a`, body)).status, 200);
    const nameless = deepFreeze({ apiVersion: "v1", kind: "ConfigMap", metadata: {}, data: { k: "2" } });
    assert.equal((await admin.patch(`${MAPS}/a?${query}`, "apply-patch+yaml", nameless)).body.data.k, "2");
    assert.deepEqual(nameless.metadata, {});
  }));

test("managers of two versions of one kind know of each other: neither is forgotten, and both may conflict", () =>
  serve("two versions", async ({ admin }) => {
    const path = (version: string): string =>
      `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers/a`;
    const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
    const applied = (version: string, maxReplicas: number): object => ({
      apiVersion: `autoscaling/${version}`,
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "a" },
      spec: { scaleTargetRef, maxReplicas },
    });
    const made = await admin.patch(`${path("v2")}?fieldManager=two`, "apply-patch+yaml", applied("v2", 3));
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const change = { spec: { minReplicas: 2 } };
    const changed = await admin.patch(`${path("v1")}?fieldManager=one`, "merge-patch+json", change);
    const managers = (changed.body.metadata.managedFields as { manager: string; apiVersion: string }[]).map(
      ({ manager, apiVersion }) => `${manager} ${apiVersion}`,
    );
    assert.deepEqual(managers.sort(), ["one autoscaling/v1", "two autoscaling/v2"]);
    const refused = await admin.patch(
      `${path("v1")}?fieldManager=three`,
      "apply-patch+yaml",
      applied("v1", 9),
    );
    assert.deepEqual([refused.status, refused.body.details.causes[0].field], [409, ".spec.maxReplicas"]);
  }));
