/** A Deployment's life by the official Python client, which reads and writes with code of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runScript, skip } from "./python.ts";

/** Each step of the script, in order. */
const steps = [
  "node ready",
  "created",
  "scaled",
  "patched",
  "refused",
  "paged",
  "deleted",
  "namespace deleted",
];

test("the Python client sees a Deployment live and die", { skip }, async () => {
  const { code, stdout, stderr } = await runScript("deployment_life.py");
  assert.deepEqual([stdout.trim().split("\n"), code], [steps, 0], stderr);
});
