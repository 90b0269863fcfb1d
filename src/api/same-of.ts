/**
 * Equality of API data whose type is known. A message behind a pointer that is there, though it is empty, says
 * something: a network policy's peer `{ podSelector: {} }` is all pods, and without it none are meant. `same` alone
 * cannot tell such a message from an empty map, which says nothing.
 */
import { same } from "./equal.ts";
import type { Field, Schema } from "./schema/mod.ts";

type Data = Readonly<Record<string, unknown>>;

/** `sameOf(LabelSelector's parent, { selector: {} }, {})` is false. */
export function sameOf(schema: Schema, a: unknown, b: unknown): boolean {
  return same(a, b) && hasSameMessages(schema, a, b);
}

/** Of two that are the same but for empty messages. */
function hasSameMessages(schema: Schema, a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (schema.form === "list") {
    if (!Array.isArray(a) || !Array.isArray(b)) return true;
    return a.every((item, i) => hasSameMessages(schema.items, item, b[i]));
  }
  if (schema.form === "map") {
    const [one, other] = [dataOf(a), dataOf(b)];
    return Object.keys(one).every((key) => hasSameMessages(schema.values, one[key], other[key]));
  }
  if (schema.form !== "message") return true;
  const [one, other] = [dataOf(a), dataOf(b)];
  for (const field of fieldsOf(schema.fields, one, other)) {
    const [x, y] = [one[field.name], other[field.name]];
    if (isPointer(field) && isThere(x) !== isThere(y)) return false;
    if (!hasSameMessages(field.of, x, y)) return false;
  }
  return true;
}

function fieldsOf(fields: ReadonlyMap<string, Field>, a: Data, b: Data): readonly Field[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].flatMap((name) => fields.get(name) ?? []);
}

function isPointer({ of, presence }: Field): boolean {
  return of.form === "message" && (presence === "optional" || presence === "nullable");
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function dataOf(value: unknown): Data {
  return isThere(value) ? (value as Data) : {};
}
