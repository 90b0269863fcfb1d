/**
 * Strict decoding: from plain data or JSON text to the canonical object of a type. A canonical object has the table's key
 * order, no zero values where the table leaves them out, `{}` and `null` where upstream prints them, and texts of
 * quantities and times as upstream prints them. Input is never changed or shared (except free-form JSON).
 *
 * Each type is compiled to one closure on first use. Paths of errors are made only when there is one.
 */
import type { Field, GroupVersionKind, ListOf, MapOf, Schema, Type } from "../schema/mod.ts";
import { DecodeError, Mismatch, prefixed } from "./errors.ts";
import { JsonDocument, setKey } from "./json-document.ts";
import { parseDocument } from "./json-parser.ts";
import { clearEmptyLists } from "./empty-lists.ts";
import { Problems } from "./problems.ts";
import {
  isZero,
  type KnownParts,
  type Reader,
  readerOf,
  type Reading,
  unwrapLiterals,
} from "./scalar-readers.ts";

/** What to do with unknown and duplicate fields: refuse, report, or say nothing. They are dropped in any case. */
export type DecodeMode = "strict" | "warn" | "ignore";

export interface Decoded<T> {
  readonly object: T;
  /** In mode `warn`: `unknown field "spec.containers[0].imagee"`. */
  readonly warnings: readonly string[];
  /** Parts of the object that were copied from known ones. */
  readonly copies: ReadonlySet<unknown>;
}

/**
 * Decodes plain data, JSON text or UTF-8 bytes, or a document parsed before. Throws `DecodeError`: `syntax`, `depth`, `type` (with `field`), `kind`,
 * and in mode `strict` also `strict`. A kind's absent `apiVersion` and `kind` are filled in. `known`: parts of data that
 * need not be read again.
 */
export function decode<T>(
  type: Type<T>,
  data: unknown,
  mode: DecodeMode = "ignore",
  known?: KnownParts,
): Decoded<T> {
  const document = documentOf(data);
  const reading = new Problems(mode !== "ignore", document.hasLiterals, known);
  const object = read(type, document.value, reading);
  const { copies } = reading;
  if (mode === "ignore") return { object, warnings: [], copies };
  reading.addDuplicates(document);
  if (mode === "strict" && reading.list.length > 0) {
    throw new DecodeError("strict", `strict decoding error: ${reading.list.join(", ")}`);
  }
  return { object, warnings: reading.list, copies };
}

function documentOf(data: unknown): JsonDocument {
  if (data instanceof JsonDocument) return data;
  return typeof data === "string" || data instanceof Uint8Array
    ? parseDocument(data)
    : new JsonDocument(data);
}

/**
 * The canonical form of an object made or changed in the program: completes what the table says is always there, drops
 * zero values, orders keys, and empty lists of nullable fields are `null`. Throws `DecodeError` `type`.
 */
export function canonical<T>(type: Type<T>, value: unknown): T {
  const object = read(type, value, new Problems(false, false));
  clearEmptyLists(type, object);
  return object;
}

function read<T>(type: Type<T>, value: unknown, reading: Problems): T {
  try {
    const named = type.gvk === undefined ? value : withKind(type.gvk, value);
    return readerOf(type, compile)(named, reading) as T;
  } catch (error) {
    throw error instanceof Mismatch ? error.toDecodeError() : error;
  }
}

/** The object with the `kind` and `apiVersion` that it must have, where it says nothing. */
function withKind(gvk: GroupVersionKind, value: unknown): unknown {
  if (!isObject(value)) return value;
  const expected = gvk.group === "" ? gvk.version : `${gvk.group}/${gvk.version}`;
  const { kind, apiVersion } = value;
  if (kind === gvk.kind && apiVersion === expected) return value;
  if (isWrong(kind, gvk.kind) || isWrong(apiVersion, expected)) {
    const found = `${kind ?? "an object"} of ${apiVersion ?? "no version"}`;
    throw new DecodeError("kind", `Cannot decode ${gvk.kind} of ${expected}: the data is ${found}`);
  }
  return { ...value, kind: kind || gvk.kind, apiVersion: apiVersion || expected };
}

function isWrong(name: unknown, expected: string): boolean {
  return typeof name === "string" && name !== "" && name !== expected;
}

type Data = Record<string, unknown>;

/** How one field is read. */
interface Step {
  readonly name: string;
  readonly read: Reader;
  /** The name is also that of something every object inherits. */
  readonly inherited: boolean;
  readonly dropsZero: boolean;
  /** The value of an absent field; undefined: it stays absent. */
  readonly absent: ((reading: Reading) => unknown) | undefined;
}

function compile(schema: Schema): Reader {
  switch (schema.form) {
    case "message":
      return compileMessage(schema);
    case "list":
      return compileList(schema);
    case "map":
      return compileMap(schema);
    case "union":
      return (value, reading) => {
        const form = Array.isArray(value) ? "array" : typeof value;
        const found = schema.cases.find((one) => one.json === form);
        if (found === undefined) throw new Mismatch(value, schema.name);
        const before = reading.count;
        const item = readerOf(found.of, compile)(value, reading);
        // Upstream reads these apart and never strictly.
        reading.forget(before);
        return item;
      };
    case "scalar":
      throw new Error(`Scalar ${schema.name} has no reader`);
  }
}

function isObject(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function compileMessage(type: Type): Reader {
  const steps = [...type.fields.values()].map(compileField);
  return (value, reading) => {
    if (!isObject(value)) throw new Mismatch(value, type.name);
    const known = reading.known(value, type);
    if (known !== undefined) return known;
    const out: Data = {};
    let found = 0;
    let current = "";
    try {
      for (const step of steps) {
        const { name } = step;
        current = name;
        const raw = step.inherited && !Object.hasOwn(value, name) ? undefined : value[name];
        if (raw !== undefined) found++;
        if (raw !== undefined && raw !== null) {
          const before = reading.count;
          const item = step.read(raw, reading);
          if (reading.count !== before) reading.prefix(before, name);
          if (step.dropsZero && isZero(item)) continue;
          if (step.inherited) setKey(out, name, item);
          else out[name] = item;
        } else if (step.absent !== undefined) {
          if (step.inherited) setKey(out, name, step.absent(reading));
          else out[name] = step.absent(reading);
        }
      }
    } catch (error) {
      throw addStep(error, current);
    }
    if (Object.keys(value).length !== found) readUnknown(type, value, out, reading);
    return out;
  };
}

function readUnknown(type: Type, value: Data, out: Data, reading: Reading): void {
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined || type.fields.has(name)) continue;
    if (type.keepsUnknown) setKey(out, name, reading.hasLiterals ? unwrapLiterals(item) : item);
    else reading.unknown(name);
  }
}

function compileField(field: Field): Step {
  return {
    name: field.name,
    read: fieldReader(field),
    inherited: field.name in Object.prototype,
    dropsZero: field.presence === "omitempty",
    absent: absentValue(field),
  };
}

function fieldReader(field: Field): Reader {
  if (field.of.form === "scalar") return readerOf(field.of, compile);
  return lateReader(field.of);
}

/** The reader, looked up on first use: a recursive type would never end. */
function lateReader(schema: Schema): Reader {
  let reader: Reader | undefined;
  return (value, reading) => {
    reader ??= readerOf(schema, compile);
    return reader(value, reading);
  };
}

function absentValue(field: Field): ((reading: Reading) => unknown) | undefined {
  if (field.presence === "omitempty" || field.presence === "optional") return undefined;
  if (field.presence === "nullable") return () => null;
  return zeroOf(field.of);
}

/** Makes the zero value: `""`, `0`, `false`, `[]`, `{}` with all that is always there. */
function zeroOf(schema: Schema): (reading: Reading) => unknown {
  switch (schema.form) {
    case "message":
      return (reading) => readerOf(schema, compile)({}, reading);
    case "list":
      return () => [];
    case "map":
      return () => ({});
    case "union":
      return () => null;
    case "scalar":
      return zeroOfScalar(schema.name);
  }
}

function zeroOfScalar(name: string): () => unknown {
  if (name === "string" || name === "bytes") return () => "";
  if (name === "bool") return () => false;
  if (name === "quantity") return () => "0";
  if (name === "duration") return () => "0s";
  if (name === "int32" || name === "int64" || name === "double" || name === "intOrString") return () => 0;
  return () => null;
}

function compileList(list: ListOf): Reader {
  const read = readerOf(list.items, compile);
  const zero = zeroOf(list.items);
  return (value, reading) => {
    if (!Array.isArray(value)) throw new Mismatch(value, "array");
    const known = reading.known(value, list);
    if (known !== undefined) return known;
    const out: unknown[] = new Array(value.length);
    for (let i = 0; i < value.length; i++) {
      const before = reading.count;
      const item: unknown = value[i];
      try {
        out[i] = item === null || item === undefined ? zero(reading) : read(item, reading);
      } catch (error) {
        throw addStep(error, `[${i}]`);
      }
      if (reading.count !== before) reading.prefix(before, `[${i}]`);
    }
    return out;
  };
}

function compileMap(map: MapOf): Reader {
  const read = readerOf(map.values, compile);
  // A list of which a map says that there is none prints as it was sent.
  const zero = map.values.form === "list" ? () => null : zeroOf(map.values);
  return (value, reading) => {
    if (!isObject(value)) throw new Mismatch(value, "object");
    const known = reading.known(value, map);
    if (known !== undefined) return known;
    const out: Data = {};
    for (const key of sortedKeys(value)) {
      const before = reading.count;
      const item = value[key];
      if (item === undefined) continue;
      try {
        setKey(out, key, item === null ? zero(reading) : read(item, reading));
      } catch (error) {
        throw addStep(error, key);
      }
      if (reading.count !== before) reading.prefix(before, key);
    }
    return out;
  };
}

/** Maps print in the order of their keys. */
function sortedKeys(value: Data): string[] {
  const keys = Object.keys(value);
  for (let i = 1; i < keys.length; i++) {
    if ((keys[i - 1] ?? "") > (keys[i] ?? "")) return keys.sort();
  }
  return keys;
}

function addStep(error: unknown, step: string): unknown {
  if (error instanceof Mismatch) error.path = prefixed(step, error.path);
  return error;
}
