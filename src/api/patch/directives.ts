/**
 * The directives of strategic merge patches, and the reading of a patch object into one change for each
 * field:
 *
 *   { "$retainKeys": ["a", "b"],                     what else the object has goes
 *     "$setElementOrder/ports": [{ "port": 1 }],     the order of a merged list
 *     "$deleteFromPrimitiveList/args": ["-v"],       values that a merged list of scalars loses
 *     "ports": [{ "$patch": "delete", "port": 2 }] } what happens to an object or a list item
 */
import { stringifyJson } from "../codec/encode-json.ts";
import { setKey } from "../codec/json-document.ts";
import { malformed } from "./errors.ts";
import { isObject, type JsonObject } from "./json.ts";

const PATCH = "$patch";
const RETAIN_KEYS = "$retainKeys";
const SET_ELEMENT_ORDER = "$setElementOrder/";
const DELETE_FROM_LIST = "$deleteFromPrimitiveList/";

export type PatchDirective = "merge" | "replace" | "delete";

/** What a patch says of one field. */
export interface FieldChange {
  /** `undefined` when the patch has directives for the field only. */
  value?: unknown;
  order?: readonly unknown[];
  deletions?: readonly unknown[];
}

export interface ObjectChange {
  readonly retainKeys: ReadonlySet<unknown> | undefined;
  readonly fields: ReadonlyMap<string, FieldChange>;
}

/** The `$patch` of an object, `merge` when it has none. Throws `PatchError` `malformed`. */
export function directiveOf(patch: JsonObject): PatchDirective {
  const directive = Object.hasOwn(patch, PATCH) ? patch[PATCH] : "merge";
  if (directive === "merge" || directive === "replace" || directive === "delete") return directive;
  throw malformed(`Cannot read strategic merge patch: unknown ${PATCH} ${stringifyJson(directive)}`);
}

/** Throws `PatchError` `malformed` for directives that are not lists, or that contradict the patch. */
export function readObjectChange(patch: JsonObject): ObjectChange {
  const fields = new Map<string, FieldChange>();
  const change = (name: string): FieldChange => {
    const found = fields.get(name) ?? {};
    fields.set(name, found);
    return found;
  };
  for (const [key, value] of Object.entries(patch)) {
    if (key === PATCH || key === RETAIN_KEYS) continue;
    if (key.startsWith(SET_ELEMENT_ORDER))
      change(key.slice(SET_ELEMENT_ORDER.length)).order = listIn(key, value);
    else if (key.startsWith(DELETE_FROM_LIST))
      change(key.slice(DELETE_FROM_LIST.length)).deletions = listIn(key, value);
    else change(key).value = value;
  }
  if (!Object.hasOwn(patch, RETAIN_KEYS)) return { retainKeys: undefined, fields };
  const retainKeys = new Set(listIn(RETAIN_KEYS, patch[RETAIN_KEYS]));
  for (const [name, { value }] of fields) {
    if (value == null || retainKeys.has(name)) continue;
    throw malformed(
      `Cannot read strategic merge patch: ${RETAIN_KEYS} lacks ${JSON.stringify(name)}, which the patch sets`,
    );
  }
  return { retainKeys, fields };
}

/** The value as it is stored when there was none: without directives, null members and items to delete. */
export function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item: unknown) => !isMarker(item)).map(withoutDirectives);
  if (!isObject(value)) return value;
  if (directiveOf(value) === "delete") return {};
  const clean: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== null && !isDirective(key)) setKey(clean, key, withoutDirectives(member));
  }
  return clean;
}

/** True for a list item that only says something: `{ "$patch": "replace" }`, or any item to delete. */
export function isMarker(item: unknown): boolean {
  if (!isObject(item) || !Object.hasOwn(item, PATCH)) return false;
  return directiveOf(item) === "delete" || Object.keys(item).length === 1;
}

function isDirective(key: string): boolean {
  return (
    key === PATCH ||
    key === RETAIN_KEYS ||
    key.startsWith(SET_ELEMENT_ORDER) ||
    key.startsWith(DELETE_FROM_LIST)
  );
}

function listIn(key: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw malformed(`Cannot read strategic merge patch: ${key} must be a list`);
}
