/** Sharing and copying plain data. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { copyOf, deepFreeze, sharedWith } from "./plain-data.ts";

test("sharedWith() takes over equal parts and keeps different ones, without changing either side", () => {
  const before = deepFreeze({ a: { x: [1, { y: 2 }] }, b: [1, 2], c: { z: 1 }, d: null });
  const after = deepFreeze({ a: { x: [1, { y: 2 }] }, b: [1, 3], c: { z: 1, more: 1 }, d: undefined, e: [] });
  const shared = sharedWith<object>(before, after) as typeof after;
  assert.deepEqual(shared, after);
  assert.equal(shared.a, before.a);
  assert.notEqual(shared.b, before.b);
  assert.notEqual(shared.c, before.c);
  assert.equal(sharedWith(before, copyOf(before)), before);
  assert.equal(sharedWith<unknown>([1], { 0: 1 }) instanceof Array, false);
});

test("copyOf() copies own __proto__ keys as data", () => {
  const source = JSON.parse('{"__proto__":{"polluted":true},"a":1}') as object;
  const copy = copyOf(source);
  assert.equal(JSON.stringify(copy), JSON.stringify(source));
  assert.equal((copy as { polluted?: boolean }).polluted, undefined);
});
