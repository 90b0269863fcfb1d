/** Server-side apply: conflicts, force, shared ownership, removal, adoption, versions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { canonical } from "../codec/decode.ts";
import type { JsonObject } from "../patch/json.ts";
import {
  atomic,
  int32,
  kind,
  message,
  omitempty,
  optional,
  string,
  struct,
  type Type,
} from "../schema/mod.ts";
import { applyConflict } from "./conflict.ts";
import { BOX, Box, box, boxFields, fieldsOf, History, patchOf, T2 } from "./history.suite.ts";
import { LAST_APPLIED } from "./last-applied.ts";
import { trackUpdate } from "./track-update.ts";

test("Applying another manager's field differently is a conflict; with force it changes the owner", () => {
  const history = new History().update("alice", box({ replicas: 1, items: [{ name: "a", value: "1" }] }));
  const patch = patchOf({ replicas: 2, items: [{ name: "a", value: "2" }] });
  const result = history.tryApply("bob", patch);
  assert.deepEqual(fieldsOf(result.conflicts), ['alice .spec.items[name="a"].value', "alice .spec.replicas"]);
  const status = applyConflict(result.conflicts ?? []);
  assert.equal(status.code, 409);
  assert.deepEqual(status.details?.causes?.[1], {
    reason: "FieldManagerConflict",
    message: 'conflict with "alice" using example.com/v1',
    field: ".spec.replicas",
  });
  history.apply("bob", patch, { force: true });
  assert.equal(
    history.owned("bob"),
    'spec/items/{"name":"a"} spec/items/{"name":"a"}/name spec/items/{"name":"a"}/value spec/replicas',
  );
  assert.equal(history.owned("alice"), 'spec/items spec/items/{"name":"a"} spec/items/{"name":"a"}/name');
  assert.equal(history.spec["replicas"], 2);
});

test("The same value is shared, and goes only with its last owner", () => {
  const history = new History().apply("alice", patchOf({ replicas: 1, args: ["x"] }));
  history.apply("bob", patchOf({ replicas: 1 }));
  assert.equal(history.owned("alice"), "spec/args spec/replicas");
  history.apply("alice", patchOf({ args: ["x"] }));
  assert.equal(history.spec["replicas"], 1);
  history.apply("bob", patchOf({}));
  assert.equal("replicas" in history.spec, false);
  assert.deepEqual(
    history.entries.map((one) => one.manager),
    ["alice"],
  );
});

test("Items and map entries that are not applied any more go, those of others stay in place", () => {
  const history = new History()
    .apply(
      "alice",
      patchOf({
        items: [{ name: "a", options: { k: "1", l: "2" } }, { name: "b" }, { name: "c" }],
        tags: ["x", "y"],
      }),
    )
    .apply("bob", patchOf({ items: [{ name: "b", value: "bob" }], tags: ["y", "z"] }));
  history.apply(
    "alice",
    patchOf({ items: [{ name: "c" }, { name: "a", options: { l: "2" } }], tags: ["x"] }),
  );
  assert.deepEqual(history.spec["items"], [
    { name: "b", value: "bob" },
    { name: "c" },
    { name: "a", options: { l: "2" } },
  ]);
  assert.deepEqual(history.spec["tags"], ["x", "y", "z"]);
});

test("A list that is keyed by a defaulted field finds its item", () => {
  const history = new History().update(
    "alice",
    box({ items: [{ name: "a", ports: [{ port: 80, protocol: "TCP" }] }] }),
  );
  history.apply("bob", patchOf({ items: [{ name: "a", ports: [{ port: 80, name: "http" }] }] }));
  assert.deepEqual(history.spec["items"], [
    { name: "a", ports: [{ port: 80, protocol: "TCP", name: "http" }] },
  ]);
});

test("An object that nobody is tracked for belongs to before-first-apply", () => {
  const history = new History();
  history.live = box({ replicas: 3, args: ["x"] });
  assert.deepEqual(fieldsOf(history.tryApply("bob", patchOf({ replicas: 2 })).conflicts), [
    "before-first-apply .spec.replicas",
  ]);
  history.apply("bob", patchOf({ args: ["x"] }));
  assert.equal(history.owned("before-first-apply"), "spec/args spec/replicas");
});

test("kubectl's server-side apply takes over from its client-side apply, and keeps the annotation", () => {
  const lastApplied = JSON.stringify(patchOf({ replicas: 1 }));
  const annotations = { [LAST_APPLIED]: lastApplied };
  const history = new History().update(
    "kubectl-client-side-apply",
    box({ replicas: 1, args: ["x"] }, { annotations }),
  );
  assert.deepEqual(fieldsOf(history.tryApply("kubectl", patchOf({ replicas: 2, args: ["y"] })).conflicts), [
    "kubectl-client-side-apply .spec.args",
  ]);
  assert.equal(fieldsOf(history.tryApply("other", patchOf({ replicas: 2 })).conflicts).length, 1);
  history.apply("kubectl", patchOf({ replicas: 2 }));
  const metadata = history.live?.["metadata"] as { annotations: Record<string, string> };
  assert.deepEqual(JSON.parse(metadata.annotations[LAST_APPLIED] ?? ""), patchOf({ replicas: 2 }));
  assert.equal(history.owned("kubectl"), "spec/replicas");
});

test("A patch of another version, with managers, or of a wrong form is refused with its code", () => {
  const history = new History().update("alice", box({ replicas: 1 }));
  const rows: [patch: JsonObject, code: string][] = [
    [{ ...patchOf({}), apiVersion: "example.com/v2" }, "badRequest"],
    [{ ...patchOf({}), kind: "Bag" }, "badRequest"],
    [patchOf({}, { managedFields: [] }), "badRequest"],
    [patchOf({ unknown: 1 }), "untyped"],
    [patchOf({ items: { name: "a" } }), "untyped"],
    [patchOf({ items: [{ value: "1" }] }), "untyped"],
    [patchOf({ items: [{ name: "a" }, { name: "a" }] }), "untyped"],
    [patchOf({ tags: ["x", "x"] }), "untyped"],
  ];
  for (const [patch, code] of rows)
    assert.throws(() => history.tryApply("bob", patch), { code }, JSON.stringify(patch));
});

test("Managers of another version are compared in it, and forgotten when it is served no more", () => {
  const Bag = kind<JsonObject>(
    "example.com/v2",
    "Box",
  )({
    ...boxFields,
    spec: struct(2, message("BagSpec")({ count: optional(1, int32), args: omitempty(2, atomic(string)) })),
  });
  const toV2 = (object: JsonObject): JsonObject => {
    const { replicas, args } = object["spec"] as JsonObject;
    return canonical(Bag, { ...object, apiVersion: "example.com/v2", spec: { count: replicas, args } });
  };
  const toV1 = (object: JsonObject): JsonObject => {
    const { count, args } = object["spec"] as JsonObject;
    return canonical(Box, { ...object, apiVersion: "example.com/v1", spec: { replicas: count, args } });
  };
  const other = { type: Bag as Type, convert: toV2, convertBack: toV1 };
  const versioned = { ...BOX, otherVersion: (v: string) => (v === "example.com/v2" ? other : undefined) };
  const history = new History(versioned).update("alice", box({ replicas: 1, args: ["x"] }));
  const entries = history.entries.map((one) => ({
    ...one,
    operation: "Apply",
    apiVersion: "example.com/v2",
    fieldsV1: { "f:spec": { "f:args": {}, "f:count": {} } },
  }));
  history.live = { ...history.live, metadata: { name: "b", uid: "u", managedFields: entries } };
  assert.deepEqual(fieldsOf(history.tryApply("bob", patchOf({ replicas: 2 })).conflicts), [
    "alice .spec.count",
  ]);
  history.apply("bob", patchOf({ replicas: 2 }), { force: true });
  assert.equal(history.owned("alice"), "spec/args");
  history.apply("alice", patchOf({ nested: { x: "1" } }));
  assert.deepEqual(history.spec, { replicas: 2, nested: { x: "1" } });
  history.live = { ...history.live, metadata: { name: "b", uid: "u", managedFields: entries } };
  const alone = trackUpdate({
    ...BOX,
    old: history.live,
    new: box({ replicas: 9 }),
    requested: undefined,
    manager: "x",
    time: T2,
  });
  assert.deepEqual(
    alone?.map((one) => one.manager),
    ["x"],
  );
});
