/**
 * The object that a kind's zero value prints, which a create is compared with: a field that says no more than
 * the zero value is not owned by its creator.
 */
import { canonical } from "../codec/decode.ts";
import type { JsonObject } from "../patch/json.ts";
import type { Type } from "../schema/mod.ts";

/** A memo of a pure function over immutable types. */
const made = new WeakMap<Type, JsonObject>();

/** Shared: `{ metadata: {}, spec: { containers: null }, status: {} }`. */
export function emptyObject(type: Type): JsonObject {
  let object = made.get(type);
  if (object === undefined) {
    object = canonical(type, {}) as JsonObject;
    made.set(type, object);
  }
  return object;
}
