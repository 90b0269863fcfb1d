/**
 * JSON merge patch (RFC 7396): objects merge, null deletes, everything else replaces. Nulls inside new
 * objects are dropped, also within lists, as upstream does. Unchanged subtrees are shared, and a patch that
 * changes nothing returns the document itself.
 */
import { setKey } from "../codec/json-document.ts";
import { malformed } from "./errors.ts";
import { isObject, type JsonObject } from "./json.ts";

/** Throws `PatchError` `malformed` when the patch is no object. */
export function applyMergePatch(document: JsonObject, patch: unknown): JsonObject {
  if (!isObject(patch)) throw malformed("Cannot read merge patch: it must be an object");
  return mergeObject(document, patch);
}

function mergeObject(target: JsonObject, patch: JsonObject): JsonObject {
  let draft: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(patch)) {
    const present = Object.hasOwn(target, key);
    if (value === null) {
      if (!present) continue;
      draft ??= { ...target };
      delete draft[key];
      continue;
    }
    const old = present ? target[key] : undefined;
    const merged = isObject(value) && isObject(old) ? mergeObject(old, value) : withoutNulls(value);
    if (merged === old && present) continue;
    draft ??= { ...target };
    setKey(draft, key, merged);
  }
  return draft ?? target;
}

/** The value without null members of objects; itself when there are none. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => withoutNulls(item));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  if (!isObject(value)) return value;
  let draft: Record<string, unknown> | undefined;
  for (const [key, member] of Object.entries(value)) {
    if (member === null) {
      draft ??= { ...value };
      delete draft[key];
      continue;
    }
    const kept = withoutNulls(member);
    if (kept === member) continue;
    draft ??= { ...value };
    setKey(draft, key, kept);
  }
  return draft ?? value;
}
