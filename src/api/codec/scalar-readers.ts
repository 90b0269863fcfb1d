/**
 * Reading scalars: checks the JSON type and range, and gives the text that upstream would print.
 * Also the memo of compiled readers, shared by all types.
 */
import { canonicalQuantity } from "../quantity.ts";
import type { ScalarName, Schema } from "../schema/mod.ts";
import { canonicalMicroTime, canonicalTime, formatDuration, parseDuration } from "../time.ts";
import { Mismatch } from "./errors.ts";
import { NumberLiteral, setKey } from "./json-document.ts";

/** Gives a fresh copy of a list, map or object that is canonical in its schema already; undefined for all others. */
export type KnownParts = (part: object, schema: Schema) => unknown;

/** What is known and learnt while one object is read. */
export interface Reading {
  /** Numbers may be `NumberLiteral`s. */
  readonly hasLiterals: boolean;
  readonly count: number;
  /** As `KnownParts`. */
  known(part: object, schema: Schema): unknown;
  unknown(name: string): void;
  prefix(from: number, step: string): void;
  forget(from: number): void;
}

/** Gives the canonical form of `value`, which is neither null nor undefined; throws `Mismatch`. */
export type Reader = (value: unknown, reading: Reading) => unknown;

const readers = new WeakMap<Schema, Reader>();

/** The reader of a schema, compiled by `compile` on first use. */
export function readerOf(schema: Schema, compile: (schema: Schema) => Reader): Reader {
  if (schema.form === "scalar") return scalarReaders[schema.name];
  const known = readers.get(schema);
  if (known !== undefined) return known;
  const reader = compile(schema);
  readers.set(schema, reader);
  return reader;
}

/** What `omitempty` leaves out. */
export function isZero(value: unknown): boolean {
  if (!value) return true;
  if (typeof value !== "object") return false;
  return Array.isArray(value) ? value.length === 0 : isEmpty(value);
}

function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}

/** Replaces `NumberLiteral`s in free-form JSON. */
export function unwrapLiterals(value: unknown): unknown {
  if (value instanceof NumberLiteral) return value.value;
  if (Array.isArray(value)) return value.map(unwrapLiterals);
  if (typeof value !== "object" || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) setKey(out, key, unwrapLiterals(item));
  return out;
}

const MIN_INT64 = -(1n << 63n);
const MAX_INT64 = (1n << 63n) - 1n;

const scalarReaders: Readonly<Record<ScalarName, Reader>> = {
  string: readString,
  bool: (value) => {
    if (typeof value === "boolean") return value;
    throw new Mismatch(value, "bool");
  },
  int32: readInt32,
  int64: readInt64,
  double: (value) => {
    const number =
      value instanceof NumberLiteral ? value.value : typeof value === "bigint" ? Number(value) : value;
    if (typeof number === "number" && Number.isFinite(number)) return number;
    throw new Mismatch(value, "double");
  },
  bytes: readBytes,
  quantity: readQuantity,
  intOrString: (value) => {
    if (typeof value === "string") return value;
    return readInt32(value);
  },
  time: (value) => orMismatch(canonicalTime(readString(value)), value, "RFC 3339 time"),
  microTime: (value) => orMismatch(canonicalMicroTime(readString(value)), value, "RFC 3339 time"),
  duration: (value) => {
    const ms = parseDuration(readString(value));
    return orMismatch(ms === undefined ? undefined : formatDuration(ms), value, "duration");
  },
  rawExtension: readAny,
  fieldsV1: readAny,
  json: readAny,
  any: readAny,
};

function orMismatch<Result>(result: Result | undefined, value: unknown, expected: string): Result {
  if (result === undefined) throw new Mismatch(value, expected);
  return result;
}

function readString(value: unknown): string {
  if (typeof value === "string") return value;
  throw new Mismatch(literal(value), "string");
}

function readInt32(value: unknown): number {
  if (typeof value === "number" && (value | 0) === value) return value;
  throw new Mismatch(literal(value), "int32");
}

function readInt64(value: unknown): number | bigint {
  if (Number.isSafeInteger(value)) return value as number;
  if (typeof value === "bigint" && value >= MIN_INT64 && value <= MAX_INT64) {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  throw new Mismatch(literal(value), "int64");
}

function literal(value: unknown): unknown {
  return value instanceof NumberLiteral ? value.value : value;
}

function readBytes(value: unknown): string {
  const text = readString(value);
  if (Buffer.from(text, "base64").toString("base64") === text) return text;
  const joined = text.replaceAll(/[\r\n]/g, "");
  if (Buffer.from(joined, "base64").toString("base64") === joined) return joined;
  throw new Mismatch(value, "base64 bytes");
}

function readQuantity(value: unknown): string {
  const text =
    value instanceof NumberLiteral ? value.text : typeof value === "number" ? String(value) : value;
  if (typeof text === "bigint") return readQuantity(String(text));
  if (typeof text !== "string") throw new Mismatch(value, "quantity");
  return orMismatch(canonicalQuantity(text.trim()), value, "quantity");
}

function readAny(value: unknown, reading: Reading): unknown {
  return reading.hasLiterals ? unwrapLiterals(value) : value;
}
