/** Watch frames out of cut bytes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientError } from "./errors.ts";
import { JsonLines } from "./json-lines.ts";

const frames = [
  { type: "ADDED", object: { metadata: { name: "ä€𝄞" } } },
  { type: "DELETED", object: { metadata: { name: "b" } } },
];

test("Frames arrive whole however the bytes are cut, also inside a character", () => {
  const bytes = Buffer.from(frames.map((frame) => `${JSON.stringify(frame)}\n`).join(""));
  for (let cut = 1; cut < bytes.length; cut += 1) {
    const lines = new JsonLines();
    const events = [...lines.push(bytes.subarray(0, cut)), ...lines.push(bytes.subarray(cut))];
    assert.deepEqual(events, frames, `cut at ${cut}`);
  }
});

test("What is no JSON is refused as a bad answer", () => {
  assert.throws(
    () => new JsonLines().push(Buffer.from("<html>\n")),
    (error: unknown) => error instanceof ClientError && error.code === "bad-answer",
  );
});
