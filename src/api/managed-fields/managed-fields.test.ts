import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonical } from "../codec/decode.ts";
import { equalJson, type JsonObject } from "../patch/json.ts";
import {
  atomic,
  by,
  field,
  int32,
  kind,
  map,
  message,
  omitempty,
  optional,
  set,
  string,
  struct,
  type Type,
  typeOf,
} from "../schema/mod.ts";
import { meta } from "../types/mod.ts";
import type { ManagedFieldsEntry } from "../types/meta/object-meta.ts";
import { type ApplyPatchOptions, applyPatch } from "./apply-patch.ts";
import { applyConflict, type FieldConflict } from "./conflict.ts";
import { type FieldSet, isSubset, pathsOf, union } from "./field-set.ts";
import { LAST_APPLIED } from "./last-applied.ts";
import { setOfFields, type VersionedType } from "./ownership.ts";
import { parentManagedFields, scaleManagedFields } from "./scale.ts";
import { type TrackUpdateOptions, trackUpdate } from "./track-update.ts";

const Port = message("Port")({
  port: field(1, int32),
  protocol: omitempty(2, string, { default: "TCP" }),
  name: omitempty(3, string),
});
const Item = message("Item")({
  name: field(1, string),
  value: omitempty(2, string),
  ports: omitempty(3, by(["port", "protocol"], Port)),
  options: omitempty(4, map(string)),
});
const BoxSpec = message("BoxSpec")({
  replicas: optional(1, int32),
  items: omitempty(2, by("name", Item)),
  tags: omitempty(3, set(string)),
  args: omitempty(4, atomic(string)),
  selector: optional(5, message("Selector", { atomic: true })({ labels: omitempty(1, map(string)) })),
  free: optional(6, typeOf("Free", [], {}, { keepsUnknown: true })),
  nested: struct(7, message("Nested")({ x: omitempty(1, string), y: omitempty(2, string) })),
});
const fields = {
  metadata: struct(1, meta.ObjectMeta),
  spec: struct(2, BoxSpec),
  status: struct(3, message("BoxStatus")({ ready: omitempty(1, int32) })),
};
const Box = kind<JsonObject>("example.com/v1", "Box")(fields);
const BOX: VersionedType = { type: Box as Type, apiVersion: "example.com/v1" };
const T1 = "2026-01-01T00:00:01Z";
const T2 = "2026-01-01T00:00:02Z";

function box(spec: JsonObject, metadata: JsonObject = {}, status: JsonObject = {}): JsonObject {
  return canonical(Box, { metadata: { name: "b", uid: "u", ...metadata }, spec, status });
}

/** Without a spec when it is empty: an empty object would be owned. */
function patchOf(spec: JsonObject, metadata: JsonObject = {}): JsonObject {
  const identity = { apiVersion: "example.com/v1", kind: "Box", metadata: { name: "b", ...metadata } };
  return Object.keys(spec).length === 0 ? identity : { ...identity, spec };
}

/** An object with its managers, changed step by step. */
class History {
  live: JsonObject | undefined;
  readonly #versioned: VersionedType;

  constructor(versioned = BOX) {
    this.#versioned = versioned;
  }

  update(manager: string, object: JsonObject, more: Partial<TrackUpdateOptions> = {}): this {
    const options = {
      ...this.#versioned,
      old: this.live,
      new: object,
      requested: undefined,
      manager,
      time: T1,
      ...more,
    };
    this.#store(object, trackUpdate(options));
    return this;
  }

  apply(manager: string, patch: JsonObject, more: Partial<ApplyPatchOptions> = {}): this {
    const result = this.tryApply(manager, patch, more);
    if (result.conflicts !== undefined) assert.fail(`conflicts: ${fieldsOf(result.conflicts).join(" ")}`);
    this.#store(canonical(this.#versioned.type, result.object) as JsonObject, result.managedFields);
    return this;
  }

  tryApply(manager: string, patch: JsonObject, more: Partial<ApplyPatchOptions> = {}) {
    return applyPatch({
      ...this.#versioned,
      live: this.live,
      patch,
      manager,
      force: false,
      time: T2,
      ...more,
    });
  }

  get entries(): readonly ManagedFieldsEntry[] {
    return (
      ((this.live?.["metadata"] as JsonObject)["managedFields"] as ManagedFieldsEntry[] | undefined) ?? []
    );
  }

  get spec(): JsonObject {
    return this.live?.["spec"] as JsonObject;
  }

  /** `owned("alice")` is `.spec.replicas ...`, of all her entries. */
  owned(manager: string): string {
    const sets = this.entries.filter((one) => one.manager === manager).map((one) => one.fieldsV1 as FieldSet);
    return sets
      .flatMap((one) => [...pathsOf(one)].map((path) => path.map((step) => step.slice(2)).join("/")))
      .join(" ");
  }

  #store(object: JsonObject, managedFields: ManagedFieldsEntry[] | undefined): void {
    const { managedFields: _, ...metadata } = object["metadata"] as JsonObject;
    this.live = {
      ...object,
      metadata: managedFields === undefined ? metadata : { ...metadata, managedFields },
    };
  }
}

function fieldsOf(conflicts: readonly FieldConflict[] | undefined): string[] {
  return (conflicts ?? []).map((one) => `${one.manager.name} ${one.field}`);
}

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

test("An update takes what it changes from others, and a write that changes nothing keeps every entry", () => {
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

test("An update of an object that nobody is tracked for tracks nobody", () => {
  const history = new History();
  history.live = box({ replicas: 3 });
  assert.deepEqual(history.update("alice", box({ replicas: 4 })).entries, []);
});

test("kubectl's server-side apply takes over what its client-side apply said, and keeps the annotation", () => {
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
    ...fields,
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

const small = fc.constantFrom("1", "2");
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const item = fc.record({
  name: fc.constantFrom("a", "b", "c"),
  value: maybe(small),
  options: maybe(fc.dictionary(small, small)),
});
const randomSpec: fc.Arbitrary<JsonObject> = fc
  .record({
    replicas: maybe(fc.nat(2)),
    items: maybe(fc.uniqueArray(item, { selector: (one) => one.name, maxLength: 3 })),
    tags: maybe(fc.uniqueArray(small)),
    args: maybe(fc.array(small, { maxLength: 2 })),
    nested: maybe(fc.record({ x: maybe(small), y: maybe(small) })),
  })
  .map(
    (spec) =>
      JSON.parse(
        JSON.stringify(spec, (_, value: unknown) => (isEmptied(value) ? undefined : value)) ?? "{}",
      ) as JsonObject,
  );

/** Empty lists and maps are not stored, so applying them is never settled. */
function isEmptied(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

test("Applying one's own state again changes neither the object nor its entries, whatever others did", () => {
  fc.assert(
    fc.property(randomSpec, randomSpec, randomSpec, (start, mine, theirs) => {
      const history = new History().update("start", box(start));
      history.apply("other", patchOf(theirs), { force: true }).apply("me", patchOf(mine), { force: true });
      const [object, before] = [history.live, history.entries];
      const again = history.tryApply("me", patchOf(mine), { time: "2026-01-01T00:00:09Z" });
      assert.ok(again.conflicts === undefined && !again.changed);
      assert.deepEqual(again.managedFields ?? [], before);
      history.apply("me", patchOf(mine));
      assert.ok(equalJson(history.live, object));
    }),
  );
});

test("A forced apply sets and owns what it says, and takes nothing else from anybody who applied", () => {
  fc.assert(
    fc.property(randomSpec, randomSpec, (theirs, mine) => {
      const history = new History().apply("other", patchOf(theirs));
      const before = history.entries.map((one) => one.fieldsV1 as FieldSet);
      history.apply("me", patchOf(mine), { force: true });
      const mineAlone = new History().apply("me", patchOf(mine)).owned("me");
      assert.equal(history.owned("me"), mineAlone);
      const now = history.entries.map((one) => one.fieldsV1 as FieldSet);
      const all = now.reduce(union, {});
      for (const one of before) assert.ok(isSubset(one, all), "a field lost all its owners");
    }),
  );
});

test("Withdrawing everything that a manager applied alone leaves what was there before", () => {
  fc.assert(
    fc.property(randomSpec, randomSpec, (theirs, mine) => {
      const history = new History().apply("other", patchOf(theirs));
      const before = history.live;
      const attempt = history.tryApply("me", patchOf(mine));
      if (attempt.conflicts !== undefined) return;
      history.apply("me", patchOf(mine)).apply("me", patchOf({}));
      const sorted = (object: JsonObject | undefined): string => JSON.stringify(sortLists(object?.["spec"]));
      assert.equal(sorted(history.live), sorted(before));
    }),
  );
});

/** The order of keyed lists is not part of what is restored. */
function sortLists(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(sortLists).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, sortLists(one)]));
}

test("After an update exactly one manager owns each field, unless it was applied", () => {
  fc.assert(
    fc.property(fc.array(randomSpec, { minLength: 1, maxLength: 4 }), (specs) => {
      const history = new History();
      specs.forEach((spec, i) => {
        history.update(`m${i}`, box(spec));
      });
      const owners = history.entries.flatMap((one) =>
        [...pathsOf(one.fieldsV1 as FieldSet)].map((path) => path.join()),
      );
      assert.equal(new Set(owners).size, owners.length);
    }),
  );
});
