/** The algebra of sets, against sets of paths. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../test/testing/properties.ts";
import {
  canonical,
  difference,
  EMPTY,
  type FieldSet,
  has,
  intersection,
  isEmpty,
  isSubset,
  pathsOf,
  recursiveDifference,
  setOf,
  union,
} from "./field-set.ts";
import {
  canonicalElement,
  compareElements,
  keyElements,
  printElement,
  valueElement,
} from "./path-element.ts";

const element = fc.constantFrom("f:a", "f:b", 'k:{"name":"x"}', 'k:{"name":"y"}', 'v:"s"', "v:1");
const path = fc.array(element, { minLength: 1, maxLength: 3 });
const paths = fc.array(path, { maxLength: 6 });
const set = paths.map(setOf);

/** A set as sorted texts, the model that the algebra is checked against. */
function model(fields: FieldSet): string[] {
  return [...pathsOf(fields)].map((one) => JSON.stringify(one)).sort();
}

test("A set has exactly the paths that it was made of, in the drawn form", () => {
  const drawn = setOf([
    ["f:spec", "f:template", "f:x"],
    ["f:spec", "f:replicas"],
    ["f:spec", "f:template"],
  ]);
  assert.equal(JSON.stringify(drawn), '{"f:spec":{"f:replicas":{},"f:template":{".":{},"f:x":{}}}}');
  assert.equal(has(drawn, ["f:spec", "f:template"]), true);
  assert.equal(has(drawn, ["f:spec"]), false);
  assert.equal(has(drawn, []), false);
  fc.assert(
    fc.property(paths, (list) => {
      assert.deepEqual(model(setOf(list)), [...new Set(list.map((one) => JSON.stringify(one)))].sort());
    }),
  );
});

test("Union, intersection and difference are those of sets of paths", () => {
  fc.assert(
    fc.property(set, set, (a, b) => {
      const [left, right] = [model(a), new Set(model(b))];
      assert.deepEqual(model(union(a, b)), [...new Set([...left, ...right])].sort());
      assert.deepEqual(
        model(intersection(a, b)),
        left.filter((one) => right.has(one)),
      );
      assert.deepEqual(
        model(difference(a, b)),
        left.filter((one) => !right.has(one)),
      );
      assert.deepEqual(union(intersection(a, b), difference(a, b)), a);
      assert.deepEqual(union(a, b), union(b, a));
      assert.equal(isSubset(a, b), isEmpty(difference(a, b)));
    }),
  );
});

test("A recursive difference takes what is below a member too", () => {
  fc.assert(
    fc.property(set, set, (a, b) => {
      const removed = [...pathsOf(b)].map((one) => JSON.stringify(one).slice(0, -1));
      const kept = model(a).filter(
        (one) => !removed.some((prefix) => one === `${prefix}]` || one.startsWith(`${prefix},`)),
      );
      assert.deepEqual(model(recursiveDifference(a, b)), kept);
    }),
  );
});

test("An operation that changes nothing returns its operand, and operands are never changed", () => {
  fc.assert(
    fc.property(set, set, (a, b) => {
      const before = JSON.stringify([a, b]);
      const all = union(a, b);
      assert.equal(union(all, a), all);
      assert.equal(difference(a, EMPTY), a);
      assert.equal(union(a, EMPTY), a);
      assert.equal(canonical(all), all);
      recursiveDifference(all, b);
      intersection(all, b);
      assert.equal(JSON.stringify([a, b]), before);
    }),
  );
});

test("FieldsV1 of any spelling and order becomes canonical; what is none is refused", () => {
  const foreign = {
    "v:2": {},
    'k:{ "b": 1, "a": "x" }': { "f:z": {}, ".": {}, "f:c": {} },
    "f:n": {},
    "v:10": {},
  };
  assert.equal(
    JSON.stringify(canonical(foreign)),
    '{"f:n":{},"k:{\\"a\\":\\"x\\",\\"b\\":1}":{".":{},"f:c":{},"f:z":{}},"v:2":{},"v:10":{}}',
  );
  for (const wrong of [
    null,
    [],
    "f:a",
    { x: {} },
    { "k:[]": {} },
    { "k:{": {} },
    { "i:x": {} },
    { "f:a": 1 },
  ]) {
    assert.equal(canonical(wrong), undefined, JSON.stringify(wrong));
  }
  assert.equal(canonicalElement("i:3"), "i:3");
});

test("Elements are ordered as upstream: itself, fields, keys, values, indices; numbers by size", () => {
  const ordered = [
    ".",
    "f:",
    "f:B",
    "f:a",
    'k:{"port":9}',
    'k:{"port":80}',
    "v:2",
    "v:10",
    'v:"10"',
    "v:true",
    "i:0",
  ];
  assert.deepEqual([...ordered].reverse().sort(compareElements), ordered);
  assert.deepEqual(["f:image", 'k:{"name":"c","port":1}', 'v:"x"', "i:0"].map(printElement), [
    ".image",
    '[name="c",port=1]',
    '[="x"]',
    "[0]",
  ]);
});

test("Elements hold integers beyond 2^53 exactly", () => {
  const element = keyElements(["port"])([9007199254740993n]);
  assert.equal(element, 'k:{"port":9007199254740993}');
  assert.equal(canonicalElement(element), element);
  assert.equal(canonicalElement("v:9007199254740993"), valueElement(9007199254740993n));
  assert.equal(printElement(element), "[port=9007199254740993]");
  assert.ok(compareElements("v:9007199254740992", "v:9007199254740993") < 0);
});
