/** The order in which a shrinking replica set gives up pods. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pod } from "../testing/objects.ts";
import { podsToDelete } from "./pods-to-delete.ts";

const NOW = 1_800_000_000_000;
const old = NOW - 86_400_000;

/** Of `first` and `second`, the former goes, in whichever order they are listed. */
const rows = [
  ["a pod without a node", { phase: "Pending" }, { node: "n", phase: "Pending" }],
  ["a pending pod", { node: "n", phase: "Pending" }, { node: "n", phase: "Running" }],
  ["a pod that is not ready", { node: "n", ready: false }, { node: "n" }],
  ["the lower deletion cost", { node: "n", cost: "-5" }, { node: "n", cost: "3" }],
  ["a deletion cost that is no number counts as 0", { node: "n", cost: "+4" }, { node: "n", cost: "1" }],
  [
    "the pod that was ready for a shorter time",
    { node: "n", readySinceMs: NOW - 1000, createdMs: old },
    { node: "n", createdMs: old },
  ],
  [
    "the pod that restarted more often",
    { node: "n", restarts: 3, createdMs: old },
    { node: "n", createdMs: old },
  ],
  [
    "the younger pod",
    { node: "n", readySinceMs: old, createdMs: NOW - 1000 },
    { node: "n", readySinceMs: old, createdMs: old },
  ],
] as const;

for (const [title, first, second] of rows) {
  test(`First goes ${title}`, () => {
    const victim = pod({ ...first, name: "z-first" });
    const other = pod({ ...second, name: "a-second" });
    for (const pods of [
      [victim, other],
      [other, victim],
    ]) {
      assert.deepEqual(podsToDelete(pods, [], 1, NOW), [victim]);
    }
  });
}

test("First goes a pod of the node that holds most of the rollout's pods", () => {
  const lonely = pod({ name: "a", node: "n1", createdMs: old });
  const crowded = pod({ name: "b", node: "n2", createdMs: old });
  const sibling = pod({ name: "c", node: "n2", createdMs: old });
  assert.deepEqual(podsToDelete([lonely, crowded], [lonely, crowded, sibling], 1, NOW), [crowded]);
});

test("Ages of one order of magnitude count as equal, so that the uid decides", () => {
  const older = pod({ name: "a", node: "n", createdMs: NOW - 60_000 });
  const younger = pod({ name: "b", node: "n", createdMs: NOW - 50_000 });
  assert.deepEqual(podsToDelete([younger, older], [], 1, NOW), [older]);
});
