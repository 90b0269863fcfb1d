/** Each planted bug is found within the gate's seeds; what finds nothing there is not watched by this simulation. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { onTwoCores, runSeeds } from "./harness/children.ts";
import { plants } from "./plants.ts";

/** Tried before a bug counts as not found. */
const seeds = { first: 1, count: 16, seconds: 120 };

for (const { name, file, find } of plants) {
  test(`The line to plant "${name}" in is there, once`, () => {
    const source = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
    assert.equal(source.split(find).length - 1, 1, `${file} has changed: plant the bug anew`);
  });
}

test("Every planted bug is found", async (context) => {
  const jobs = plants.map(({ name }) => async () => {
    const results = await runSeeds({ ...seeds, stopAtFinding: true, plant: name });
    return { name, tried: results.length, rules: results.at(-1)?.rules ?? [] };
  });
  const found = await onTwoCores(jobs);
  for (const { name, tried, rules } of found)
    context.diagnostic(
      `${name}: ${rules.length === 0 ? "not found" : `${rules.join(", ")} (seed ${tried})`}`,
    );
  assert.deepEqual(
    found.filter(({ rules }) => rules.length === 0).map(({ name }) => name),
    [],
  );
});
