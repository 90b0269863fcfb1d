/**
 * What a schema may say at all, in branches too: keywords of JSON Schema that are not supported, how lists and
 * maps merge, where defaults may stand, and the form of CEL rules.
 */
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import type { SchemaRules } from "./definition-rules.ts";
import type { JSONSchemaProps } from "./json-schema.ts";
import {
  requireType,
  validateKeyedItems,
  validateListType,
  validateSetItems,
} from "./list-type-validation.ts";
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
const types = ["array", "boolean", "integer", "number", "object", "string"];
const metadataFields = ["metadata", "kind", "apiVersion"];
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
  rules: SchemaRules,
  context: Context = { isRoot: true },
): void {
  validateKeywords(schema, path, errors, context);
  if (rules.types && !hasKnownType(schema)) errors.notSupported(at(path, "type"), schema.type, types);
  for (const [below, where, within] of children(schema, path, context))
    validateExtensions(below, where, errors, rules, within);
  validateMapType(schema, path, errors);
  validateListType(schema, path, errors);
  if (rules.atomicSets) validateSetItems(schema, path, errors);
  if (rules.keyedItems) validateKeyedItems(schema, path, errors);
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
  if (schema.uniqueItems)
    errors.forbidden(
      at(path, "uniqueItems"),
      "uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
    );
  if (Array.isArray(schema.items))
    errors.forbidden(at(path, "items"), "items must be a schema object and not an array");
  const { additionalProperties: values = true, properties = {} } = schema;
  if (values !== true && Object.keys(properties).length > 0)
    errors.forbidden(
      at(path, "additionalProperties"),
      "additionalProperties and properties are mutual exclusive",
    );
  if (schema.type === "null")
    errors.forbidden(at(path, "type"), "type cannot be set to null, use nullable as an alternative");
  if (inMetadata && schema["x-kubernetes-embedded-resource"])
    errors.forbidden(at(path, "x-kubernetes-embedded-resource"), "must not be used inside of resource meta");
  if (schema["x-kubernetes-preserve-unknown-fields"] === false)
    errors.invalid(at(path, "x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined");
}

export function hasKnownType({ type = "" }: JSONSchemaProps): boolean {
  return type === "" || types.includes(type);
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
