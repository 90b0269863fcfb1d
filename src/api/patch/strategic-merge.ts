/**
 * Strategic merge patch over type tables: objects merge, lists merge where the table says so (`patch:
 * "merge"`, items named by the merge key), everything else replaces; null deletes. Inputs are immutable,
 * unchanged subtrees are shared, and a patch that changes nothing returns the document itself. Source:
 * kubectl's strategic merge patch.
 */
import { setKey } from "../codec/json-document.ts";
import type { Field, Schema, Type } from "../schema/mod.ts";
import {
  directiveOf,
  type FieldChange,
  isMarker,
  readObjectChange,
  withoutDirectives,
} from "./directives.ts";
import { checkOrder, orderItems } from "./element-order.ts";
import { malformed, unapplicable } from "./errors.ts";
import { getKey, isObject, type JsonObject } from "./json.ts";

/** Throws `PatchError` `malformed`, or `unapplicable` when a list item lacks its merge key. */
export function applyStrategicMergePatch(type: Type, document: JsonObject, patch: unknown): JsonObject {
  if (!isObject(patch)) throw malformed("Cannot read strategic merge patch: it must be an object");
  return mergeObject(type, document, patch);
}

function mergeObject(schema: Schema | undefined, original: JsonObject, patch: JsonObject): JsonObject {
  const directive = directiveOf(patch);
  if (directive === "delete") return {};
  if (directive === "replace") return withoutDirectives({ ...patch, $patch: "merge" }) as JsonObject;
  const { retainKeys, fields } = readObjectChange(patch);
  let draft: Record<string, unknown> | undefined;
  const remove = (key: string): void => {
    draft ??= { ...original };
    delete draft[key];
  };
  for (const key of retainKeys === undefined ? [] : Object.keys(original)) {
    if (retainKeys?.has(key) === false) remove(key);
  }
  for (const [key, change] of fields) {
    const present = Object.hasOwn(original, key) && retainKeys?.has(key) !== false;
    if (change.value === null) {
      if (present) remove(key);
      continue;
    }
    const old = present ? original[key] : undefined;
    const merged = mergeField(schema, key, old, change);
    if (merged === old) continue;
    draft ??= { ...original };
    setKey(draft, key, merged);
  }
  return draft ?? original;
}

function mergeField(schema: Schema | undefined, key: string, old: unknown, change: FieldChange): unknown {
  const { value } = change;
  const field = schema?.form === "message" ? schema.fields.get(key) : undefined;
  const of = field?.of ?? (schema?.form === "map" ? schema.values : undefined);
  if (Array.isArray(old) && (value === undefined || Array.isArray(value))) {
    if (field?.patch?.includes("merge")) return mergeList(field, old, change);
    return value === undefined ? old : withoutDirectives(value);
  }
  if (value === undefined) return old;
  if (isObject(old) && isObject(value) && field?.patch !== "replace") return mergeObject(of, old, value);
  return withoutDirectives(value);
}

function mergeList(field: Field, old: readonly unknown[], change: FieldChange): readonly unknown[] {
  const patch = Array.isArray(change.value) ? change.value : [];
  const items = field.of.form === "list" ? field.of.items : undefined;
  const merged =
    items?.form === "message"
      ? mergeObjects(field, items, old, patch, change.order)
      : mergeScalars(field, old, patch, change);
  return merged.length === old.length && merged.every((item, i) => item === old[i]) ? old : merged;
}

function mergeScalars(
  field: Field,
  old: readonly unknown[],
  patch: readonly unknown[],
  change: FieldChange,
): readonly unknown[] {
  const deletions = new Set(change.deletions);
  if (change.order !== undefined) checkOrder(patch, change.order, field.name);
  const merged = [...new Set([...old.filter((item) => !deletions.has(item)), ...patch])];
  return orderItems(merged, (item) => item, change.order ?? patch, old);
}

function mergeObjects(
  field: Field,
  items: Type,
  old: readonly unknown[],
  patch: readonly unknown[],
  order: readonly unknown[] | undefined,
): readonly unknown[] {
  const { mergeKey } = field;
  if (mergeKey === undefined)
    throw unapplicable(`Cannot merge list ${JSON.stringify(field.name)}: it has no merge key`);
  const idOf = (item: unknown): unknown => (isObject(item) ? getKey(item, mergeKey) : undefined);
  const requireId = (item: unknown): unknown => {
    const id = idOf(item);
    if (id !== undefined) return id;
    throw unapplicable(
      `Cannot merge an item into list ${JSON.stringify(field.name)}: it lacks ${JSON.stringify(mergeKey)}`,
    );
  };
  const deleted = new Set<unknown>();
  const changes: JsonObject[] = [];
  let base = old;
  for (const item of patch) {
    if (!isObject(item))
      throw malformed(`Cannot merge list ${JSON.stringify(field.name)}: an item is not an object`);
    const directive = directiveOf(item);
    if (directive === "delete") deleted.add(requireId(item));
    if (directive === "replace") base = [];
    if (!isMarker(item)) changes.push(item);
  }
  const merged = base.filter((item) => deleted.size === 0 || !deleted.has(idOf(item)));
  const serverIds = merged.map(idOf);
  const at = new Map(serverIds.map((id, i): [unknown, number] => [id, i]).reverse());
  for (const item of changes) {
    const id = requireId(item);
    const index = at.get(id);
    const found = index === undefined ? undefined : merged[index];
    if (index !== undefined && isObject(found)) merged[index] = mergeObject(items, found, item);
    else at.set(id, merged.push(withoutDirectives(item)) - 1);
  }
  const patchIds = changes.map(idOf);
  const orderIds = order?.map(idOf);
  if (orderIds !== undefined) checkOrder(patchIds, orderIds, field.name);
  return orderItems(merged, idOf, orderIds ?? patchIds, serverIds);
}
