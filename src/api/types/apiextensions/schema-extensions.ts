/**
 * What a schema may say at all, in branches too: keywords of JSON Schema that are not supported, how lists and
 * maps merge, where defaults may stand, and the form of CEL rules.
 */
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import type { JSONSchemaProps } from "./json-schema.ts";
import { schemaAt } from "./schema-path.ts";
import type { ValidationRule } from "./validation-rule.ts";

const unsupported = [
  "id",
  "additionalItems",
  "patternProperties",
  "definitions",
  "dependencies",
  "$ref",
] as const;
const metadataFields = ["metadata", "kind", "apiVersion"];
const listTypes = ["atomic", "set", "map"];
const mapTypes = ["atomic", "granular"];
const reasons = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];
const branches = ["allOf", "oneOf", "anyOf"] as const;

interface Context {
  readonly isRoot?: boolean;
  /** Within the metadata, kind or version of an object. */
  readonly inMetadata?: boolean;
  /** Why nothing may have a default here. */
  readonly noDefaults?: string;
}

export function validateExtensions(
  schema: JSONSchemaProps,
  path: string,
  errors: FieldErrors,
  context: Context = { isRoot: true },
): void {
  validateKeywords(schema, path, errors, context);
  for (const [below, where, within] of children(schema, path, context))
    validateExtensions(below, where, errors, within);
  validateMapType(schema, path, errors);
  validateListType(schema, path, errors);
  for (const [i, rule] of (schema["x-kubernetes-validations"] ?? []).entries())
    validateRule(rule, schema, at(at(path, "x-kubernetes-validations"), i), errors);
}

function validateKeywords(
  schema: JSONSchemaProps,
  path: string,
  errors: FieldErrors,
  { inMetadata = false, noDefaults }: Context,
): void {
  if (schema.default !== undefined && noDefaults !== undefined)
    errors.forbidden(at(path, "default"), `must not be set ${noDefaults}`);
  for (const word of unsupported) {
    if (schema[word] !== undefined && schema[word] !== "")
      errors.forbidden(at(path, word), `${word} is not supported`);
  }
  if (schema.type === "null")
    errors.forbidden(at(path, "type"), "type cannot be set to null, use nullable as an alternative");
  if (inMetadata && schema["x-kubernetes-embedded-resource"])
    errors.forbidden(at(path, "x-kubernetes-embedded-resource"), "must not be used inside of resource meta");
  if (schema["x-kubernetes-preserve-unknown-fields"] === false)
    errors.invalid(at(path, "x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined");
}

type Child = readonly [schema: JSONSchemaProps, path: string, context: Context];

function* children(schema: JSONSchemaProps, path: string, context: Context): Generator<Child> {
  const { isRoot = false, ...inherited } = context;
  const { additionalProperties: values, items, not } = schema;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const isMetadata = (isRoot || schema["x-kubernetes-embedded-resource"]) && metadataFields.includes(name);
    yield [
      property,
      atKey(at(path, "properties"), name),
      {
        ...inherited,
        ...(isMetadata ? { inMetadata: true } : {}),
        ...(isMetadata && isRoot ? { noDefaults: `in top-level ${name}` } : {}),
      },
    ];
  }
  if (typeof values === "object") {
    const noDefaults = "inside additionalProperties applying to object metadata";
    yield [
      values,
      at(path, "additionalProperties"),
      context.inMetadata ? { ...inherited, noDefaults } : inherited,
    ];
  }
  if (items !== undefined && !Array.isArray(items)) yield [items, at(path, "items"), inherited];
  for (const branch of branches)
    for (const [i, one] of (schema[branch] ?? []).entries()) yield [one, at(at(path, branch), i), inherited];
  if (not !== undefined) yield [not, at(path, "not"), inherited];
}

function validateMapType(schema: JSONSchemaProps, path: string, errors: FieldErrors): void {
  const mapType = schema["x-kubernetes-map-type"];
  if (mapType === undefined) return;
  requireType(schema, "object", "x-kubernetes-map-type", path, errors);
  if (!mapTypes.includes(mapType)) errors.notSupported(at(path, "x-kubernetes-map-type"), mapType, mapTypes);
}

function requireType(
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

function validateListType(schema: JSONSchemaProps, path: string, errors: FieldErrors): void {
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
  if (listType === "set" && schema.type === "array" && items !== undefined)
    validateSetItems(items, at(path, "items"), errors);
  if (listType === "map") validateMapKeys(schema, items, keys, path, errors);
  if ((listType === "set" || listType === "map") && items?.nullable)
    errors.forbidden(
      at(at(path, "items"), "nullable"),
      `cannot be nullable when x-kubernetes-list-type is ${listType}`,
    );
}

/** Members of a set are compared whole. */
function validateSetItems(items: JSONSchemaProps, path: string, errors: FieldErrors): void {
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
    const property = items.properties?.[key];
    if (property !== undefined)
      validateMapKey(property, items, key, atKey(at(itemsPath, "properties"), key), errors);
    else if (isObject) errors.invalid(here, keys, "entries must all be names of item properties");
  }
}

/** Every item has a key, and one that compares. */
function validateMapKey(
  property: JSONSchemaProps,
  items: JSONSchemaProps,
  key: string,
  path: string,
  errors: FieldErrors,
): void {
  const { type = "", default: standard, nullable } = property;
  if (items.type === "object" && (type === "array" || type === "object"))
    errors.invalid(
      at(path, "type"),
      type,
      "must be a scalar type if parent array's x-kubernetes-list-type is map",
    );
  const because = "this property is in x-kubernetes-list-map-keys, so it";
  if (!items.required?.includes(key) && standard === undefined)
    errors.required(at(path, "default"), `${because} must have a default or be a required property`);
  if (nullable) errors.forbidden(at(path, "nullable"), `${because} cannot be nullable`);
}

function validateRule(
  { rule, message = "", messageExpression = "", reason, fieldPath = "" }: ValidationRule,
  schema: JSONSchemaProps,
  path: string,
  errors: FieldErrors,
): void {
  const hasBreaks = (text: string): boolean => /[\n\r]/.test(text.trim());
  const isBlank = (text: string): boolean => text !== "" && text.trim() === "";
  if (rule.trim() === "") errors.required(at(path, "rule"), "rule is not specified");
  else if (isBlank(message))
    errors.invalid(at(path, "message"), message, "message must be non-empty if specified");
  else if (hasBreaks(message))
    errors.invalid(at(path, "message"), message, "message must not contain line breaks");
  else if (hasBreaks(rule) && message === "")
    errors.required(at(path, "message"), "message must be specified if rule contains line breaks");
  if (isBlank(messageExpression))
    errors.required(at(path, "messageExpression"), "messageExpression must be non-empty if specified");
  if (reason !== undefined && !reasons.includes(reason))
    errors.notSupported(at(path, "reason"), reason, reasons);
  const here = at(path, "fieldPath");
  if (isBlank(fieldPath)) errors.invalid(here, fieldPath, "fieldPath must be non-empty if specified");
  if (/[\n\r]/.test(fieldPath)) errors.invalid(here, fieldPath, "fieldPath must not contain line breaks");
  if (fieldPath !== "" && schemaAt(schema, fieldPath) === undefined)
    errors.invalid(here, fieldPath, "fieldPath must be a valid path");
}
