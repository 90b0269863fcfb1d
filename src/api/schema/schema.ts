/**
 * The run-time form of a type: what generic walkers (decoding, defaulting, codecs, patches, server-side apply,
 * OpenAPI, pruning) read. Tables are written with the words of `message.ts`, `field.ts` and `scalar.ts`; a
 * CustomResourceDefinition makes the same structures at run time. Everything here is immutable.
 *
 *   Type --fields--> Field --of--> Type | ListOf | MapOf | Union | Scalar
 */

declare const phantom: unique symbol;

/** Carries the TypeScript type of a value; exists only for the compiler. */
export interface Typed<X> {
  readonly [phantom]?: X;
}

/** What a field, list item or map value can be. Tell them apart by `form`. */
export type Schema<X = unknown> = Type<X> | ListOf<X> | MapOf<X> | Union<X> | Scalar<X>;

/** Names of scalars. `any` is JSON without a table (and has no protobuf form). */
export type ScalarName =
  | "string"
  | "bool"
  | "int32"
  | "int64"
  | "double"
  | "bytes"
  | "quantity"
  | "intOrString"
  | "time"
  | "microTime"
  | "duration"
  | "rawExtension"
  | "fieldsV1"
  | "json"
  | "any";

/** A value without parts, in JSON at least. */
export interface Scalar<X = unknown> extends Typed<X> {
  readonly form: "scalar";
  readonly name: ScalarName;
  /** Known values of a string; decoding leaves refusals to validation. */
  readonly values?: readonly string[];
  /** Whether upstream declares more values to be possible: they are no `enum` then. */
  readonly isOpen?: true;
}

/** How server-side apply sees a list: one value, a set of scalars, or items named by keys. */
export type ListTopology = "atomic" | "set" | "map";

/** A JSON array. */
export interface ListOf<X = unknown> extends Typed<X> {
  readonly form: "list";
  readonly items: Schema;
  /** Absent: nothing is declared, and the list is atomic. */
  readonly topology?: ListTopology;
  /** For `map`: the fields that name an item, `["containerPort", "protocol"]`. Else empty. */
  readonly keys: readonly string[];
  /** In protobuf a message whose field 1 is the list, as a map's value must be. */
  readonly boxed: boolean;
}

/** A JSON object with free keys. */
export interface MapOf<X = unknown> extends Typed<X> {
  readonly form: "map";
  readonly values: Schema;
  /** Absent: nothing is declared, and entries are granular. */
  readonly topology?: "atomic" | "granular";
}

/** In JSON one of the cases' values, in protobuf a message with a field for each case. */
export interface Union<X = unknown> extends Typed<X> {
  readonly form: "union";
  readonly name: string;
  /** Tells the case of a value by its JSON form. */
  readonly cases: readonly UnionCase[];
}

/** One form of a union. */
export interface UnionCase {
  readonly json: "object" | "array" | "boolean";
  /** Protobuf number. */
  readonly number: number;
  readonly of: Schema;
}

/** Names a kind: `{ group: "apps", version: "v1", kind: "Deployment" }`. */
export interface GroupVersionKind {
  /** `""` for core. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Behaviour that lives with a type. Absent hook: nothing to do. */
export interface Hooks<T> {
  /** Fills what is absent. Runs after the parent's hook and before the children's; may change `value` only. */
  default?(value: T): void;
}

/** A JSON object with known fields: what a table makes. */
export interface Type<T = unknown> extends Typed<T> {
  readonly form: "message";
  /** `PodSpec`; unique within a group and version. */
  readonly name: string;
  /** For kinds: `fields` then opens with `kind` and `apiVersion`, which are JSON only (number 0). */
  readonly gvk?: GroupVersionKind;
  /** By JSON name in canonical order; the fields of inline messages are among them. */
  readonly fields: ReadonlyMap<string, Field>;
  /** Messages that are flat in JSON and nested in protobuf. */
  readonly inlines: readonly Inline[];
  /** Server-side apply takes the whole value as one. */
  readonly atomic: boolean;
  /** Fields beyond the table are kept as they are instead of refused or dropped (custom resources). */
  readonly keepsUnknown: boolean;
  readonly hooks: Hooks<T>;
}

/** A message within a message, whose fields are the outer one's in JSON. */
export interface Inline {
  readonly number: number;
  readonly type: Type;
}

/**
 * When a field is there.
 *
 * | presence    | absent or zero in JSON     | protobuf                 | required |
 * |-------------|----------------------------|--------------------------|----------|
 * | `field`     | zero value is printed      | always written           | yes      |
 * | `always`    | zero value is printed      | always written           | no       |
 * | `struct`    | `{}` is printed            | always written           | no       |
 * | `omitempty` | zero value is left out     | written (not lists)      | no       |
 * | `optional`  | left out when absent only  | left out when absent     | no       |
 * | `nullable`  | absent prints `null`       | left out when absent     | by option|
 */
export type Presence = "field" | "always" | "struct" | "omitempty" | "optional" | "nullable";

export type PatchStrategy = "merge" | "replace" | "retainKeys" | "merge,retainKeys";

/** One row of a table. */
export interface Field<X = unknown> {
  /** The JSON name. */
  readonly name: string;
  /** Protobuf number; 0: not in protobuf. For inlined fields, the number within the inline message. */
  readonly number: number;
  readonly presence: Presence;
  readonly of: Schema<X>;
  /** In OpenAPI's `required`. */
  readonly required: boolean;
  /** The inline message that this field comes from. */
  readonly inline: Inline | undefined;
  /** Strategic merge patch. */
  readonly patch: PatchStrategy | undefined;
  /** The field that names an item in a strategic merge of lists. */
  readonly mergeKey: string | undefined;
  /** A map or message field that is one value for server-side apply, or explicitly is not. */
  readonly topology: "atomic" | "granular" | undefined;
  /** Static default, also for OpenAPI. */
  readonly default: unknown;
  /** An empty list is not stored as `null`: its kind is stored as JSON, which tells the two apart. */
  readonly keepsEmpty: boolean;
  /** The feature gate that the field belongs to. */
  readonly gate: string | undefined;
}
