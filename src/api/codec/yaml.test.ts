/** YAML as kubectl reads and prints it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Service } from "../types/core/mod.ts";
import { fc } from "../../../test/testing/properties.ts";
import { canonical, decode } from "./decode.ts";
import { stringifyJson } from "./encode-json.ts";
import { DecodeError } from "./errors.ts";
import { allKinds, objectsOf } from "./objects.suite.ts";
import { parseYaml, parseYamlDocument, stringifyYaml } from "./yaml.ts";

const one = (text: string): unknown => parseYaml(text)[0]?.value;

test("parseYaml() reads scalars as kubectl does", () => {
  const rows: readonly (readonly [text: string, value: unknown])[] = [
    ["0644", 420],
    ["0o17", 15],
    ["0x1F", 31],
    ["08", 8],
    ["1_000", 1000],
    ["-5", -5],
    ["1.0", 1],
    ["1e3", 1000],
    [".5", 0.5],
    ["9007199254740993", 9007199254740993n],
    ["yes", true],
    ["n", false],
    ["off", false],
    ["~", null],
    ["2026-01-02", "2026-01-02"],
    ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"],
    ['"yes"', "yes"],
    ["12:30:45", "12:30:45"],
    ["1.2.3", "1.2.3"],
    ["100m", "100m"],
    ["0xzz", "0xzz"],
  ];
  for (const [text, value] of rows) assert.deepEqual(one(`a: ${text}`), { a: value }, text);
});

test("parseYaml() makes every key a string and merges anchors", () => {
  assert.deepEqual(one("1: a\ntrue: b\n1.5: c"), { 1: "a", true: "b", 1.5: "c" });
  const merged = parseYaml("base: &b {x: 1, k: 2}\nother: {<<: *b, k: 3}")[0];
  assert.deepEqual(merged?.value, { base: { x: 1, k: 2 }, other: { x: 1, k: 3 } });
  assert.equal(merged?.duplicates.length, 0);
});

test("parseYaml() gives the documents of a stream and skips empty ones", () => {
  const kinds = parseYaml("---\nkind: A\n---\n# nothing\n---\nkind: B\n...\n").map(
    (document) => document.kind,
  );
  assert.deepEqual(kinds, ["A", "B"]);
  assert.deepEqual(one('{"kind": "C", "n": 12345678901234567890}'), { kind: "C", n: 12345678901234567000 });
});

test("parseYamlDocument() wants exactly one document", () => {
  assert.equal(parseYamlDocument("---\nkind: A\n---\n").kind, "A");
  assert.throws(() => parseYamlDocument("# nothing"), { code: "syntax" });
  assert.throws(() => parseYamlDocument("kind: A\n---\nkind: B"), { code: "syntax" });
});

test("A duplicate key in YAML is a strict error with its path", () => {
  const [document] = parseYaml("kind: Service\nspec:\n  type: NodePort\n  type: ClusterIP\n");
  assert.deepEqual(decode(Service, document, "warn").warnings, ['duplicate field "spec.type"']);
  assert.equal(decode(Service, document).object.spec.type, "ClusterIP");
});

test("parseYaml() refuses broken text, alias bombs and cycles with a DecodeError", () => {
  const bomb = ["a0: &a0 [x, x]"];
  for (let i = 1; i < 40; i++) bomb.push(`a${i}: &a${i} [*a${i - 1}, *a${i - 1}]`);
  const rows = [
    ["a: [", "syntax"],
    ["a: b: c", "syntax"],
    [bomb.join("\n"), "depth"],
    ["&a [*a]", undefined],
  ] as const;
  for (const [text, code] of rows) {
    assert.throws(
      () => parseYaml(text),
      (error) => error instanceof DecodeError && (code === undefined || error.code === code),
    );
  }
});

test("__proto__ is a plain key in YAML", () => {
  const value = one("__proto__: {polluted: true}") as object;
  assert.ok(Object.hasOwn(value, "__proto__"));
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});

test("stringifyYaml() prints sorted keys, unindented lists and quoted look-alikes", () => {
  const value = {
    b: [{ name: "x", on: true }],
    a: "yes",
    big: 9007199254740993n,
    time: "2026-01-02T03:04:05Z",
  };
  const text = stringifyYaml(value);
  assert.equal(
    text,
    'a: "yes"\nb:\n- name: x\n  "on": true\nbig: 9007199254740993\ntime: "2026-01-02T03:04:05Z"\n',
  );
  assert.deepEqual(one(text), value);
});

test("Every kind survives YAML, as kubectl writes and reads it", () => {
  for (const type of allKinds()) {
    fc.assert(
      fc.property(objectsOf(type), (object) => {
        const once = canonical(type, object);
        const read = stringifyJson(one(stringifyYaml(once)));
        assert.deepEqual(
          decode(type, read, "strict").object,
          decode(type, stringifyJson(once), "strict").object,
        );
      }),
      { numRuns: 6 },
    );
  }
});
