/** Applying to the scale subresource: who owns the replicas of the object, and who is in the way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answered, type Caller, serve } from "../served.suite.ts";

const path = "/apis/apps/v1/namespaces/default/deployments";
const identity = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "d" } };
const scale = (replicas: number): object => ({
  apiVersion: "autoscaling/v1",
  kind: "Scale",
  metadata: { name: "d" },
  spec: { replicas },
});

test("apply to a scale conflicts, takes over by force, owns the replicas, and again is no change", () =>
  serve("scale", async ({ admin }) => {
    const template = { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } };
    const spec = { replicas: 2, selector: { matchLabels: { a: "b" } }, template };
    const applied = await admin.patch(`${path}/d?fieldManager=a`, "apply-patch+yaml", { ...identity, spec });
    assert.equal(applied.status, 201);
    const apply = (query: string, body: object) =>
      admin.patch(`${path}/d/scale?fieldManager=hpa${query}`, "apply-patch+yaml", body);
    const refused = await apply("", scale(4));
    assert.deepEqual(
      [refused.status, refused.body.details.causes.map((one: { field: string }) => one.field)],
      [409, [".spec.replicas"]],
    );
    const same = await apply("", scale(2));
    assert.equal(same.status, 200, "what is so already conflicts with nobody");
    const forced = await apply("&force=true", scale(4));
    assert.deepEqual([forced.status, forced.body.kind, forced.body.spec.replicas], [200, "Scale", 4]);
    const { body } = await admin.get(`${path}/d`);
    assert.equal(body.spec.replicas, 4);
    const owners = body.metadata.managedFields
      .filter(
        ({ fieldsV1 }: { fieldsV1: { "f:spec"?: object } }) => "f:replicas" in (fieldsV1["f:spec"] ?? {}),
      )
      .map((one: Record<string, unknown>) => [
        one["manager"],
        one["operation"],
        one["subresource"],
        one["apiVersion"],
      ]);
    assert.deepEqual(owners, [["hpa", "Apply", "scale", "apps/v1"]]);
    const again = await apply("", scale(4));
    assert.equal(again.body.metadata.resourceVersion, body.metadata.resourceVersion);
    const back = await admin.patch(`${path}/d?fieldManager=a`, "apply-patch+yaml", { ...identity, spec });
    assert.equal(back.status, 409);
    const negative = await apply("", scale(-1));
    assert.equal(negative.status, 422);
    const named = await apply("", { ...scale(4), metadata: { name: "other" } });
    assert.equal(named.status, 400);
  }));

const template = { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } };

/** Each kind that scales: where it is, its spec, the selector as text, and who is asked for when it is absent. */
const scaled: readonly (readonly [path: string, spec: object, selector: string, absent: string])[] = [
  [
    "/apis/apps/v1/namespaces/default/deployments",
    { selector: { matchLabels: { a: "b" } }, template },
    "a=b",
    "apps",
  ],
  [
    "/apis/apps/v1/namespaces/default/replicasets",
    { selector: { matchExpressions: [{ key: "a", operator: "In", values: ["c", "b"] }] }, template },
    "a in (b,c)",
    "apps",
  ],
  [
    "/apis/apps/v1/namespaces/default/statefulsets",
    { selector: { matchLabels: { a: "b" } }, template, serviceName: "s" },
    "a=b",
    "apps",
  ],
  [
    "/api/v1/namespaces/default/replicationcontrollers",
    { selector: { a: "b" }, template },
    "a=b",
    "autoscaling",
  ],
];

function causes({ body }: Answered): readonly string[] {
  return body.details.causes.map(({ reason, field }: Record<string, string>) => `${reason} ${field}`);
}

async function writeScale(admin: Caller, path: string): Promise<void> {
  const { body } = await admin.get(`${path}/d/scale`);
  const put = (more: object, query = "") => admin.put(`${path}/d/scale${query}`, { ...body, ...more });
  const { metadata } = body;
  const stale = await put({ metadata: { ...metadata, resourceVersion: "1" }, spec: { replicas: 3 } });
  const other = await put({ metadata: { ...metadata, uid: "other" }, spec: { replicas: 3 } });
  assert.deepEqual([stale.status, stale.body.details.kind], [409, path.split("/").at(-1)]);
  assert.deepEqual([other.status, other.body.details.kind], [409, `${path.split("/").at(-1)}/scale`]);
  assert.deepEqual(causes(await put({ spec: { replicas: -1 } })), ["FieldValueInvalid spec.replicas"]);
  const odd = { ...metadata, labels: { "odd!": "" } };
  assert.deepEqual(causes(await put({ metadata: odd })), ["FieldValueInvalid metadata.labels"]);
  const dry = await put({ spec: { replicas: 9 } }, "?dryRun=All");
  assert.deepEqual([dry.status, dry.body.spec.replicas], [200, 9]);
  const made = await put({ spec: { replicas: 3 } });
  assert.deepEqual([made.status, made.body.kind, made.body.spec.replicas], [200, "Scale", 3]);
  const none = await put({ metadata: { name: "d" }, spec: {} });
  assert.deepEqual([none.status, none.body.spec], [200, {}]);
  for (const [kind, document] of [
    ["merge-patch+json", { spec: { replicas: 4 } }],
    ["strategic-merge-patch+json", { spec: { replicas: 4 } }],
    ["json-patch+json", [{ op: "add", path: "/spec/replicas", value: 4 }]],
  ] as const) {
    assert.equal((await admin.patch(`${path}/d/scale`, kind, document)).body.spec.replicas, 4, kind);
    await admin.patch(`${path}/d/scale`, "merge-patch+json", { spec: { replicas: null } });
  }
  assert.equal((await admin.get(`${path}/d`)).body.spec.replicas, 0);
}

test("every kind that scales does so alike: selectors, preconditions, refusals, patches, and who is absent", () =>
  serve("scales", async ({ admin }) => {
    for (const [path, spec, selector, absent] of scaled) {
      const plural = path.split("/").at(-1);
      const made = await admin.post(path, { metadata: { name: "d" }, spec: { replicas: 2, ...spec } });
      assert.equal(made.status, 201, JSON.stringify(made.body));
      await admin.patch(`${path}/d/status`, "merge-patch+json", { status: { replicas: 1 } });
      const { body } = await admin.get(`${path}/d/scale`);
      assert.deepEqual([body.spec, body.status], [{ replicas: 2 }, { replicas: 1, selector }]);
      assert.deepEqual(Object.keys(body.metadata).sort(), [
        "creationTimestamp",
        "name",
        "namespace",
        "resourceVersion",
        "uid",
      ]);
      await writeScale(admin, path);
      const gone = await admin.get(`${path}/x/scale`);
      assert.deepEqual(
        [gone.status, gone.body.details.kind, gone.body.details.group],
        [404, `${plural}/scale`, absent],
      );
      const written = await admin.patch(`${path}/x/scale`, "merge-patch+json", { spec: { replicas: 1 } });
      assert.deepEqual([written.status, written.body.details.kind], [404, `${plural}/scale`]);
    }
  }));

test("who scales is not warned of the pods", () =>
  serve("warned of scales", async ({ admin }) => {
    const labels = { "pod-security.kubernetes.io/warn": "restricted" };
    await admin.patch("/api/v1/namespaces/default", "merge-patch+json", { metadata: { labels } });
    const spec = { selector: { matchLabels: { a: "b" } }, template };
    const made = await admin.post(path, { metadata: { name: "d" }, spec });
    assert.match(made.headers["warning"] ?? "", /PodSecurity/);
    const scaled = await admin.patch(`${path}/d/scale`, "merge-patch+json", { spec: { replicas: 2 } });
    assert.equal(scaled.headers["warning"], undefined);
  }));
