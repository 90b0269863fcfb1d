/** IntOrString as rolling updates and disruption budgets use it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { percentOf, scaled } from "./int-or-string.ts";

test("scaled() rounds a percentage up or down and keeps a number", () => {
  assert.equal(scaled("25%", 10, "up"), 3);
  assert.equal(scaled("25%", 10, "down"), 2);
  assert.equal(scaled("0%", 10, "up"), 0);
  assert.equal(scaled(7, 10, "up"), 7);
  assert.equal(scaled("http", 10, "up"), undefined);
});

test("percentOf() reads whole percentages only", () => {
  assert.equal(percentOf("100%"), 100);
  assert.equal(percentOf("1.5%"), undefined);
  assert.equal(percentOf("%"), undefined);
  assert.equal(percentOf(5), undefined);
});
