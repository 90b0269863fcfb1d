/**
 * Defaulting: each type's hook and each field's static default, parents before children, as upstream orders them.
 * What can default is worked out once for each type, and the walk skips everything else.
 */
import type { Field, Schema, Type } from "./schema.ts";

type Walk = (value: unknown, except: ReadonlySet<unknown>) => void;
type Data = Record<string, unknown>;

const walks = new WeakMap<Type, Walk>();

const NOTHING: ReadonlySet<unknown> = new Set();

/**
 * Fills defaults into `value`, in place. Absent objects stay absent; `struct` fields must be there. Parts in `except` have
 * theirs.
 */
export function applyDefaults<T>(type: Type<T>, value: T, except = NOTHING): void {
  walkOf(type)(value, except);
}

function walkOf(type: Type): Walk {
  const known = walks.get(type);
  if (known !== undefined) return known;
  const walk = compile(type);
  walks.set(type, walk);
  return walk;
}

function compile(type: Type): Walk {
  const hooks = [type.hooks, ...type.inlines.map((inline) => inline.type.hooks)].filter((one) => one.default);
  const statics = [...type.fields.values()].filter(hasStaticDefault);
  const children = [...type.fields.values()].filter((field) => canDefault(field.of));
  let steps: readonly { readonly name: string; readonly walk: Walk }[] | undefined;
  return (value, except) => {
    for (const hook of hooks) hook.default?.(value);
    const data = value as Data;
    for (const field of statics) setDefault(data, field);
    // Made on first use: a recursive type would never end.
    steps ??= children.map((field) => ({ name: field.name, walk: walkSchema(field.of) }));
    for (const { name, walk } of steps) {
      const child = own(data, name);
      if (child !== undefined && child !== null && !except.has(child)) walk(child, except);
    }
  };
}

function walkSchema(schema: Schema): Walk {
  if (schema.form === "message") return walkOf(schema);
  if (schema.form === "list") {
    const walk = walkSchema(schema.items);
    return (value, except) => {
      for (const item of value as unknown[]) walk(item, except);
    };
  }
  if (schema.form === "map") {
    const walk = walkSchema(schema.values);
    return (value, except) => {
      for (const item of Object.values(value as Data)) walk(item, except);
    };
  }
  return () => {};
}

/** A custom resource may have fields named `constructor`. */
function own(data: Data, name: string): unknown {
  const value = data[name];
  return value !== undefined && name in Object.prototype && !Object.hasOwn(data, name) ? undefined : value;
}

function setDefault(data: Data, field: Field): void {
  const value = own(data, field.name);
  const absent = value === undefined || value === null;
  if (absent || (!isPointer(field) && isZero(value))) data[field.name] = fresh(field.default);
}

/** Nobody shares a default that can be changed. */
function fresh(value: unknown): unknown {
  return typeof value === "object" ? structuredClone(value) : value;
}

/** Where zero and absent are the same, a zero default says nothing. */
function hasStaticDefault(field: Field): boolean {
  return field.default !== undefined && (isPointer(field) || !isZero(field.default));
}

function isPointer(field: Field): boolean {
  return field.presence === "optional" || field.presence === "nullable";
}

function isZero(value: unknown): boolean {
  return value === "" || value === 0 || value === false;
}

/** True when a default can be set anywhere below. */
function canDefault(schema: Schema, seen: Set<Schema> = new Set()): boolean {
  if (schema.form === "list") return canDefault(schema.items, seen);
  if (schema.form === "map") return canDefault(schema.values, seen);
  if (schema.form !== "message" || seen.has(schema)) return false;
  seen.add(schema);
  if (schema.hooks.default !== undefined) return true;
  if (schema.inlines.some((inline) => inline.type.hooks.default !== undefined)) return true;
  return [...schema.fields.values()].some((field) => hasStaticDefault(field) || canDefault(field.of, seen));
}
