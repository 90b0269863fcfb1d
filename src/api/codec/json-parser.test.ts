/** The JSON parser against JSON.parse, and what only it sees. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../test/testing/properties.ts";
import { stringifyJson } from "./encode-json.ts";
import { DecodeError } from "./errors.ts";
import { NumberLiteral } from "./json-document.ts";
import { parseDocument, parseJson, parseStoredJson } from "./json-parser.ts";

/** What JSON.parse says, or undefined when it refuses. */
function reference(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // The parser under test must refuse it too.
    return undefined;
  }
}

function attempt(text: string): { value: unknown } | undefined {
  try {
    return { value: parseJson(text) };
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error));
    return undefined;
  }
}

test("parseJson() agrees with JSON.parse on any value", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      const expected = reference(text);
      // -0 is one number here, and an integer beyond 2^53 is exact.
      assert.equal(stringifyJson(attempt(text)?.value), JSON.stringify(expected?.value));
    }),
    { numRuns: 300 },
  );
});

test("parseJson() refuses what JSON.parse refuses", () => {
  const pieces = fc.constantFrom(
    ...'{}[]",:\\ \n\t0129.eE+-u',
    "true",
    "null",
    '"a"',
    "1.5",
    "\\n",
    "\\ud83d",
    "é",
    "\u0001",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const text = parts.join("");
      const expected = reference(text);
      const actual = attempt(text);
      if (text.match(/\d{16}|[eE]\+?\d{3}|\\u/) !== null) return;
      assert.equal(actual === undefined, expected === undefined, text);
    }),
    { numRuns: 2000 },
  );
});

test("Edge cases parse or fail as JSON says", () => {
  for (const text of [
    "",
    " ",
    "01",
    "1.",
    ".5",
    "-",
    "+1",
    "1e",
    "nul",
    "[1,]",
    '{"a":1,}',
    "{a:1}",
    '"\t"',
    '"\\x"',
    '"\\u12"',
    "[1] 2",
    "'a'",
    "NaN",
  ]) {
    assert.throws(() => parseJson(text), { code: "syntax" }, text);
  }
  assert.equal(parseJson('"\\ud83d\\ude00 \\u00e9 \\/ \\b"'), "😀 é / \b");
  assert.equal(parseJson('"\\ud83d"'), "\ufffd");
  assert.equal(parseJson(Buffer.from([0x22, 0xff, 0x22])), "\ufffd");
  assert.ok(Object.is(parseJson("-0"), 0));
  assert.throws(() => parseJson("1e400"), { code: "syntax" });
});

test("Integers beyond 2^53 are exact to 64 bits, and print exactly", () => {
  const text = '{"a":9007199254740993,"b":-9223372036854775808,"c":[9223372036854775807,1]}';
  assert.equal(stringifyJson(parseJson(text)), text);
  assert.equal(parseJson("9223372036854775808"), 9223372036854775808);
});

test("parseStoredJson() is exact and safe as well", () => {
  const text = '{"a":9007199254740993,"b":[1.5,"x"],"__proto__":{"c":1}}';
  assert.equal(stringifyJson(parseStoredJson(text)), text);
  assert.deepEqual(parseStoredJson(Buffer.from('{"a":1}')), { a: 1 });
});

test("parseDocument() remembers duplicate keys and how numbers were written", () => {
  const document = parseDocument('{"a":1,"b":{"c":1,"c":2},"constructor":1,"a":1.0}');
  assert.deepEqual(
    document.duplicates.map((one) => one.key),
    ["c", "a"],
  );
  const value = document.value as { a: unknown };
  assert.ok(value.a instanceof NumberLiteral);
  assert.equal(value.a.text, "1.0");
  assert.equal(parseDocument('{"a":1.5,"b":100}').hasLiterals, false);
});

test("__proto__ is a plain key", () => {
  const value = parseJson('{"__proto__":{"polluted":true},"__proto__":{"again":true}}') as object;
  assert.deepEqual(Object.keys(value), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

test("Nesting has a limit", () => {
  assert.throws(() => parseJson("[".repeat(10_000) + "]".repeat(10_000)), { code: "depth" });
  assert.doesNotThrow(() => parseJson("[".repeat(1000) + "]".repeat(1000)));
});
