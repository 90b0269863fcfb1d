/** The three patches: tables of examples, and what must hold for any document. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../test/testing/properties.ts";
import { parseJson } from "../codec/json-parser.ts";
import { FieldErrors } from "../field-errors.ts";
import { by, field, int32, list, map, message, omitempty, set, string } from "../schema/mod.ts";
import { PatchError } from "./errors.ts";
import { equalJson, type JsonObject } from "./json.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { applyStrategicMergePatch } from "./strategic-merge.ts";

/** Deep-frozen, so that a patch that changes its input throws. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

test("JSON patch applies each operation as upstream does", () => {
  const document = frozen({ a: [1, 2, 3], o: { "x/y": 1, "p~q": 2, n: null } });
  const rows: [name: string, operations: unknown[], path: string, value: unknown][] = [
    ["append", [{ op: "add", path: "/a/-", value: 4 }], "a", [1, 2, 3, 4]],
    ["insert", [{ op: "add", path: "/a/1", value: 9 }], "a", [1, 9, 2, 3]],
    ["insert from the end", [{ op: "add", path: "/a/-1", value: 9 }], "a", [1, 2, 3, 9]],
    ["remove from the end", [{ op: "remove", path: "/a/-1" }], "a", [1, 2]],
    ["replace", [{ op: "replace", path: "/a/0", value: {} }], "a", [{}, 2, 3]],
    ["replace of an absent member", [{ op: "replace", path: "/new", value: 1 }], "new", 1],
    ["escapes", [{ op: "move", from: "/o/x~1y", path: "/o/p~0q" }], "o", { "p~q": 1, n: null }],
    ["test", [{ op: "test", path: "/o", value: { n: null, "p~q": 2, "x/y": 1 } }], "a", [1, 2, 3]],
    ["test of absent and null", [{ op: "test", path: "/none", value: null }], "a", [1, 2, 3]],
    ["test of the whole", [{ op: "test", path: "", value: document }], "a", [1, 2, 3]],
    ["replace of the whole", [{ op: "replace", path: "", value: { a: 0 } }], "a", 0],
    ["value left out", [{ op: "add", path: "/v" }], "v", null],
    [
      "a copy is independent",
      [
        { op: "add", path: "/a/-", value: 4 },
        { op: "copy", from: "/a", path: "/b" },
        { op: "remove", path: "/b/0" },
      ],
      "a",
      [1, 2, 3, 4],
    ],
  ];
  for (const [name, operations, path, value] of rows) {
    const result = applyJsonPatch(document, frozen(operations)) as JsonObject;
    assert.deepEqual(result[path], value, name);
  }
});

test("JSON patch refuses what does not fit, with the code of its status", () => {
  const rows: [operations: unknown, code: string, status: number][] = [
    [{ op: "add" }, "malformed", 400],
    [[null], "malformed", 400],
    [[{ op: "fly", path: "/a" }], "unapplicable", 422],
    [[{ op: "add", path: "", value: 1 }], "unapplicable", 422],
    [[{ op: "add", path: "/none/x", value: 1 }], "unapplicable", 422],
    [[{ op: "add", path: "/a/4", value: 1 }], "unapplicable", 422],
    [[{ op: "add", path: "/a/x", value: 1 }], "unapplicable", 422],
    [[{ op: "remove", path: "/none" }], "unapplicable", 422],
    [[{ op: "remove", path: "/constructor" }], "unapplicable", 422],
    [[{ op: "remove", path: "/a/3" }], "unapplicable", 422],
    [[{ op: "move", from: "/none", path: "/b" }], "unapplicable", 422],
    [[{ op: "test", path: "/a/0", value: 2 }], "unapplicable", 422],
    [Array.from({ length: 10_001 }, () => ({ op: "test", path: "/a/0", value: 1 })), "tooLarge", 413],
    [[{ op: "add", path: "/s", value: "x".repeat(2_000_000) }, ...copies("/s", 2)], "unapplicable", 422],
  ];
  for (const [operations, code, status] of rows) {
    assert.throws(
      () => applyJsonPatch(frozen({ a: [1, 2, 3] }), operations),
      (error) => error instanceof PatchError && error.code === code && error.toStatusError().code === status,
      JSON.stringify(operations).slice(0, 80),
    );
  }
});

function copies(from: string, count: number): unknown[] {
  return Array.from({ length: count }, (_, i) => ({ op: "copy", from, path: `/copy${i}` }));
}

test("JSON patch refuses to nest a document deeper than it could be sent", () => {
  const deep = (levels: number): unknown =>
    Array.from({ length: levels }).reduce<unknown>((inner) => ({ a: inner }), {});
  const copiesOfCopies = Array.from({ length: 15 }, (_, i) => ({
    op: "copy",
    from: "/a",
    path: `/a${"/a".repeat(2 ** i)}`,
  }));
  const adds = [0, 1].map((i) => ({ op: "add", path: `/a${"/a".repeat(i * 600)}`, value: deep(600) }));
  for (const operations of [copiesOfCopies, adds]) {
    assert.throws(() => applyJsonPatch({ a: {} }, operations), {
      code: "unapplicable",
      message: /nested deeper/,
    });
  }
  assert.doesNotThrow(() => applyJsonPatch({}, [{ op: "add", path: "/a", value: deep(900) }]));
});

test("A key named __proto__ is data to every patch", () => {
  const patch = JSON.parse('{"__proto__":{"polluted":true}}') as JsonObject;
  const merged = applyMergePatch({ a: 1 }, patch);
  assert.equal(JSON.stringify(merged), '{"a":1,"__proto__":{"polluted":true}}');
  const added = applyJsonPatch({ a: 1 }, [{ op: "add", path: "/__proto__", value: 1 }]);
  assert.equal(JSON.stringify(added), '{"a":1,"__proto__":1}');
  assert.equal(({} as JsonObject)["polluted"], undefined);
});

test("Merge patch merges objects, deletes by null, replaces the rest, and shares what it leaves", () => {
  const document = frozen({ a: { b: 1, c: 2 }, l: [{ x: 1 }], k: { deep: {} } });
  const result = applyMergePatch(document, {
    a: { b: null, d: { e: null, f: 1 } },
    l: [{ y: null, z: 2 }],
    n: null,
  });
  assert.deepEqual(result, { a: { c: 2, d: { f: 1 } }, l: [{ z: 2 }], k: { deep: {} } });
  assert.equal(result["k"], document.k);
  assert.equal(applyMergePatch(document, { a: { b: 1 }, none: null }), document);
  assert.throws(() => applyMergePatch(document, []), { code: "malformed" });
});

test("The merge patch of a document with itself changes nothing, for any document without nulls", () => {
  const json = fc
    .jsonValue({ depthSize: "small" })
    .filter((value) => !JSON.stringify(value).includes("null"));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json), (document) => {
      assert.ok(equalJson(applyMergePatch(document as JsonObject, document), document));
      assert.ok(equalJson(applyMergePatch({}, document), document));
    }),
  );
});

const Port = message("Port")({ port: field(1, int32), name: omitempty(2, string) });
const Box = message("Box")({
  name: field(1, string),
  image: omitempty(2, string),
  ports: omitempty(3, by("port", Port), { patch: "merge" }),
  args: omitempty(4, list(string)),
  finalizers: omitempty(5, set(string), { patch: "merge" }),
  labels: omitempty(6, map(string)),
});
const Spec = message("Spec")({
  boxes: field(1, by("name", Box), { patch: "merge" }),
  strategy: omitempty(2, Box, { patch: "retainKeys" }),
  whole: omitempty(3, Box, { patch: "replace" }),
});
const spec = frozen({
  boxes: [
    { name: "a", image: "1", args: ["x"], finalizers: ["1", "2", "3"], ports: [{ port: 80, name: "http" }] },
    { name: "b" },
    { name: "c" },
    { name: "d" },
  ],
  strategy: { name: "r", image: "z" },
  whole: { name: "w", image: "w" },
});

function boxes(patch: unknown): string {
  const result = applyStrategicMergePatch(Spec, spec, frozen(patch)) as typeof spec;
  return result.boxes.map((box) => box.name).join(" ");
}

function boxA(patch: object): JsonObject {
  const result = applyStrategicMergePatch(Spec, spec, { boxes: [{ name: "a", ...patch }] }) as typeof spec;
  return result.boxes.find((box) => box.name === "a") as unknown as JsonObject;
}

test("Strategic merge orders list items by the patch, others where they were", () => {
  assert.equal(boxes({ boxes: [{ name: "d" }, { name: "b" }] }), "a c d b");
  assert.equal(boxes({ boxes: [{ name: "new" }] }), "new a b c d");
  assert.equal(boxes({ boxes: [{ name: "b", $patch: "delete" }] }), "a c d");
  assert.equal(
    boxes({
      boxes: [
        { name: "b", $patch: "delete" },
        { name: "b", image: "2" },
      ],
    }),
    "b a c d",
  );
  assert.equal(boxes({ boxes: [{ $patch: "replace" }, { name: "n" }] }), "n");
  const order = [{ name: "n" }, { name: "d" }, { name: "a" }];
  assert.equal(boxes({ boxes: [{ name: "n" }], "$setElementOrder/boxes": order }), "n b c d a");
  assert.equal(boxes({ "$setElementOrder/boxes": [{ name: "d" }, { name: "a" }] }), "b c d a");
});

test("Strategic merge merges items by key, scalars as sets, and replaces plain lists", () => {
  assert.deepEqual(boxA({ ports: [{ port: 443 }, { port: 80, name: null }] })["ports"], [
    { port: 443 },
    { port: 80 },
  ]);
  assert.deepEqual(boxA({ args: ["y"] })["args"], ["y"]);
  assert.deepEqual(boxA({ finalizers: ["9", "2"] })["finalizers"], ["9", "1", "2", "3"]);
  assert.deepEqual(boxA({ "$deleteFromPrimitiveList/finalizers": ["2"] })["finalizers"], ["1", "3"]);
  assert.deepEqual(boxA({ "$setElementOrder/finalizers": ["3", "1"] })["finalizers"], ["2", "3", "1"]);
  assert.deepEqual(boxA({ labels: { a: null, b: "1", $patch: "merge" } })["labels"], { b: "1" });
});

test("Strategic merge of objects: $patch, $retainKeys and replaced fields", () => {
  const of = (patch: object): JsonObject => applyStrategicMergePatch(Spec, spec, patch);
  assert.deepEqual(of({ strategy: { $retainKeys: ["name"], name: "q" } })["strategy"], { name: "q" });
  assert.deepEqual(of({ strategy: { $patch: "replace", image: "q", args: null } })["strategy"], {
    image: "q",
  });
  assert.deepEqual(of({ strategy: { $patch: "delete" } })["strategy"], {});
  assert.equal("strategy" in of({ strategy: null }), false);
  assert.deepEqual(of({ whole: { name: "v" } })["whole"], { name: "v" });
  assert.equal(of({ boxes: [{ name: "a", image: "1" }], strategy: { name: "r" } }), spec);
});

test("Strategic merge refuses patches that contradict themselves or the table", () => {
  const rows: [patch: unknown, code: string][] = [
    [[], "malformed"],
    [{ strategy: { $patch: "explode" } }, "malformed"],
    [{ strategy: { $retainKeys: "name" } }, "malformed"],
    [{ strategy: { $retainKeys: ["name"], image: "1" } }, "malformed"],
    [{ boxes: [{ name: "a", "$deleteFromPrimitiveList/finalizers": {} }] }, "malformed"],
    [{ boxes: [{ name: "n" }], "$setElementOrder/boxes": [{ name: "a" }] }, "malformed"],
    [{ boxes: ["a"] }, "malformed"],
    [{ boxes: [{ image: "1" }] }, "unapplicable"],
  ];
  for (const [patch, code] of rows) {
    assert.throws(() => applyStrategicMergePatch(Spec, spec, patch), { code }, JSON.stringify(patch));
  }
});

test("A refusal quotes an integer beyond 2^53", () => {
  const operations = parseJson('[{"op":9007199254740993,"path":"/a","value":1}]');
  assert.throws(() => applyJsonPatch({}, operations), { code: "unapplicable", message: /9007199254740993/ });
  const patch = parseJson('{"strategy":{"$patch":9007199254740993}}');
  assert.throws(() => applyStrategicMergePatch(Spec, spec, patch), {
    code: "malformed",
    message: /9007199254740993/,
  });
  const errors = new FieldErrors();
  errors.invalid("spec.seconds", 9007199254740993n, "must be less");
  assert.match(errors.list[0]?.message ?? "", /9007199254740993: must be less/);
});
