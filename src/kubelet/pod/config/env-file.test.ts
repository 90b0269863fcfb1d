/** Files of variables, as a shell reads them or refuses to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { envFileValue } from "./env-file.ts";

const rows: readonly (readonly [text: string, key: string, value: string])[] = [
  ["A='1'\nB='2'\n", "B", "2"],
  ["# A='0'\n\n  \t A='1' # one\r\n", "A", "1"],
  ["A='one\n  # two\n'\nB='2'", "A", "one\n  # two\n"],
  ["A='one\ntwo'\nB='2'", "B", "2"],
  ["A='$B \\n \"x\" = '", "A", '$B \\n "x" = '],
  ["A='1'\nA='2'", "A", "1"],
  ["A= '1'\nB='2'", "A", ""],
  ["A= '1'\nB='2'", "B", "2"],
  ["a='1'", "A", ""],
  ["export A='1'", "A", ""],
  ["A='1'\nB=2", "A", "1"],
  ["", "A", ""],
];

test("envFileValue() finds the first statement, as it stands between its quotes", () => {
  for (const [text, key, value] of rows) assert.equal(envFileValue(text, key), value, text);
});

test("envFileValue() refuses what a shell would read otherwise, and says which line", () => {
  for (const text of ["A=1", 'A="1"', "A=", "A ='1'", "A", "='1'", "A='1", "A='1'x", "A='1'B='2'"])
    assert.throws(() => envFileValue(`# first\nX='x\ny'\n${text}\nZ='z'\n`, "Z"), /^Error: line 4 /, text);
});
