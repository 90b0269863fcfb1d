/** Log lines: one per entry, whatever the entry holds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonLine, type LogEntry, NamedLog, textLine } from "./log.ts";

const entry: LogEntry = {
  timeMs: 1_795_229_559_123,
  level: "warn",
  name: "navarch/scheduler",
  message: "Cannot bind\npod",
  fields: { pod: "default/web-0", error: 'node "n1"\nis full', attempt: 2, absent: undefined },
};

test("textLine() escapes what would break the line and quotes values with spaces", () => {
  assert.equal(
    textLine(entry),
    "2026-11-21T02:52:39.123Z WARN  navarch/scheduler Cannot bind\\npod pod=default/web-0 " +
      'error="node \\"n1\\"\\nis full" attempt=2',
  );
});

test("jsonLine() is one JSON object on one line", () => {
  assert.deepEqual(JSON.parse(jsonLine(entry)), {
    time: "2026-11-21T02:52:39.123Z",
    level: "warn",
    name: "navarch/scheduler",
    message: "Cannot bind\npod",
    pod: "default/web-0",
    error: 'node "n1"\nis full',
    attempt: 2,
  });
  assert.ok(!jsonLine(entry).includes("\n"));
});

test("NamedLog drops entries below its level", () => {
  const heard: string[] = [];
  const log = new NamedLog(
    "a",
    "warn",
    () => 0,
    (written) => heard.push(written.level),
  );
  log.debug("one");
  log.info("two");
  log.warn("three");
  log.error("four");
  assert.deepEqual(heard, ["warn", "error"]);
});
