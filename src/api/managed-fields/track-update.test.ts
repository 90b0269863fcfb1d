/** Who owns what after creates, updates and writes of subresources. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { box, History, patchOf, T1, T2 } from "./history.suite.ts";
import { setOfFields } from "./ownership.ts";
import { parentManagedFields, scaleManagedFields } from "./scale.ts";

test("A create owns what it says beyond the kind's zero value, in the form of FieldsV1", () => {
  const object = box({
    replicas: 1,
    items: [{ name: "a", ports: [{ port: 80, protocol: "TCP" }] }],
    tags: ["t"],
    nested: { x: "1" },
  });
  const [entry, ...others] = new History().update("alice", object).entries;
  assert.equal(others.length, 0);
  assert.equal(
    JSON.stringify(entry),
    JSON.stringify({
      manager: "alice",
      operation: "Update",
      apiVersion: "example.com/v1",
      time: T1,
      fieldsType: "FieldsV1",
      fieldsV1: {
        "f:spec": {
          "f:items": {
            ".": {},
            'k:{"name":"a"}': {
              ".": {},
              "f:name": {},
              "f:ports": {
                ".": {},
                'k:{"port":80,"protocol":"TCP"}': { ".": {}, "f:port": {}, "f:protocol": {} },
              },
            },
          },
          "f:nested": { "f:x": {} },
          "f:replicas": {},
          "f:tags": { ".": {}, 'v:"t"': {} },
        },
      },
    }),
  );
});

test("An update takes what it changes from others; a write that changes nothing keeps every entry", () => {
  const history = new History()
    .update("alice", box({ replicas: 1, args: ["x"], nested: { x: "1" } }))
    .update("bob", box({ replicas: 2, args: ["x"] }), { time: T2 });
  assert.equal(history.owned("alice"), "spec/args");
  assert.equal(history.owned("bob"), "spec/replicas");
  const before = history.entries;
  history.update("carol", box({ replicas: 2, args: ["x"] }), { time: T2 });
  assert.deepEqual(history.entries, before);
});

test("Atomic values are owned as one, maps and free-form objects by entry", () => {
  const spec = { selector: { labels: { a: "1" } }, free: { deep: { list: [1], n: 1 } } };
  const history = new History().update("alice", box(spec));
  assert.equal(
    history.owned("alice"),
    "spec/free spec/free/deep spec/free/deep/list spec/free/deep/n spec/selector",
  );
});

test("Entries are sorted: appliers, then by time, name and version", () => {
  const history = new History()
    .update("zoe", box({ replicas: 1 }), { time: T1 })
    .update("bob", box({ replicas: 1, args: ["b"] }), { time: T2 })
    .update("amy", box({ replicas: 1, args: ["b"], tags: ["t"] }), { time: T2 })
    .apply("eve", patchOf({ nested: { x: "1" } }));
  assert.deepEqual(
    history.entries.map((one) => `${one.operation} ${one.manager}`),
    ["Apply eve", "Update zoe", "Update amy", "Update bob"],
  );
});

test("A subresource has entries of its own, and fields that are reset are not owned", () => {
  const history = new History().update("alice", box({ replicas: 1 }));
  const resetFields = setOfFields([["spec"]]);
  history.update("alice", box({ replicas: 5 }, {}, { ready: 1 }), { subresource: "status", resetFields });
  assert.deepEqual(
    history.entries.map((one) => [one.subresource ?? "", JSON.stringify(one.fieldsV1)]),
    [
      ["", '{"f:spec":{"f:replicas":{}}}'],
      ["status", '{"f:status":{"f:ready":{}}}'],
    ],
  );
});

test("A client may forget all managers or set them, but not through a subresource", () => {
  const object = box({ replicas: 1 });
  const make = (): History => new History().update("alice", object);
  const kept = make().entries;
  assert.deepEqual(make().update("bob", object, { requested: [] }).entries, []);
  assert.deepEqual(make().update("bob", object, { requested: [{}] }).entries, []);
  assert.deepEqual(make().update("bob", object, { requested: [], subresource: "status" }).entries, kept);
  assert.deepEqual(make().update("bob", object, { requested: [{ operation: "Dance" }] }).entries, kept);
  const set = kept.map((one) => ({ ...one, manager: "carol" }));
  assert.deepEqual(make().update("bob", object, { requested: set }).entries, set);
});

test("Beyond ten updaters the oldest merge into ancient-changes", () => {
  const history = new History();
  for (let i = 0; i < 14; i++) {
    const tags = Array.from({ length: i + 1 }, (_, n) => `t${n}`);
    history.update(`m${String(i).padStart(2, "0")}`, box({ tags }), { time: `2026-01-01T00:00:${10 + i}Z` });
  }
  const names = history.entries.map((one) => one.manager);
  assert.equal(names.length, 10);
  assert.deepEqual(names.slice(0, 2), ["ancient-changes", "m05"]);
  assert.equal(
    history.owned("ancient-changes"),
    'spec/tags spec/tags/"t0" spec/tags/"t1" spec/tags/"t2" spec/tags/"t3" spec/tags/"t4"',
  );
});

test("An update of an object that nobody is tracked for tracks nobody", () => {
  const history = new History();
  history.live = box({ replicas: 3 });
  assert.deepEqual(history.update("alice", box({ replicas: 4 })).entries, []);
});

test("Writers of the scale subresource own the replicas of the object", () => {
  const object = { apiVersion: "example.com/v1", replicasPath: ["spec", "replicas"] };
  const { entries } = new History().update("alice", box({ replicas: 1, args: ["x"] }));
  const scale = scaleManagedFields({ ...object, managedFields: entries });
  assert.deepEqual(
    scale?.map((one) => [one.manager, one.apiVersion, JSON.stringify(one.fieldsV1)]),
    [["alice", "autoscaling/v1", '{"f:spec":{"f:replicas":{}}}']],
  );
  const written = (scale ?? []).map((one) => ({ ...one, manager: "hpa", subresource: "scale" }));
  const parent = parentManagedFields({ ...object, managedFields: entries }, written);
  assert.deepEqual(
    parent?.map((one) => [one.manager, one.subresource, one.apiVersion, JSON.stringify(one.fieldsV1)]),
    [
      ["alice", undefined, "example.com/v1", '{"f:spec":{"f:args":{}}}'],
      ["hpa", "scale", "example.com/v1", '{"f:spec":{"f:replicas":{}}}'],
    ],
  );
  assert.deepEqual(parentManagedFields({ ...object, managedFields: entries }, scale), entries);
});
