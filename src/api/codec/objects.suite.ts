/**
 * Arbitrary objects of every type, made from the tables: for property tests of codecs, patches and apply. Values are
 * ones that survive protobuf (whole seconds, well-formed text, no `-0`), with names that trip careless code.
 */
import { fc } from "../../../test/testing/properties.ts";
import type { Field, ScalarName, Schema, Type, Union } from "../schema/mod.ts";
import { formatDuration, microTime, rfc3339 } from "../time.ts";
import * as groups from "../types/mod.ts";

/** Every kind of every group, lists and reviews too. */
export function allKinds(): readonly Type[] {
  const kinds: Type[] = [];
  for (const group of Object.values(groups)) {
    for (const one of Object.values(group) as readonly unknown[]) {
      if (isType(one) && one.gvk !== undefined) kinds.push(one);
    }
  }
  return kinds;
}

/** True when every field has a protobuf number (all but Table). */
export function hasProtobuf(type: Type): boolean {
  return [...type.fields.values()].every((field) => field.number > 0 || isTypeMeta(field));
}

/** Objects of `type`; not canonical: zero values and absent structs occur. */
export function objectsOf(type: Type): fc.Arbitrary<Record<string, unknown>> {
  const body = message(type, 0);
  if (type.gvk === undefined) return body;
  const { group, version, kind } = type.gvk;
  const apiVersion = group === "" ? version : `${group}/${version}`;
  return body.map((object) => ({ kind, apiVersion, ...object }));
}

const MAX_LEVELS = 7;

function isType(value: unknown): value is Type {
  return typeof value === "object" && value !== null && (value as { form?: unknown }).form === "message";
}

function isTypeMeta(field: Field): boolean {
  return field.number === 0 && (field.name === "kind" || field.name === "apiVersion");
}

function message(type: Type, level: number): fc.Arbitrary<Record<string, unknown>> {
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of type.fields.values()) {
    if (isTypeMeta(field)) continue;
    const isScalar = field.of.form === "scalar";
    if (level >= MAX_LEVELS && !isScalar) continue;
    // Deeper objects are sparser, so that their size stays bounded.
    fields[field.name] = fc.oneof(
      { arbitrary: fc.constant(undefined), weight: isScalar ? 1 : 1 + level },
      { arbitrary: value(field.of, level + 1), weight: 1 },
    );
  }
  return fc.record(fields, { noNullPrototype: true }).map((object) => {
    const present = Object.entries(object).filter(([, item]) => item !== undefined);
    return Object.fromEntries(present);
  });
}

function value(schema: Schema, level: number): fc.Arbitrary<unknown> {
  switch (schema.form) {
    case "scalar":
      return schema.values === undefined ? scalars[schema.name] : fc.constantFrom("", ...schema.values);
    case "list":
      return fc.array(value(schema.items, level), { maxLength: 2 });
    case "map":
      return fc.dictionary(names, value(schema.values, level), { maxKeys: 2, noNullPrototype: true });
    case "message":
      return message(schema, level);
    case "union":
      return unionCase(schema, level);
  }
}

function unionCase(union: Union, level: number): fc.Arbitrary<unknown> {
  return fc.oneof(...union.cases.map((one) => value(one.of, level + 1)));
}

const names = fc.oneof(
  fc.constantFrom("a", "app.kubernetes.io/name", "__proto__", "constructor", "toString", "10", "2", ""),
  fc.string({ maxLength: 6, unit: "grapheme" }),
);
const seconds = fc.integer({ min: -1_000_000_000, max: 4_000_000_000 });
/** Without `-0` and floats beyond 2^53, whose text is that of an integer. */
const plainJson = fc.jsonValue({ maxDepth: 2 }).map((one): unknown =>
  JSON.parse(JSON.stringify(one), (_key, item: unknown) => {
    const isPlain = typeof item !== "number" || (Math.abs(item) < 2 ** 53 && item !== 0);
    return isPlain ? item : 0;
  }),
);
const jsonObjects = fc.dictionary(names, plainJson, { maxKeys: 3, noNullPrototype: true });

const scalars: Readonly<Record<ScalarName, fc.Arbitrary<unknown>>> = {
  string: names,
  bool: fc.boolean(),
  int32: fc.oneof(fc.constant(0), fc.integer()),
  int64: fc.oneof(
    fc.constant(0),
    fc.maxSafeInteger(),
    fc.constantFrom(-(1n << 63n), (1n << 63n) - 1n, 9007199254740993n),
  ),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0 || 0),
  bytes: fc.uint8Array({ maxLength: 5 }).map((one) => Buffer.from(one).toString("base64")),
  quantity: fc.constantFrom("0", "100m", "1", "1.5Gi", "12e6", "1000", "-3", "7n"),
  intOrString: fc.oneof(fc.integer(), names),
  time: seconds.map((one) => rfc3339(one * 1000)),
  microTime: seconds.map((one) => microTime(one * 1000 + 125)),
  duration: fc.integer({ min: 0, max: 1e9 }).map(formatDuration),
  rawExtension: jsonObjects,
  fieldsV1: jsonObjects,
  json: plainJson,
  any: plainJson,
};
