/** Crash safety, sampled; test/sim/controller-crashes.test.ts crashes after every write. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deploymentLife } from "./testing/deployment-life.ts";

test("A manager that dies after a write leaves nothing that the next one makes twice or forgets", async () => {
  const undisturbed = await deploymentLife(Number.POSITIVE_INFINITY);
  assert.deepEqual([undisturbed.made, undisturbed.end], [6, "0,0,0"]);
  for (let writes = 1; writes <= undisturbed.writes; writes += 11) {
    const { made, end } = await deploymentLife(writes);
    assert.deepEqual({ made, end }, { made: 6, end: "0,0,0" }, `dead after write ${writes}`);
  }
});
