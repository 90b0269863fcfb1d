/** Steps are a memo: whatever was asked before, the same members are the same set. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EMPTY } from "./field-set.ts";
import { NOTHING } from "./growing-set.ts";
import { SELF } from "./path-element.ts";

test("The same members in any order are one shared set, in canonical order", () => {
  const below = NOTHING.with("f:x", EMPTY).set;
  const one = NOTHING.with(SELF, EMPTY).with("f:a", EMPTY).with("f:b", below);
  const other = NOTHING.with("f:b", below).with(SELF, EMPTY).with("f:a", EMPTY);
  assert.equal(one.set, other.set);
  assert.equal(JSON.stringify(one.set), '{".":{},"f:a":{},"f:b":{"f:x":{}}}');
});

test("Sets that differ in what is below a member differ", () => {
  const [x, y] = [NOTHING.with("f:x", EMPTY).set, NOTHING.with("f:y", EMPTY).set];
  for (const below of [x, y, x]) {
    assert.deepEqual(NOTHING.with("f:a", below).set, { "f:a": below });
  }
});

test("Doubles are one member without children", () => {
  const below = NOTHING.with("f:x", EMPTY).set;
  assert.deepEqual(NOTHING.with("k:1", below).with("k:1", below).set, { "k:1": {} });
});

test("More steps than are remembered are the same sets still", () => {
  const first = NOTHING.with("f:first", EMPTY);
  let long = NOTHING;
  for (let i = 0; i < 20_000; i++) long = long.with(`f:${i}`, EMPTY);
  assert.equal(Object.keys(long.set).length, 20_000);
  assert.deepEqual(first.with("f:z", EMPTY).set, { "f:first": {}, "f:z": {} });
  assert.deepEqual(NOTHING.with("f:first", EMPTY).with("f:z", EMPTY).set, { "f:first": {}, "f:z": {} });
});
