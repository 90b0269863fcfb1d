/** Values by their schemas: what is told of each fault, and where. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FieldErrors } from "../field-errors.ts";
import type { JSONSchemaProps } from "../types/apiextensions/mod.ts";
import { Regexps } from "../regexp.ts";
import { validateValue } from "./mod.ts";

type Row = readonly [schema: JSONSchemaProps, value: unknown, ...causes: string[]];

const text = { type: "string" };
const rows: readonly Row[] = [
  [text, "a"],
  [text, 1, "TypeInvalid v"],
  [text, null, "TypeInvalid v"],
  [{ ...text, nullable: true }, null],
  [{ ...text, nullable: true, enum: ["a"] }, null, "NotSupported v"],
  [{ type: "integer" }, 1.5, "TypeInvalid v"],
  [{ type: "number" }, 1],
  [{ type: "integer", format: "int32" }, 1],
  [{ "x-kubernetes-int-or-string": true }, true, "TypeInvalid v"],
  [{ type: "integer", maximum: 1, exclusiveMaximum: true }, 1, "Invalid v"],
  [{ type: "number", minimum: 0.5, multipleOf: 0.25 }, 0.3, "Invalid v", "Invalid v"],
  [{ ...text, minLength: 2 }, "😀", "Invalid v"],
  [{ ...text, maxLength: 1, pattern: "^b" }, "aa", "TooLong v"],
  [{ ...text, pattern: "+" }, "a", "Invalid v"],
  [{ ...text, pattern: "^(a+)+$" }, `${"a".repeat(5_000)}b`, "Invalid v"],
  [{ type: "array", items: text, minItems: 3 }, ["a", 1], "TypeInvalid v.[1]", "Invalid v"],
  [{ type: "object", additionalProperties: false }, { a: 1 }, "Invalid v"],
  [{ type: "object", additionalProperties: { type: "integer" } }, { a: "b" }, "TypeInvalid v.a"],
  [{ type: "object", properties: { a: { type: "object", required: ["b"] } } }, { a: {} }, "Required v.a.b"],
  [{ type: "object", maxProperties: 1 }, { a: 1, b: 2 }, "TooMany v"],
  [{ ...text, anyOf: [{ pattern: "^a" }, { enum: ["b"] }] }, "b"],
  [{ ...text, allOf: [{ pattern: "^a" }, { minLength: 2 }] }, "b", "Invalid v", "Invalid v", "Invalid v"],
  [{ ...text, oneOf: [{ pattern: "^a" }, { minLength: 1 }] }, "a", "Invalid v"],
  [{ ...text, not: { enum: ["a"] } }, "a", "Invalid v"],
];

test("validateValue() tells the faults of a value that its schema does not take", () => {
  for (const [schema, value, ...causes] of rows) {
    const errors = new FieldErrors();
    validateValue(schema, value, new Regexps()).reportTo("v", errors);
    const found = errors.list.map(({ reason, field }) => `${reason.replace("FieldValue", "")} ${field}`);
    assert.deepEqual(found.sort(), causes.sort(), JSON.stringify([schema, value]));
  }
});

const formats: readonly (readonly [format: string, good: readonly string[], bad: readonly string[]])[] = [
  ["date", ["2026-02-28"], ["2026-02-30", "2026-2-1"]],
  ["date-time", ["2026-02-28T00:00:00Z", "2026-02-28T00:00:00.5+01:00"], ["2026-02-28"]],
  ["duration", ["1h30m", "22 ns", "3 days", "0"], ["1", "h"]],
  ["ipv4", ["10.0.0.1"], ["::1", "10.0.0"]],
  ["ipv6", ["::1"], ["10.0.0.1"]],
  ["cidr", ["10.0.0.0/8"], ["10.0.0.0"]],
  ["mac", ["01:23:45:67:89:ab", "0123.4567.89ab"], ["01:23"]],
  ["uuid", ["00000000-0000-4000-8000-000000000000"], ["0000"]],
  ["uuid4", ["00000000-0000-4000-8000-000000000000"], ["00000000-0000-1000-8000-000000000000"]],
  ["hostname", ["a.example.com", "localhost"], ["a..b", "-a"]],
  ["email", ["a@b.c", "A <a@b.c>"], ["a"]],
  ["uri", ["https://a.b/c", "/c"], ["a b", "a"]],
  ["byte", ["YQ=="], ["YQ=", ""]],
  ["isbn", ["0321751043", "978-0321751041"], ["0321751044"]],
  ["creditcard", ["4111 1111 1111 1111"], ["4111 1111 1111 1112"]],
  ["hexcolor", ["#FFFFFF", "abc"], ["#12"]],
  ["rgbcolor", ["rgb(255, 255, 0)"], ["rgb(256,0,0)"]],
  ["ssn", ["123-45-6789"], ["123"]],
  ["k8s-short-name", ["a-b"], ["a.b"]],
  ["quantity", ["1Gi"], ["1X"]],
  ["password", [""], []],
  ["of-nobody", ["anything"], []],
];

test("a text is of its format, when that is known", () => {
  for (const [format, good, bad] of formats) {
    for (const value of good)
      assert.ok(validateValue({ ...text, format }, value, new Regexps()).empty, `${format} ${value}`);
    for (const value of bad)
      assert.ok(!validateValue({ ...text, format }, value, new Regexps()).empty, `${format} ${value}`);
  }
});
