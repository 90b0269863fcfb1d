/**
 * Scalars and the words for lists and maps. Values are plain JSON: a quantity is a string (`"100m"`), a time an
 * RFC 3339 string, bytes are base64, a 64-bit integer is a number (a bigint at run time only beyond 2^53).
 */
import type { ListOf, ListTopology, MapOf, Scalar, ScalarName, Schema, Typed } from "./schema.ts";

/** JSON data, as the parser makes it. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
/** A JSON object without a table. */
export type JsonObject = { [key: string]: JsonValue };

function scalar<X>(name: ScalarName, values?: readonly string[]): Scalar<X> {
  return values === undefined ? { form: "scalar", name } : { form: "scalar", name, values };
}

export const string: Scalar<string> = scalar("string");
export const bool: Scalar<boolean> = scalar("bool");
export const int32: Scalar<number> = scalar("int32");
export const int64: Scalar<number> = scalar("int64");
export const double: Scalar<number> = scalar("double");
/** Base64 text. */
export const bytes: Scalar<string> = scalar("bytes");
/** `"1500m"`, `"2Gi"`; see quantity.ts. */
export const quantity: Scalar<string> = scalar("quantity");
/** `80` or `"http"`, `"25%"`. */
export const intOrString: Scalar<number | string> = scalar("intOrString");
/** `"2026-01-02T03:04:05Z"`. */
export const time: Scalar<string> = scalar("time");
/** `"2026-01-02T03:04:05.000006Z"`. */
export const microTime: Scalar<string> = scalar("microTime");
/** `"1m30s"`. */
export const duration: Scalar<string> = scalar("duration");
/** An object of any kind. */
export const rawExtension: Scalar<JsonObject> = scalar("rawExtension");
/** A set of field paths, `{ "f:spec": {} }`. */
export const fieldsV1: Scalar<JsonObject> = scalar("fieldsV1");
/** Any JSON value, kept as its text in protobuf. */
export const json: Scalar<JsonValue> = scalar("json");
/** Any JSON value; has no protobuf form. */
export const any: Scalar<unknown> = scalar("any");

/** A string of these values, which OpenAPI publishes. Decoding stays open to others: refusing them is validation's work. */
export function enumOf<const Value extends string>(
  ...values: readonly Value[]
): Scalar<Value | (string & {})> {
  return scalar("string", values);
}

/** A string that may have other values than these: OpenAPI keeps silent on them, since clients would refuse the others. */
export function known<const Value extends string>(
  ...values: readonly Value[]
): Scalar<Value | (string & {})> {
  return { ...scalar<Value>("string", values), isOpen: true };
}

/** The TypeScript type of a scalar, list, map or table: `Value<typeof RestartPolicy>`. */
export type Value<S> = S extends Typed<infer X> ? X : never;

function listOf<X>(of: Typed<X>, topology: ListTopology | undefined, keys: readonly string[]): ListOf<X[]> {
  const base = { form: "list", items: of as Schema, keys, boxed: false } as const;
  return topology === undefined ? base : { ...base, topology };
}

/** A list that declares no topology. */
export function list<X>(of: Typed<X>): ListOf<X[]> {
  return listOf(of, undefined, []);
}

/** A list that is one value for server-side apply. */
export function atomic<X>(of: Typed<X>): ListOf<X[]> {
  return listOf(of, "atomic", []);
}

/** A list of unique scalars. */
export function set<X>(of: Typed<X>): ListOf<X[]> {
  return listOf(of, "set", []);
}

/** A list whose items are named by one or several of their fields. */
export function by<X>(keys: string | readonly string[], of: Typed<X>): ListOf<X[]> {
  return listOf(of, "map", typeof keys === "string" ? [keys] : keys);
}

/** A list that protobuf wraps in a message of its own, as a map's value must be. */
export function boxed<X>(of: ListOf<X>): ListOf<X> {
  return { ...of, boxed: true };
}

/** A JSON object with free keys. */
export function map<X>(of: Typed<X>): MapOf<Record<string, X>> {
  return { form: "map", values: of as Schema };
}
