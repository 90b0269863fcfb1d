/** Which rotated logs stay, go, and are compressed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { planRotation, rotationStamp } from "./log-rotation.ts";

const table: readonly (readonly [
  title: string,
  names: readonly string[],
  remove: readonly string[],
  compress: readonly string[],
])[] = [
  ["a log that was never rotated", ["0.log"], [], []],
  ["the one rotated before", ["0.log", "0.log.20260101-000000"], [], ["0.log.20260101-000000"]],
  [
    "more than fit, oldest first",
    ["0.log", "0.log.4", "0.log.1.gz", "0.log.3.gz", "0.log.2.gz"],
    ["0.log.1.gz"],
    ["0.log.4"],
  ],
  ["what a crash left half compressed", ["0.log", "0.log.1", "0.log.1.tmp"], ["0.log.1.tmp"], ["0.log.1"]],
  ["what a crash left beside its compressed form", ["0.log", "0.log.1", "0.log.1.gz"], ["0.log.1"], []],
  ["nothing of another instance", ["0.log", "1.log", "1.log.1", "10.log.1"], [], []],
];

for (const [title, names, remove, compress] of table) {
  test(`planRotation() takes care of ${title}`, () => {
    assert.deepEqual(planRotation("0.log", names, 5), { remove, compress });
  });
}

test("planRotation() keeps only the current file when two are allowed", () => {
  assert.deepEqual(planRotation("0.log", ["0.log", "0.log.1"], 2), { remove: ["0.log.1"], compress: [] });
});

test("rotationStamp() is upstream's", () => {
  assert.equal(rotationStamp(Date.UTC(2026, 0, 2, 3, 4, 5, 678)), "20260102-030405");
});
