/** The benchmark of the real node runs with small parameters, so that it does not rot. Figures are not judged here. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { realNodeBench } from "../../bench/real-node.bench.ts";
import { onOwnMachine } from "./harness/own-machine.ts";

onOwnMachine(import.meta.filename, () => {
  test("the benchmark of the real node runs, and each of its figures is a number", async () => {
    const { figures } = await realNodeBench({ single: 1, burst: 2, resting: 1, settleMs: 50, restMs: 100 });
    for (const figure of figures) assert.equal(Number.isFinite(figure.value), true, figure.name);
  });
});
