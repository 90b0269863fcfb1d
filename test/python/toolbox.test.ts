/** The Python client's dynamic client, watches, streams, manifests and leader election. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runScript, skip } from "./python.ts";

const steps = ["dynamic", "watches", "streams", "manifests", "election"];

test("the Python client's tools work", { skip }, async () => {
  const { code, stdout, stderr } = await runScript("toolbox.py");
  assert.deepEqual([stdout.trim().split("\n"), code], [steps, 0], stderr);
});
