/** Who owns what after writes that change little else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { configMap, pod, serve } from "../served.suite.ts";

interface Entry {
  readonly manager: string;
  readonly time?: string;
  readonly fieldsV1: object;
}

const base = "/api/v1/namespaces/default/configmaps";

test("an apply that names another field with its own value owns that one, and the first no more", () =>
  serve("moved ownership", async ({ admin }) => {
    await admin.post(base, configMap("a", { a: "1", b: "2" }));
    const apply = async (data: object): Promise<object | undefined> => {
      const applied = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data };
      const path = `${base}/a?fieldManager=other&force=true`;
      const { body } = await admin.patch(path, "apply-patch+yaml", applied);
      const entries: readonly Entry[] = body.metadata.managedFields;
      return entries.find(({ manager }) => manager === "other")?.fieldsV1;
    };
    assert.deepEqual(await apply({ a: "1" }), { "f:data": { "f:a": {} } });
    assert.deepEqual(await apply({ b: "2" }), { "f:data": { "f:b": {} } });
  }));

test("an empty message that is written is owned from its time on; the same write later changes nothing", () =>
  serve("empty message", async ({ admin, env }) => {
    const pods = "/api/v1/namespaces/default/pods";
    await admin.post(pods, pod("a"));
    const tell = async (state: object): Promise<{ version: string; entry?: Entry }> => {
      await env.clock.sleep(2_000);
      const containerStatuses = [
        { name: "c", image: "nginx", imageID: "", ready: false, restartCount: 0, state },
      ];
      const path = `${pods}/a/status?fieldManager=node`;
      const { metadata } = (await admin.patch(path, "merge-patch+json", { status: { containerStatuses } }))
        .body;
      const entries: readonly Entry[] = metadata.managedFields;
      const entry = entries.find(({ manager }) => manager === "node");
      return { version: metadata.resourceVersion, ...(entry === undefined ? {} : { entry }) };
    };
    const before = await tell({});
    const after = await tell({ waiting: {} });
    assert.notEqual(after.entry?.time, before.entry?.time);
    assert.deepEqual(await tell({ waiting: {} }), after);
  }));
