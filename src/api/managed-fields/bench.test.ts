/** Keeps the benchmark alive: a small run of all its rows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { managedFieldsBench } from "./managed-fields.bench.ts";

test("The benchmark of managed fields measures every row and makes the same result twice", () => {
  const first = managedFieldsBench(2);
  assert.equal(first.rows.length, 4);
  assert.ok(first.rows.every((row) => row.microseconds > 0));
  assert.equal(managedFieldsBench(1).hash, first.hash);
});
