/** The benchmark runs, so that it does not rot. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { informersBench } from "./informers.bench.ts";

test("The informers' benchmark runs with small parameters, and both ways see every pod", async () => {
  const rows = await informersBench({ pods: 20, informers: 2 });
  assert.deepEqual(
    rows.map(({ figures }) => figures["pods"]),
    ["20", "20"],
  );
});
