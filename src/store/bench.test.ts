/** The benchmark runs, so that it does not rot. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { storeBench } from "./store.bench.ts";

test("the store's benchmark runs with small parameters", async () => {
  const rows = await storeBench({ sequential: 5, concurrent: 64, watchers: 50, events: 20, objects: 10 });
  const delivered = rows.map(({ figures }) => figures["delivered"]).filter((count) => count !== undefined);
  assert.deepEqual(delivered, ["20", "20", "100"]);
});
