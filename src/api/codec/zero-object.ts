/**
 * Objects before anything is set, as upstream sends them where a kind is all there is to tell (a watch's bookmark): what
 * always prints is there, and of lists, maps and bytes there is none.
 */
import type { Schema, Type } from "../schema/mod.ts";
import { canonical } from "./decode.ts";

type Data = Record<string, unknown>;

/** `{ kind: "Pod", apiVersion: "v1", metadata: {}, spec: { containers: null }, status: {} }`; the caller's own. */
export function zeroObject<T>(type: Type<T>): T {
  const object = canonical(type, {});
  clear(type, object as Data);
  return object;
}

function clear(type: Type, data: Data): void {
  for (const { name, of } of type.fields.values()) {
    const value = Object.hasOwn(data, name) ? data[name] : undefined;
    if (value === undefined) continue;
    if (isNil(of)) data[name] = null;
    else if (of.form === "message" && value !== null) clear(of, value as Data);
  }
}

/** Whether Go's zero value of it is no value. */
function isNil(schema: Schema): boolean {
  return (
    schema.form === "list" || schema.form === "map" || (schema.form === "scalar" && schema.name === "bytes")
  );
}
