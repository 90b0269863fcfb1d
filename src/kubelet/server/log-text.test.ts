/** Logs as people read them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { entryText } from "./log-text.ts";

const stamps: readonly (readonly [written: string, shown: string])[] = [
  ["2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123456789Z"],
  ["2026-01-02T03:04:05.12Z", "2026-01-02T03:04:05.120000000Z"],
  ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000000Z"],
  ["2026-01-02T03:04:05.5+01:00", "2026-01-02T03:04:05.500000000+01:00"],
];

for (const [timestamp, shown] of stamps)
  test(`entryText() shows ${timestamp} with nine digits`, () => {
    const entry = { timestamp, stream: "stdout", text: Buffer.from("x"), isPartial: false } as const;
    const text = entryText(entry, { timestamps: true, stream: "All" }, true);
    assert.equal(text?.toString(), `${shown} x\n`);
  });
