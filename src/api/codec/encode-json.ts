/** Printing: JSON text of canonical objects, with 64-bit integers exact. */
import type { Type } from "../schema/mod.ts";
import { canonical } from "./decode.ts";

/** Part of the language since ES2026. */
const raw = JSON as typeof JSON & { rawJSON(text: string): unknown };

/** The canonical text of an object: completed, in table order, zero values left out as upstream does. */
export function encodeJson<T>(type: Type<T>, object: T): string {
  return stringifyJson(canonical(type, object));
}

/** As `JSON.stringify`, but a bigint prints as a number. For objects that are canonical already, as decoded ones are. */
export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The one value that JSON.stringify refuses; rare enough to find out by trying.
    return JSON.stringify(value, (_key, item: unknown) =>
      typeof item === "bigint" ? raw.rawJSON(String(item)) : item,
    );
  }
}
