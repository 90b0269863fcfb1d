/**
 * The schema language: words to write tables with, and the structures that walkers read. See README.md.
 */
export type { KubeObject } from "../types/meta/object-meta.ts";
export { applyDefaults } from "./defaults.ts";
export {
  always,
  type FieldOptions,
  type FieldSpec,
  field,
  inline,
  nullable,
  omitempty,
  optional,
  struct,
} from "./field.ts";
export { type Fields, kind, message, type Plain, type Shape, type Table, typeOf, union } from "./message.ts";
export {
  any,
  atomic,
  bool,
  boxed,
  by,
  bytes,
  double,
  duration,
  enumOf,
  known,
  fieldsV1,
  int32,
  int64,
  intOrString,
  type JsonObject,
  type JsonValue,
  json,
  list,
  map,
  microTime,
  quantity,
  rawExtension,
  set,
  string,
  time,
  type Value,
} from "./scalar.ts";
export type {
  Field,
  GroupVersionKind,
  Hooks,
  Inline,
  ListOf,
  ListTopology,
  MapOf,
  PatchStrategy,
  Presence,
  Scalar,
  ScalarName,
  Schema,
  Type,
  Typed,
  Union,
  UnionCase,
} from "./schema.ts";
