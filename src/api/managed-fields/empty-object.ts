/**
 * The object that a kind's zero value prints, which a create is compared with: a field that says no more than the zero
 * value is not owned by its creator.
 */
import type { Field, Schema, Type } from "../schema/mod.ts";
import { type JsonObject, setKey } from "../patch/json.ts";

/** A memo of a pure function over immutable types. */
const made = new WeakMap<Type, JsonObject>();

/** Frozen and shared: `{ metadata: {}, spec: { containers: null }, status: {} }`. */
export function emptyObject(type: Type): JsonObject {
  let object = made.get(type);
  if (object === undefined) {
    object = build(type);
    made.set(type, object);
  }
  return object;
}

function build(type: Type): JsonObject {
  const object: Record<string, unknown> = {};
  for (const field of type.fields.values()) {
    const zero = zeroOf(field);
    if (zero !== undefined) setKey(object, field.name, zero);
  }
  return Object.freeze(object);
}

function zeroOf(field: Field): unknown {
  switch (field.presence) {
    case "omitempty":
    case "optional":
      return undefined;
    case "nullable":
      return null;
    default:
      return zeroValue(field.of);
  }
}

function zeroValue(of: Schema): unknown {
  if (of.form === "message") return emptyObject(of);
  if (of.form !== "scalar") return null;
  switch (of.name) {
    case "string":
      return "";
    case "bool":
      return false;
    case "int32":
    case "int64":
    case "double":
    case "intOrString":
      return 0;
    case "quantity":
      return "0";
    case "duration":
      return "0s";
    default:
      return null;
  }
}
