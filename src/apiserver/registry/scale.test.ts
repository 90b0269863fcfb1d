/** Applying to the scale subresource: who owns the replicas of the object, and who is in the way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "../served.suite.ts";

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
