/** What RE2's syntax means, what it refuses and in which words, and that no pattern holds the loop. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { expressionSize } from "./regexp-size.ts";
import { Regexps } from "./regexp.ts";

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

test("Regexps.matches() finds what RE2's syntax says, wherever it is in the text", () => {
  for (const [pattern, matches, others] of rows) {
    const regexp = new Regexps();
    for (const text of matches)
      assert.ok(regexp.matches(pattern, text), `${pattern} on ${JSON.stringify(text)}`);
    for (const text of others)
      assert.ok(!regexp.matches(pattern, text), `${pattern} on ${JSON.stringify(text)}`);
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
      () => new Regexps().check(pattern),
      (error: Error) => error.message.startsWith(`error parsing regexp: ${complaint}`),
      pattern,
    );
  }
});

test("patterns that take a backtracking machine for ever are read once", () => {
  const text = `${"a".repeat(5_000)}!`;
  for (const pattern of ["^(a+)+$", "^(a*)*$", "^(a|aa)+$", "(a?){50}a{50}b", "(x+x+)+y"])
    assert.equal(new Regexps().matches(pattern, text), false, pattern);
});

test("a text that would hold the loop is given up", () => {
  const pattern = `(.*)${"(.*)".repeat(500)}x`;
  assert.throws(() => new Regexps().matches(pattern, "a".repeat(1_000_000)), /takes too long/);
  const regexps = new Regexps();
  const many = (): boolean =>
    Array.from({ length: 1_000 }).some(() => regexps.matches(pattern, "a".repeat(10)));
  assert.throws(many, /takes too long/);
});

test("an expression's size is what it repeats, as often as it does", () => {
  const rows = [
    ["", 0],
    ["abc", 3],
    ["a{1000}", 1_000],
    ["(ab){3}", 9],
    ["((a{10}){10}){10}", 1_110],
    ["\\{3}[^]{}]{2,}a{,5}", 21],
    ["(a", 2],
    ["a)", 1],
    ["\\pL{1000}", 15_000],
    ["[\\p{Greek}\\]]{2}", 130],
    ["\\", 1],
    ["(){9999}", 9_999],
  ] as const;
  for (const [pattern, size] of rows) assert.equal(expressionSize(pattern), size, pattern);
});

test("expressions that would hold the loop while they are read are refused, one or many", () => {
  assert.throws(() => new Regexps().check("(\\pL{100}){10}".repeat(40)), /expression too large/);
  assert.throws(() => new Regexps().check("[[:".repeat(100_000)), /expression too large/);
  const regexps = new Regexps();
  for (let i = 0; i < 1_000; i++) regexps.check("\\w{1000}");
  const many = (): void => Array.from({ length: 1_000 }).forEach((_, i) => regexps.check(`\\w{1000}${i}`));
  assert.throws(many, /expression too large/);
});
