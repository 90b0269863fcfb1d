/** Keeps the benchmark alive: a small run of all its rows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { codecBench } from "./codec.bench.ts";

test("The codec benchmark measures every row and makes the same result twice", () => {
  const first = codecBench(2);
  assert.equal(first.rows.length, 18);
  assert.ok(first.rows.every((row) => row.microseconds > 0));
  assert.equal(codecBench(1).hash, first.hash);
});
