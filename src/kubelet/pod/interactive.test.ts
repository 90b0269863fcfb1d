/** When a program with an open input is shown to run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { container, ended, observation, podOf, running, sandboxAtMs } from "../testing/builders.ts";
import { heldUntilMs } from "./interactive.ts";

test("heldUntilMs: a second after a program with an open input began, and not at all otherwise", () => {
  const began = sandboxAtMs + 2000;
  const open = podOf({ containers: [container("main", { stdin: true }), container("other")] });
  const now = observation([running("main"), running("other")]);
  assert.equal(heldUntilMs(open, now, began + 999), began + 1000);
  assert.equal(heldUntilMs(open, now, began + 1000), 0);
  assert.equal(heldUntilMs(open, now, began - 1), 0, "a clock that was set back");
  assert.equal(heldUntilMs(open, observation([ended("main", 0)]), began), 0);
  assert.equal(heldUntilMs(podOf({}), observation([running("main")]), began), 0);
});
