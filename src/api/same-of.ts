/**
 * Equality of API data whose type is known, as upstream's semantic equality has it: lists and maps that are absent equal
 * empty ones, amounts equal by value, and what stands behind a pointer and is there, though it is empty or zero, says
 * something: a network policy's peer `{ podSelector: {} }` is all pods, and without it none are meant. `same`, which
 * knows no types, cannot tell such a message from an empty map. JSON that has no type is compared to the letter.
 */
import { identical } from "./equal.ts";
import { Quantity } from "./quantity.ts";
import type { Field, Schema, Type } from "./schema/mod.ts";

type Data = Readonly<Record<string, unknown>>;

/** `sameOf(NetworkPolicyPeer, { podSelector: {} }, {})` is false, `sameOf(Container, { args: [] }, {})` true. */
export function sameOf<T>(schema: Schema<T>, a: unknown, b: unknown): boolean {
  if (a === b) return true;
  switch (schema.form) {
    case "message":
      return sameMessages(schema.fields, dataOf(a), dataOf(b));
    case "list":
      return sameLists(schema.items, (a ?? []) as readonly unknown[], (b ?? []) as readonly unknown[]);
    case "map":
      return sameMaps(schema.values, dataOf(a), dataOf(b));
    case "union":
      return identical(a, b);
    case "scalar":
      return schema.name === "quantity" ? sameAmounts(a, b) : identical(a, b);
  }
}

/** Whether a field of two messages is the same: `sameField(ServiceSpec, "loadBalancerClass", now, before)`. */
export function sameField<T>(type: Type<T>, name: keyof T & string, a?: Partial<T>, b?: Partial<T>): boolean {
  const field = type.fields.get(name);
  return field === undefined ? identical(a?.[name], b?.[name]) : sameValues(field, a?.[name], b?.[name]);
}

function sameMessages(fields: Type["fields"], a: Data, b: Data): boolean {
  for (const name in a) if (!sameMember(fields.get(name), a[name], b[name])) return false;
  for (const name in b)
    if (!Object.hasOwn(a, name) && !sameMember(fields.get(name), undefined, b[name])) return false;
  return true;
}

/** A field that is in no table is a custom resource's. */
function sameMember(field: Field | undefined, a: unknown, b: unknown): boolean {
  return a === b || (field === undefined ? identical(a, b) : sameValues(field, a, b));
}

function sameValues(field: Field, a: unknown, b: unknown): boolean {
  return (!isPointer(field) || isThere(a) === isThere(b)) && sameOf(field.of, a, b);
}

function sameLists(items: Schema, a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => sameOf(items, item, b[i]));
}

function sameMaps(values: Schema, a: Data, b: Data): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameOf(values, a[key], b[key]))
  );
}

function sameAmounts(a: unknown, b: unknown): boolean {
  if (typeof a !== "string" || typeof b !== "string") return identical(a, b);
  return Quantity.tryParse(a)?.compare(Quantity.parse(b)) === 0;
}

function isPointer({ of, presence }: Field): boolean {
  return (
    (of.form === "message" || of.form === "union") && (presence === "optional" || presence === "nullable")
  );
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function dataOf(value: unknown): Data {
  return isThere(value) ? (value as Data) : {};
}
