/** Times and durations as Go reads and prints them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../test/testing/properties.ts";
import {
  canonicalMicroTime,
  canonicalTime,
  formatDuration,
  microTime,
  parseDuration,
  parseInstant,
  parseTime,
  rfc3339,
} from "./time.ts";

test("canonicalTime() gives UTC seconds, null for the zero time, undefined for what is no moment", () => {
  const rows: readonly (readonly [text: string, time: string | null | undefined])[] = [
    ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"],
    ["2026-01-02T03:04:05.999Z", "2026-01-02T03:04:05Z"],
    ["2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05Z"],
    ["2026-01-01T00:30:00-01:00", "2026-01-01T01:30:00Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"],
    ["0001-01-01T00:00:00Z", null],
    ["1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"],
    ["2026-01-31T00:00:00Z", "2026-01-31T00:00:00Z"],
    ["2026-02-29T00:00:00Z", undefined],
    ["2026-04-31T00:00:00Z", undefined],
    ["2026-01-00T00:00:00Z", undefined],
    ["2026-13-01T00:00:00Z", undefined],
    ["2026-01-01T24:00:00Z", undefined],
    ["2026-01-01 00:00:00Z", undefined],
    ["2026-01-01T00:00:00", undefined],
    ["", undefined],
    ["now", undefined],
  ];
  for (const [text, time] of rows) assert.equal(canonicalTime(text), time, text);
});

test("Micro times keep six digits", () => {
  assert.equal(canonicalMicroTime("2026-01-02T03:04:05.1234567Z"), "2026-01-02T03:04:05.123456Z");
  assert.equal(canonicalMicroTime("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05.000000Z");
  assert.equal(microTime(1.5), "1970-01-01T00:00:00.001000Z");
});

test("parseTime() undoes rfc3339()", () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_135_596_799, max: 253_402_300_799 }), (seconds) => {
      assert.equal(parseTime(rfc3339(seconds * 1000)), seconds * 1000);
      assert.deepEqual(parseInstant(rfc3339(seconds * 1000)), { seconds, nanos: 0 });
    }),
  );
});

test("Durations read and print as Go's", () => {
  const rows: readonly (readonly [text: string, ms: number | undefined, printed?: string])[] = [
    ["30s", 30_000],
    ["1m30s", 90_000],
    ["1h", 3_600_000, "1h0m0s"],
    ["1.5h", 5_400_000, "1h30m0s"],
    ["100ms", 100],
    ["1.5ms", 1.5],
    ["10us", 0.01, "10µs"],
    ["7ns", 7e-6],
    ["0", 0, "0s"],
    ["-2m", -120_000, "-2m0s"],
    ["", undefined],
    ["5", undefined],
    ["1d", undefined],
    ["s", undefined],
  ];
  for (const [text, ms, printed] of rows) {
    assert.equal(parseDuration(text), ms, text);
    if (ms !== undefined) assert.equal(formatDuration(ms), printed ?? text);
  }
});

test("a duration that is almost right is refused as fast as a right one is read", () => {
  const start = performance.now();
  assert.equal(parseDuration(`${"11m".repeat(2_000)}x`), undefined);
  assert.ok(performance.now() - start < 100);
});
