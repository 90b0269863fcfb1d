/**
 * The presence words: each makes one row of a table, `name: word(protobuf number, what, options)`.
 * The word is a function of its own, since a default type parameter would lose its inference.
 */
import type { Field, Inline, PatchStrategy, Presence, Schema, Type, Typed } from "./schema.ts";

/** A row before it has a name. */
export interface FieldSpec<X, P extends Presence> extends Typed<X> {
  readonly number: number;
  readonly presence: P;
  /** A function for the few recursive types. */
  readonly of: Schema | (() => Schema);
  readonly options: FieldOptions;
  readonly inline?: { readonly message: Inline; readonly field: Field };
}

export interface FieldOptions {
  readonly patch?: PatchStrategy;
  /** Default: the first key of the list. */
  readonly mergeKey?: string;
  readonly topology?: "atomic" | "granular";
  readonly default?: unknown;
  readonly gate?: string;
  /** For `nullable`, which alone does not tell. */
  readonly required?: true;
  /** For a `nullable` list: `[]` stays so. */
  readonly keepsEmpty?: true;
}

type Of<X> = Typed<X> | (() => Typed<X>);

function spec<X, P extends Presence>(number: number, presence: P, of: Of<X>, options: FieldOptions = {}) {
  const row: FieldSpec<X, P> = { number, presence, of: of as Schema | (() => Schema), options };
  return row;
}

/** Always in JSON and required: `name: field(1, string)`. */
export function field<X>(number: number, of: Of<X>, options?: FieldOptions): FieldSpec<X, "field"> {
  return spec(number, "field", of, options);
}

/** Always in JSON though not required: a zero value is printed. */
export function always<X>(number: number, of: Of<X>, options?: FieldOptions): FieldSpec<X, "always"> {
  return spec(number, "always", of, options);
}

/** Left out of JSON when zero; zero and absent are the same. */
export function omitempty<X>(number: number, of: Of<X>, options?: FieldOptions): FieldSpec<X, "omitempty"> {
  return spec(number, "omitempty", of, options);
}

/** Absent differs from zero. */
export function optional<X>(number: number, of: Of<X>, options?: FieldOptions): FieldSpec<X, "optional"> {
  return spec(number, "optional", of, options);
}

/** Absent prints `null`. */
export function nullable<X>(number: number, of: Of<X>, options?: FieldOptions): FieldSpec<X, "nullable"> {
  return spec(number, "nullable", of, options);
}

/** A message that is always there, `{}` when empty. */
export function struct<X>(number: number, of: Of<X>, options?: FieldOptions): FieldSpec<X, "struct"> {
  return spec(number, "struct", of, options);
}

/** The rows of `T`, as `inline` gives them. */
export type InlineFields<T> = {
  readonly [K in keyof T]-?: {} extends Pick<T, K>
    ? FieldSpec<Exclude<T[K], undefined>, "optional">
    : FieldSpec<T[K], "field">;
};

/** Spreads the rows of a message that is flat in JSON and nested in protobuf: `...inline(1, VolumeSource)`. */
export function inline<T>(number: number, type: Type<T>): InlineFields<T> {
  const message: Inline = { number, type };
  const rows = [...type.fields.values()].map((field): [string, FieldSpec<unknown, Presence>] => [
    field.name,
    {
      number: field.number,
      presence: field.presence,
      of: () => field.of,
      options: {},
      inline: { message, field },
    },
  ]);
  return Object.fromEntries(rows) as unknown as InlineFields<T>;
}
