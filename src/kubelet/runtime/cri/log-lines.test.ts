/** Lines of CRI logs, and where the last of them begin. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LineCutter, parseLogLine, TailFinder } from "./log-lines.ts";

const at = "2016-10-06T00:17:09.669794202Z";

test("parseLogLine() reads streams, tags and words, and nothing else", () => {
  const text = (line: string): string | undefined => {
    const entry = parseLogLine(Buffer.from(line));
    if (entry === undefined) return undefined;
    return `${entry.stream} ${entry.isPartial ? "partial" : "whole"} ${Buffer.from(entry.text).toString()}`;
  };
  assert.equal(text(`${at} stdout F some words`), "stdout whole some words");
  assert.equal(text(`${at} stderr P begun`), "stderr partial begun");
  assert.equal(text(`${at} stdout F:tag `), "stdout whole ");
  assert.equal(text(`${at} stdin F x`), undefined);
  assert.equal(text("torn"), undefined);
});

test("LineCutter gives the same entries however the bytes are cut", () => {
  const bytes = Buffer.from(
    `${at} stdout F one\n${at} stderr P two\n${at} stdout F three\n${at} stdout F to`,
  );
  for (let size = 1; size < bytes.length; size += 7) {
    const cutter = new LineCutter();
    const words: string[] = [];
    for (let from = 0; from < bytes.length; from += size) {
      const entries = cutter.take(bytes.subarray(from, from + size));
      words.push(...entries.map((entry) => Buffer.from(entry.text).toString()));
    }
    assert.deepEqual(words, ["one", "two", "three"]);
  }
});

/** The words of the last lines, found in blocks of a size. */
function tail(tags: string, lines: number, blockBytes: number): string {
  const file = Buffer.from(
    [...tags].map((tag, index) => `${at} stdout ${tag === "p" ? "P" : "F"} ${index}\n`).join(""),
  );
  const finder = new TailFinder(lines);
  let start = file.length;
  let found: number | undefined;
  while (start > 0 && found === undefined) {
    const end = start;
    start = Math.max(0, end - blockBytes);
    found = finder.take(file.subarray(start, end), start === 0);
  }
  const entries = new LineCutter().take(file.subarray(start + (found ?? 0)));
  return entries.map((entry) => Buffer.from(entry.text).toString()).join("");
}

const table: readonly (readonly [title: string, tags: string, lines: number, words: string])[] = [
  ["the last whole lines", "ffff", 2, "23"],
  ["none", "ffff", 0, ""],
  ["all, when there are fewer", "ff", 5, "01"],
  ["a line with its parts", "fpfpf", 2, "1234"],
  ["an unfinished line as one", "ffpp", 2, "123"],
  ["an unfinished line alone", "ffpp", 1, "23"],
  ["nothing of nothing", "", 3, ""],
];

for (const [title, tags, lines, words] of table) {
  test(`TailFinder finds ${title}, in blocks of any size`, () => {
    for (const blockBytes of [1, 10, 41, 64, 1000]) assert.equal(tail(tags, lines, blockBytes), words);
  });
}
