/**
 * Tables: `message` for a type within objects, `kind` for one with `apiVersion` and `kind`, `union` for the few
 * whose JSON form is one of several. The table gives the TypeScript type by inference:
 *
 *   export interface Probe extends Shape<typeof Probe>, Plain {}
 *   export const Probe = message<Probe>("Probe")({ periodSeconds: omitempty(4, int32) });
 *
 * `message<Self>` makes references print as `Probe` instead of an expanded object.
 */
import { type FieldSpec, omitempty } from "./field.ts";
import type {
  Field,
  GroupVersionKind,
  Hooks,
  Inline,
  PatchStrategy,
  Presence,
  Schema,
  Type,
  Typed,
  Union,
  UnionCase,
} from "./schema.ts";
import { string } from "./scalar.ts";

/** The rows of a table, in canonical JSON order. */
export type Fields = { readonly [name: string]: FieldSpec<unknown, Presence> };

declare const rows: unique symbol;

/** A `Type` that remembers its rows for `Shape`. */
export interface Table<Self, F> extends Type<Self> {
  readonly [rows]?: F;
}

/** Second base of every table's interface, so that the compiler prints the interface's name. */
// biome-ignore lint/suspicious/noEmptyInterface: the name is its purpose
export interface Plain {}

type Present<P, X> = P extends "nullable" ? X | null : X;

/** Asked of the word alone: what a row holds may be the very type that is being made. */
type LeftOut = "omitempty" | "optional";

type ShapeOf<F> = {
  -readonly [K in keyof F as F[K] extends { readonly presence: LeftOut } ? never : K]: F[K] extends FieldSpec<
    infer X,
    infer P
  >
    ? Present<P, X>
    : never;
} & {
  -readonly [K in keyof F as F[K] extends { readonly presence: LeftOut }
    ? K
    : never]?: F[K] extends FieldSpec<infer X, Presence> ? X : never;
};

/** The object type of a table: `interface Pod extends Shape<typeof Pod>, Plain {}`. */
export type Shape<T> = T extends { readonly [rows]?: infer F } ? ShapeOf<NonNullable<F>> : never;

interface TypeOptions {
  readonly atomic?: boolean;
  readonly keepsUnknown?: boolean;
  readonly gvk?: GroupVersionKind;
}

/** A type within objects. Options: `atomic` makes it one value for server-side apply. */
export function message<Self>(name: string, options: { readonly atomic?: true } = {}) {
  return <const F extends { readonly [K in keyof F]: FieldSpec<unknown, Presence> }>(
    fields: F,
    hooks: Hooks<Self> = {},
  ): Table<Self, F> =>
    typeOf<Self>(name, Object.entries<FieldSpec<unknown, Presence>>(fields), hooks, options);
}

/** Left out of nested objects and list items; in TypeScript always there, as it is in whole objects. */
const TYPE_META = { kind: omitempty(0, string), apiVersion: omitempty(0, string) };

export interface TypeMeta {
  readonly kind: FieldSpec<string, "field">;
  readonly apiVersion: FieldSpec<string, "field">;
}

/** A type with `apiVersion` (`"apps/v1"`) and `kind`, which are JSON only. */
export function kind<Self>(apiVersion: string, name: string) {
  return <const F extends { readonly [K in keyof F]: FieldSpec<unknown, Presence> }>(
    fields: F,
    hooks: Hooks<Self> = {},
  ): Table<Self, TypeMeta & F> => {
    const slash = apiVersion.indexOf("/");
    const gvk = {
      group: apiVersion.slice(0, Math.max(slash, 0)),
      version: apiVersion.slice(slash + 1),
      kind: name,
    };
    const all = { ...TYPE_META, ...fields };
    return typeOf<Self>(name, Object.entries<FieldSpec<unknown, Presence>>(all), hooks, { gvk });
  };
}

/** A type from rows made at run time, as a CustomResourceDefinition does. */
export function typeOf<T>(
  name: string,
  entries: Iterable<readonly [string, FieldSpec<unknown, Presence>]>,
  hooks: Hooks<T> = {},
  options: TypeOptions = {},
): Type<T> {
  const fields = new Map<string, Field>();
  const inlines = new Set<Inline>();
  for (const [jsonName, row] of entries) {
    if (row.inline !== undefined) inlines.add(row.inline.message);
    fields.set(jsonName, new Row(jsonName, row));
  }
  return {
    form: "message",
    name,
    ...(options.gvk === undefined ? {} : { gvk: options.gvk }),
    fields,
    inlines: [...inlines],
    atomic: options.atomic ?? false,
    keepsUnknown: options.keepsUnknown ?? false,
    hooks,
  };
}

/** A value whose JSON form tells its case: `union<X>("X")([{ json: "boolean", number: 1, of: bool }, ...])`. */
export function union<X>(name: string) {
  return (
    cases: readonly {
      json: UnionCase["json"];
      number: number;
      of: Typed<unknown> | (() => Typed<unknown>);
    }[],
  ) => {
    const made: Union<X> = {
      form: "union",
      name,
      cases: cases.map((one) => ({
        json: one.json,
        number: one.number,
        get of() {
          return (typeof one.of === "function" ? one.of() : one.of) as Schema;
        },
      })),
    };
    return made;
  };
}

/** A named row. `of` is resolved on first use, for recursive types. */
class Row implements Field {
  readonly name: string;
  readonly number: number;
  readonly presence: Presence;
  readonly inline: Inline | undefined;
  readonly patch: PatchStrategy | undefined;
  readonly topology: "atomic" | "granular" | undefined;
  readonly default: unknown;
  readonly gate: string | undefined;
  readonly required: boolean;
  readonly keepsEmpty: boolean;
  readonly #of: Schema | (() => Schema);
  readonly #mergeKey: string | undefined;
  #resolved: Schema | undefined;

  constructor(name: string, row: FieldSpec<unknown, Presence>) {
    const options = row.inline?.field ?? row.options;
    this.name = name;
    this.number = row.number;
    this.presence = row.presence;
    this.inline = row.inline?.message;
    this.patch = options.patch;
    this.topology = options.topology;
    this.default = options.default;
    this.gate = options.gate;
    this.required = row.inline?.field.required ?? (row.options.required === true || row.presence === "field");
    this.keepsEmpty = row.options.keepsEmpty === true;
    this.#of = row.of;
    this.#mergeKey = options.mergeKey;
  }

  get of(): Schema {
    this.#resolved ??= typeof this.#of === "function" ? this.#of() : this.#of;
    return this.#resolved;
  }

  get mergeKey(): string | undefined {
    const of = this.of;
    return this.#mergeKey ?? (this.patch !== undefined && of.form === "list" ? of.keys[0] : undefined);
  }
}
