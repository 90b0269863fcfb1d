/** What must hold for any patch of any object: JSON merge patches, strategic merge patches and JSON patches. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../test/testing/properties.ts";
import { canonical } from "../codec/decode.ts";
import { allKinds, objectsOf } from "../codec/objects.suite.ts";
import type { Field, Schema, Type } from "../schema/mod.ts";
import { Pod } from "../types/core/mod.ts";
import { isObject, type JsonObject } from "./json.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { applyStrategicMergePatch } from "./strategic-merge.ts";

const documents = fc.dictionary(
  fc.constantFrom("a", "b", "c", "__proto__"),
  fc.jsonValue({ maxDepth: 3, noUnicodeString: false }),
  { maxKeys: 3, noNullPrototype: true },
) as fc.Arbitrary<JsonObject>;

/** Without nulls, which are deletions to a patch; upstream's library drops them from lists now and then. */
function filled(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(filled);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, filled(item)]));
}

/** The same inside of lists alone. */
function filledInLists(value: unknown): unknown {
  if (Array.isArray(value)) return filled(value);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filledInLists(item)]));
}

/** The merge patch from one document to another. */
function mergePatchOf(from: JsonObject, to: JsonObject): JsonObject {
  const patch: [string, unknown][] = [];
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) patch.push([key, null]);
  for (const [key, value] of Object.entries(to)) {
    const before = Object.hasOwn(from, key) ? from[key] : undefined;
    if (isObject(value) && isObject(before)) patch.push([key, mergePatchOf(before, value)]);
    else patch.push([key, value]);
  }
  return Object.fromEntries(patch) as JsonObject;
}

test("A merge patch that was applied changes nothing more, and leads from any document to any other", () => {
  fc.assert(
    fc.property(documents, documents, (from, other) => {
      const patch = filledInLists(other);
      const once = applyMergePatch(from, patch);
      assert.deepEqual(applyMergePatch(once, patch), once);
      const [start, to] = [filled(from), filled(other)] as [JsonObject, JsonObject];
      assert.deepEqual(applyMergePatch(start, mergePatchOf(start, to)), to);
    }),
  );
});

test("A JSON patch that adds, moves there and back, and removes, leaves what was; a failed test changes nothing", () => {
  fc.assert(
    fc.property(documents, fc.jsonValue({ maxDepth: 2 }), (document, value) => {
      const before = structuredClone(document);
      const there = [
        { op: "add", path: "/new", value },
        { op: "test", path: "/new", value },
        { op: "move", from: "/new", path: "/other" },
        { op: "copy", from: "/other", path: "/new" },
        { op: "remove", path: "/other" },
        { op: "remove", path: "/new" },
      ];
      assert.deepEqual(applyJsonPatch(document, there), before);
      assert.deepEqual(applyJsonPatch(document, [{ op: "replace", path: "", value: { value } }]), { value });
      const failing = [
        { op: "add", path: "/new", value },
        { op: "test", path: "/new", value: [value] },
      ];
      assert.throws(() => applyJsonPatch(document, failing));
      assert.deepEqual(document, before);
    }),
  );
});

type Pair = [JsonObject, JsonObject];

/** Canonical, with items of merged lists named apart, as the server would let in. */
function storable(type: Type, object: JsonObject): JsonObject {
  return canonical(type, keyed(type, object, undefined)) as JsonObject;
}

function keyed(schema: Schema, value: unknown, field: Field | undefined): unknown {
  if (schema.form === "message" && isObject(value)) {
    const items = Object.entries(value).map(([name, item]) => {
      const own = schema.fields.get(name);
      return [name, own === undefined ? item : keyed(own.of, item, own)];
    });
    return Object.fromEntries(items);
  }
  if (schema.form === "map" && isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, keyed(schema.values, item, undefined)]),
    );
  if (schema.form !== "list" || !Array.isArray(value)) return value;
  const items = value.map((item) => keyed(schema.items, item, undefined));
  if (field?.patch?.includes("merge") !== true) return items;
  const key = field.mergeKey;
  if (key === undefined || schema.items.form !== "message") return [...new Set(items)];
  const of = schema.items.fields.get(key)?.of;
  const isNumber = of?.form === "scalar" && of.name === "int32";
  return items.map((item, i) => ({ ...(item as JsonObject), [key]: isNumber ? i + 1 : `item-${i}` }));
}

test("Every kind: a strategic merge patch of nothing, or of the object itself, changes nothing; one that was applied does not again", () => {
  for (const type of allKinds()) {
    fc.assert(
      fc.property(objectsOf(type), objectsOf(type), (some, other) => {
        const [object, patch] = [some, other].map((one) => storable(type, filled(one) as JsonObject)) as Pair;
        assert.equal(applyStrategicMergePatch(type, object, {}), object);
        const own = applyStrategicMergePatch(type, object, filled(object));
        assert.deepEqual(canonical(type, own), object);
        const once = applyStrategicMergePatch(type, object, filled(patch));
        assert.deepEqual(applyStrategicMergePatch(type, once, filled(patch)), once);
      }),
      { numRuns: 4 },
    );
  }
});

test("A strategic merge patch that deletes what another added leaves what was", () => {
  fc.assert(
    fc.property(objectsOf(Pod as Type), fc.constantFrom("x", "__proto__", "a.b/c"), (some, name) => {
      const object = storable(Pod as Type, some as JsonObject);
      const patchOf = (item: object): JsonObject => ({ spec: { containers: [item] } });
      const added = applyStrategicMergePatch(Pod as Type, object, patchOf({ name, image: "i" }));
      const left = applyStrategicMergePatch(Pod as Type, added, patchOf({ name, $patch: "delete" }));
      assert.deepEqual(canonical(Pod as Type, left), canonical(Pod as Type, object));
    }),
  );
});
