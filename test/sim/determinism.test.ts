/** A seed is the whole run: again in another process, and with another heap, it draws and says the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { onTwoCores, runSeeds } from "./harness/children.ts";

const small = ["--max-semi-space-size=1", "--max-old-space-size=300"];
const large = ["--max-semi-space-size=64", "--max-old-space-size=2000"];

/** A disturbed one and an undisturbed one, far from the gate's others. */
const seeds = [1_000_001, 1_000_004];

test("A seed gives one digest, whatever the process and its heap", async () => {
  const jobs = [small, large].map((flags) => async () => {
    const runs = seeds.map((first) => ({ first, count: 1, seconds: 60, flags }));
    const digests: string[] = [];
    for (const run of runs) digests.push((await runSeeds(run))[0]?.digest ?? "");
    return digests;
  });
  const [first, second] = await onTwoCores(jobs);
  assert.equal(first?.length, seeds.length);
  assert.deepEqual(first, second);
  assert.equal(new Set(first).size, seeds.length, "other seeds are other runs");
});
