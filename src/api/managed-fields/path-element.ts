/**
 * Path elements as FieldsV1 writes them, which is also how they are kept in memory:
 *
 *   f:image                                   a field or a map's key
 *   k:{"containerPort":80,"protocol":"TCP"}   an item of a list by its keys, sorted by name
 *   v:"example.com/a"                         an item of a set
 *   i:0                                       an item by index
 *   .                                         the value itself
 */

import { stringifyJson } from "../codec/encode-json.ts";
import { parseJson } from "../codec/json-parser.ts";
import { isObject } from "../patch/json.ts";
import { MAX_CACHED_ELEMENTS } from "./limits.ts";

/** Names the value itself inside a set: it is a member beside its children. */
export const SELF = ".";

export function fieldElement(name: string): string {
  return `f:${name}`;
}

export function valueElement(value: unknown): string {
  return `v:${stringifyJson(value)}`;
}

/** Prepares the element of items that `names`, sorted, name. */
export function keyElements(names: readonly string[]): (values: readonly unknown[]) => string {
  const prefixes = names.map((name, i) => `${i === 0 ? "k:{" : ","}${JSON.stringify(name)}:`);
  return (values) => {
    let text = "";
    for (let i = 0; i < prefixes.length; i++) text += `${prefixes[i]}${stringifyJson(values[i] ?? null)}`;
    return `${text}}`;
  };
}

/** The name of a field element, `undefined` for others. */
export function fieldName(element: string): string | undefined {
  return element.startsWith("f:") ? element.slice(2) : undefined;
}

/**
 * The element in the spelling that this folder writes, so that equal elements are equal texts; `undefined`
 * when it is no path element.
 */
export function canonicalElement(element: string): string | undefined {
  if (element === SELF || element.startsWith("f:")) return element;
  if (element.startsWith("i:")) return /^i:-?[0-9]+$/.test(element) ? element : undefined;
  if (!element.startsWith("v:") && !element.startsWith("k:")) return undefined;
  const value = valueOf(element);
  if (value === undefined) return undefined;
  if (element.startsWith("v:")) return valueElement(value);
  if (!isObject(value)) return undefined;
  const names = Object.keys(value).sort();
  return keyElements(names)(names.map((name) => value[name]));
}

/** Canonical order: the value itself, fields by name, keys, values, indices; numbers by size. */
export function compareElements(a: string, b: string): number {
  if (a === b) return 0;
  const rank = rankOf(a) - rankOf(b);
  if (rank !== 0) return rank;
  if (a.charCodeAt(0) === FIELD) return a < b ? -1 : 1;
  return compareValues(valueOf(a), valueOf(b));
}

/** One step of a path as users read it: `.image`, `[name="c"]`, `[="x"]`, `[0]`. */
export function printElement(element: string): string {
  const name = fieldName(element);
  if (name !== undefined) return `.${name}`;
  const value = valueOf(element);
  if (element.startsWith("v:")) return `[=${stringifyJson(value)}]`;
  if (element.startsWith("i:")) return `[${element.slice(2)}]`;
  const keys = Object.entries(value ?? {}).map(([key, one]) => `${key}=${stringifyJson(one)}`);
  return `[${keys.join(",")}]`;
}

const FIELD = 102; // "f"

function rankOf(element: string): number {
  const code = element.charCodeAt(0);
  return code === FIELD ? 1 : ".fkvi".indexOf(element.charAt(0));
}

const TYPES = ["number", "string", "boolean", "array", "object", "null"];

function typeOf(value: unknown): string {
  if (typeof value === "bigint") return "number";
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

type Data = Readonly<Record<string, unknown>>;

function compareValues(a: unknown, b: unknown): number {
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  const rank = TYPES.indexOf(typeOf(a)) - TYPES.indexOf(typeOf(b));
  if (rank !== 0) return rank;
  if (typeof a === "object" && a !== null) {
    const [left, right] = [a as Data, b as Data];
    const [names, others] = [Object.keys(left), Object.keys(right)];
    for (let i = 0; i < Math.min(names.length, others.length); i++) {
      const [name = "", other = ""] = [names[i], others[i]];
      const order = compareValues(name, other) || compareValues(left[name], right[other]);
      if (order !== 0) return order;
    }
    return names.length - others.length;
  }
  return a === b ? 0 : (a as number) < (b as number) ? -1 : 1;
}

/** The value after the prefix of a `k:`, `v:` or `i:` element; `undefined` when it does not parse. */
function valueOf(element: string): unknown {
  let value = values.get(element);
  if (value === undefined) {
    value = parse(element.slice(2));
    if (values.size >= MAX_CACHED_ELEMENTS) values.clear();
    values.set(element, value);
  }
  return value;
}

/** A memo of a pure function: the same items recur in every object of a kind. */
const values = new Map<string, unknown>();

/** Digits of numbers that a double may not hold. */
const BEYOND_EXACT = /[0-9]{16}/;

function parse(text: string): unknown {
  try {
    return BEYOND_EXACT.test(text) ? parseJson(text) : JSON.parse(text);
  } catch {
    return undefined; // no path element; the caller decides
  }
}
