/**
 * Empty lists where none would print `null`: protobuf, in which upstream stores, does not tell the two apart, so what
 * was sent as `[]` is stored and answered as `null`. Decoding keeps it, since its sender owns the field.
 */
import type { Field, Schema, Type } from "../schema/mod.ts";

type Data = Record<string, unknown>;
type Walk = (data: Data) => void;

/** A memo of a pure function over immutable types. */
const walks = new WeakMap<Type, Walk>();

/** Makes each empty list of a nullable field `null`, in place. */
export function clearEmptyLists<T>(type: Type<T>, object: T): void {
  walkOf(type as Type)(object as Data);
}

function walkOf(type: Type): Walk {
  const known = walks.get(type);
  if (known !== undefined) return known;
  const fields = [...type.fields.values()];
  const lists = fields.filter(isCleared);
  const parents = fields.filter((field) => holdsNullable(field.of, new Set()));
  const walk: Walk = (data) => {
    for (const { name } of lists)
      if ((data[name] as readonly unknown[] | null)?.length === 0) data[name] = null;
    for (const { name, of } of parents) if (Object.hasOwn(data, name)) clearBelow(of, data[name]);
  };
  walks.set(type, walk);
  return walk;
}

function isCleared({ presence, of, keepsEmpty }: Field): boolean {
  return presence === "nullable" && of.form === "list" && !keepsEmpty;
}

function clearBelow(schema: Schema, value: unknown): void {
  if (value === undefined || value === null) return;
  if (schema.form === "message") walkOf(schema)(value as Data);
  else if (schema.form === "list") for (const item of value as unknown[]) clearBelow(schema.items, item);
  else if (schema.form === "map")
    for (const one of Object.values(value as Data)) clearBelow(schema.values, one);
}

function holdsNullable(schema: Schema, seen: Set<Schema>): boolean {
  if (schema.form === "list") return holdsNullable(schema.items, seen);
  if (schema.form === "map") return holdsNullable(schema.values, seen);
  if (schema.form !== "message" || seen.has(schema)) return false;
  seen.add(schema);
  return [...schema.fields.values()].some((field) => {
    return isCleared(field) || holdsNullable(field.of, seen);
  });
}
