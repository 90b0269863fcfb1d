/** Every controller is crashed once after each of its writes in a deployment's life (issue 2, What must hold, 4). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deploymentLife } from "../../src/controllers/testing/deployment-life.ts";

test("Whatever write the manager dies after, the deployment's life ends the same, with no object made twice", async (context) => {
  const undisturbed = await deploymentLife(Number.POSITIVE_INFINITY);
  assert.deepEqual([undisturbed.made, undisturbed.end], [6, "0,0,0"]);
  assert.ok(undisturbed.writes > 20, `${undisturbed.writes} writes`);
  for (let writes = 1; writes <= undisturbed.writes; writes += 1) {
    const { made, end } = await deploymentLife(writes);
    assert.deepEqual({ made, end }, { made: 6, end: "0,0,0" }, `dead after write ${writes}`);
  }
  context.diagnostic(`${undisturbed.writes} crash points`);
});
