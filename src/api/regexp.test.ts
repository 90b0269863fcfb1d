/** What RE2's syntax means, what it refuses and in which words, and that no pattern holds the loop. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Regexp } from "./regexp.ts";

const rows: readonly (readonly [pattern: string, matches: readonly string[], others: readonly string[]])[] = [
  ["", ["", "a"], []],
  ["a|b", ["a", "xb"], ["c", ""]],
  ["^a.c$", ["abc", "a😀c"], ["a\nc", "abcd"]],
  ["(?s)^a.c$", ["a\nc"], ["abcd"]],
  ["(?m)^b$", ["a\nb\nc"], ["ab"]],
  ["^b$", ["b"], ["a\nb", "b\n"]],
  ["\\Ab\\z", ["b"], ["b\n", "ab"]],
  ["(?i)^straße k$", ["STRAßE \u212a", "ſtrasse k".replace("sse", "ße")], ["strasse k"]],
  ["a(?i)b(?-i)c", ["abc", "aBc"], ["Abc", "abC"]],
  ["a(?i:b)c", ["aBc"], ["aBC"]],
  ["^(?P<year>[0-9]{4})-(?<month>\\d\\d)$", ["2026-04"], ["2026-4", "26-04"]],
  ["^[[:alpha:]]+$", ["abc"], ["ab1", "é", ""]],
  ["^[[:^alpha:]_]+$", ["12_"], ["a"]],
  ["^\\pL+$", ["aéд漢"], ["a1"]],
  ["^\\p{Greek}+$", ["αβγ"], ["abc"]],
  ["^\\p{^Greek}\\P{Greek}$", ["ab"], ["αb", "aβ"]],
  ["(?i)^\\p{Lu}$", ["é", "É"], ["1"]],
  ["^[\\d\\-x-z]+$", ["1-y"], ["w"]],
  ["^[]a]+$", ["]a"], ["b"]],
  ["^[^]a]$", ["b"], ["]"]],
  ["^[a-]$", ["-"], ["b"]],
  ["^\\s$", [" ", "\t", "\n"], ["\u00a0", "\v"]],
  ["^\\w+$", ["a_1"], ["é"]],
  ["\\bfoo\\b", ["a foo b", "foo"], ["food"]],
  ["r\\B", ["art"], ["car"]],
  ["^a{2}$", ["aa"], ["a", "aaa"]],
  ["^a{2,}$", ["aa", "aaaa"], ["a"]],
  ["^a{1,2}?$", ["a", "aa"], ["aaa"]],
  ["^a{,2}$", ["a{,2}"], ["aa"]],
  ["^a{0}b$", ["b"], ["ab"]],
  ["^(a|)*$", ["", "aa"], ["b"]],
  ["^\\x41\\x{1F600}\\101\\a?\\.$", ["A😀A."], ["A"]],
  ["^\\Qa.b\\E+$", ["a.b", "a.bb"], ["axb"]],
  ["^[\\x{0}-\\x{10FFFF}]$", ["😀", "\n"], [""]],
  ["^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", ["a-b.c"], ["a-.c", "A"]],
];

test("Regexp.matches() finds what RE2's syntax says, wherever it is in the text", () => {
  for (const [pattern, matches, others] of rows) {
    const regexp = new Regexp(pattern);
    for (const text of matches) assert.ok(regexp.matches(text), `${pattern} on ${JSON.stringify(text)}`);
    for (const text of others) assert.ok(!regexp.matches(text), `${pattern} on ${JSON.stringify(text)}`);
  }
});

const refused: readonly (readonly [pattern: string, complaint: string])[] = [
  ["+", "missing argument to repetition operator: `+`"],
  ["a|*?", "missing argument to repetition operator: `*?`"],
  ["(?i){2}", "missing argument to repetition operator: `{2}`"],
  ["a**", "invalid nested repetition operator: `**`"],
  ["a{2}{3}", "invalid nested repetition operator: `{2}{3}`"],
  ["a{1001}", "invalid repeat count: `{1001}`"],
  ["a{3,2}", "invalid repeat count: `{3,2}`"],
  ["((a{100}){11})", "invalid repeat count: `{11}`"],
  ["(a", "missing closing ): `(a`"],
  ["a)", "unexpected ): `a)`"],
  ["x[a-", "missing closing ]: `[a-`"],
  ["[b-a]", "invalid character class range: `b-a`"],
  ["[[:word:]-[:none:]]", "invalid character class range: `[:none:]`"],
  ["\\p{Nothing}", "invalid character class range: `\\p{Nothing}`"],
  ["a\\", "trailing backslash at end of expression: ``"],
  ["\\1", "invalid escape sequence: `\\1`"],
  ["a\\Z", "invalid escape sequence: `\\Z`"],
  ["\\x{110000}", "invalid escape sequence: `\\x{110000`"],
  ["x(?=a)", "invalid or unsupported Perl syntax: `(?=`"],
  ["(?!a)", "invalid or unsupported Perl syntax: `(?!`"],
  ["(?P=n)", "invalid or unsupported Perl syntax: `(?P`"],
  ["(?<=a)b", "invalid named capture: `(?<=a)b`"],
  ["(?P<a b>c)", "invalid named capture: `(?P<a b>`"],
  [`${"(".repeat(1_001)}${")".repeat(1_001)}`, "expression nests too deeply"],
];

test("a pattern that RE2 does not take is refused in its words", () => {
  for (const [pattern, complaint] of refused) {
    assert.throws(
      () => new Regexp(pattern),
      (error: Error) => error.message.startsWith(`error parsing regexp: ${complaint}`),
      pattern,
    );
  }
});

test("patterns that take a backtracking machine for ever are read once", () => {
  const text = `${"a".repeat(5_000)}!`;
  for (const pattern of ["^(a+)+$", "^(a*)*$", "^(a|aa)+$", "(a?){50}a{50}b", "(x+x+)+y"])
    assert.equal(new Regexp(pattern).matches(text), false, pattern);
});

test("a text that would hold the loop is given up", () => {
  const regexp = new Regexp(`(.*)${"(.*)".repeat(500)}x`);
  assert.throws(() => regexp.matches("a".repeat(1_000_000)), /takes too long/);
});
