/** How lists merge: as one value, as a set, or by keys of their items. */
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import type { JSONSchemaProps } from "./json-schema.ts";

const listTypes = ["atomic", "set", "map"];

/** Of what a word is about. */
export function requireType(
  { type = "" }: JSONSchemaProps,
  wanted: string,
  because: string,
  path: string,
  errors: FieldErrors,
): void {
  const complaint = `must be ${wanted} if ${because} is specified`;
  if (type === "") errors.required(at(path, "type"), complaint);
  else if (type !== wanted) errors.invalid(at(path, "type"), type, complaint);
}

export function validateListType(schema: JSONSchemaProps, path: string, errors: FieldErrors): void {
  const listType = schema["x-kubernetes-list-type"];
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const here = at(path, "x-kubernetes-list-type");
  const items = Array.isArray(schema.items) ? undefined : schema.items;
  if (keys.length > 0 && listType !== "map") {
    const complaint = "must be map if x-kubernetes-list-map-keys is non-empty";
    if (listType === undefined) errors.required(here, complaint);
    else errors.invalid(here, listType, complaint);
  }
  if (listType === undefined) return;
  requireType(schema, "array", "x-kubernetes-list-type", path, errors);
  if (!listTypes.includes(listType)) errors.notSupported(here, listType, listTypes);
  if (listType === "map") validateMapKeys(schema, items, keys, path, errors);
}

/** Members of a set are compared whole. */
export function validateSetItems(schema: JSONSchemaProps, within: string, errors: FieldErrors): void {
  const { items } = schema;
  if (schema["x-kubernetes-list-type"] !== "set" || schema.type !== "array") return;
  if (items === undefined || Array.isArray(items)) return;
  const path = at(within, "items");
  const complaint = "must be atomic as item of a list with x-kubernetes-list-type=set";
  const { "x-kubernetes-list-type": listType = "atomic", "x-kubernetes-map-type": mapType } = items;
  if (items.type === "array" && listType !== "atomic")
    errors.invalid(at(path, "x-kubernetes-list-type"), listType, complaint);
  if (items.type === "object" && mapType !== "atomic")
    errors.invalid(at(path, "x-kubernetes-map-type"), mapType, complaint);
}

function validateMapKeys(
  schema: JSONSchemaProps,
  items: JSONSchemaProps | undefined,
  keys: readonly string[],
  path: string,
  errors: FieldErrors,
): void {
  const here = at(path, "x-kubernetes-list-map-keys");
  const itemsPath = at(path, "items");
  if (keys.length === 0) errors.required(here, "must not be empty if x-kubernetes-list-type is map");
  if (schema.items === undefined)
    return errors.required(itemsPath, "must have a schema if x-kubernetes-list-type is map");
  if (items === undefined)
    return errors.invalid(
      itemsPath,
      schema.items,
      "must only have a single schema if x-kubernetes-list-type is map",
    );
  if (items.type !== "object")
    errors.invalid(
      at(itemsPath, "type"),
      items.type ?? "",
      "must be object if parent array's x-kubernetes-list-type is map",
    );
  for (const [i, key] of keys.entries()) {
    const isObject = items.type === "object";
    if (isObject && keys.indexOf(key) < i) errors.invalid(here, keys, "must not contain duplicate entries");
    const { type = "" } = items.properties?.[key] ?? {};
    if (isObject && items.properties?.[key] === undefined)
      errors.invalid(here, keys, "entries must all be names of item properties");
    else if (isObject && (type === "array" || type === "object"))
      errors.invalid(
        at(atKey(at(itemsPath, "properties"), key), "type"),
        type,
        "must be a scalar type if parent array's x-kubernetes-list-type is map",
      );
  }
}

/** Items that merge are there, and those of a map have each of its keys. */
export function validateKeyedItems(schema: JSONSchemaProps, within: string, errors: FieldErrors): void {
  const { items, "x-kubernetes-list-type": listType } = schema;
  if (items === undefined || Array.isArray(items) || (listType !== "set" && listType !== "map")) return;
  const path = at(within, "items");
  if (items.nullable)
    errors.forbidden(at(path, "nullable"), `cannot be nullable when x-kubernetes-list-type is ${listType}`);
  if (listType === "set") return;
  for (const key of schema["x-kubernetes-list-map-keys"] ?? []) {
    const property = items.properties?.[key];
    if (property === undefined) continue;
    const here = atKey(at(path, "properties"), key);
    const because = "this property is in x-kubernetes-list-map-keys, so it";
    if (!items.required?.includes(key) && property.default === undefined)
      errors.required(at(here, "default"), `${because} must have a default or be a required property`);
    if (property.nullable) errors.forbidden(at(here, "nullable"), `${because} cannot be nullable`);
  }
}
