/** When lists are read again after hints. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Hint, RelistTimes } from "./relist-times.ts";

/** The times of all looks until nothing is due, when these hints come. */
function looks(hints: readonly (readonly [atMs: number, hint: Hint])[]): readonly number[] {
  const times = new RelistTimes();
  const found: number[] = [];
  const left = [...hints];
  for (let now = 0; ; ) {
    const next = now + times.delay(now, Infinity);
    const [at, hint] = left[0] ?? [Infinity, "ended"];
    if (next === Infinity && at === Infinity) return found;
    now = Math.min(next, at);
    if (at <= next) {
      left.shift();
      times.hint(hint, now);
    } else {
      times.look(now);
      found.push(now);
    }
  }
}

test("an end is looked for at once, and again for two seconds", () => {
  assert.deepEqual(looks([[1_000, "ended"]]), [1_000, 1_040, 1_120, 1_500, 3_000]);
});

test("a change by a call is looked at with all others of its half second", () => {
  const storm = Array.from({ length: 400 }, (_, index) => [1_001 + index, "changed"] as const);
  assert.deepEqual(looks(storm), [1_500]);
});

test("a storm of ends costs a look every 20 ms", () => {
  const storm = Array.from({ length: 1_000 }, (_, index) => [1_000 + index, "ended"] as const);
  const found = looks(storm).filter((time) => time <= 2_000);
  assert.equal(found.length, 51);
});

test("at rest the lists are read after the quiet time", () => {
  assert.equal(new RelistTimes().delay(5, 30_000), 30_000);
});
