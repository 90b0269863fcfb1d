/** Printing: JSON text of canonical objects, with 64-bit integers exact. */
import type { Type } from "../schema/mod.ts";
import { canonical } from "./decode.ts";

/** Part of the language since ES2026. */
const raw = JSON as typeof JSON & { rawJSON(text: string): unknown };

/** The canonical text of an object: completed, in table order, zero values left out as upstream does. */
export function encodeJson<T>(type: Type<T>, object: T): string {
  return stringifyJson(canonical(type, object));
}

/**
 * As `JSON.stringify`, but a bigint prints as a number. For objects that are canonical already, as decoded ones are.
 * `indent`: spaces of each level; absent: one line.
 */
export function stringifyJson(value: unknown, indent?: number): string {
  try {
    return JSON.stringify(value, undefined, indent);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The one value that JSON.stringify refuses; rare enough to find out by trying.
    const exact = (_key: string, item: unknown): unknown =>
      typeof item === "bigint" ? raw.rawJSON(String(item)) : item;
    return JSON.stringify(value, exact, indent);
  }
}
