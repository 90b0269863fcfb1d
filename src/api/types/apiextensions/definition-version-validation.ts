/** Validation of what the versions of a definition serve: schemas, subresources, columns, fields to select by. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { byteLength } from "../../names/check.ts";
import { sameField } from "../../same-of.ts";
import {
  type CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
  type CustomResourceSubresources,
  type SelectableField,
} from "./custom-resource-definition.ts";
import { Regexps } from "../../regexp.ts";
import type { JSONSchemaProps } from "./json-schema.ts";
import { validateDefaults } from "./default-validation.ts";
import type { SchemaRules } from "./definition-rules.ts";
import { validatePatterns } from "./pattern-validation.ts";
import { validateExtensions } from "./schema-extensions.ts";
import { schemaAt } from "./schema-path.ts";
import { validateStructural } from "./structural-schema.ts";

const columnTypes = ["boolean", "date", "integer", "number", "string"];
const columnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
const selectableTypes = ["boolean", "integer", "string"];
const maxSelectableFields = 8;
const maxWarningBytes = 256;

/** What the root of a schema may say where the status is apart: all else would not hold for it. */
const withStatus = [
  "description type format title maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern",
  "maxItems minItems uniqueItems multipleOf required items properties externalDocs example",
  "x-kubernetes-preserve-unknown-fields x-kubernetes-validations",
].flatMap((words) => words.split(" "));

type Versions = readonly CustomResourceDefinitionVersion[];
type Part = "schema" | "subresources" | "additionalPrinterColumns" | "selectableFields";

/** Where a part is, and in which version: once at the top if all versions have the same. */
function places(part: Part, versions: Versions): (readonly [string, CustomResourceDefinitionVersion])[] {
  const [first] = versions;
  if (
    first?.[part] !== undefined &&
    versions.every((version) => sameField(CustomResourceDefinitionVersion, part, version, first))
  )
    return [[at("spec", part === "schema" ? "validation" : part), first]];
  return versions.map((version, i) => [at(at("spec.versions", i), part), version]);
}

export function validateVersionParts(versions: Versions, rules: SchemaRules, errors: FieldErrors): void {
  const schemas = places("schema", versions);
  const patterns = new Regexps();
  const isShared = schemas[0]?.[0] === "spec.validation";
  for (const [path, { schema, subresources }] of schemas) {
    const hasStatus = isShared
      ? versions.some((version) => version.subresources?.status !== undefined)
      : subresources?.status !== undefined;
    if (schema?.openAPIV3Schema !== undefined)
      validateSchema(
        schema.openAPIV3Schema,
        at(path, "openAPIV3Schema"),
        { ...rules, hasStatus, patterns },
        errors,
      );
  }
  for (const [path, { subresources }] of places("subresources", versions))
    if (subresources !== undefined) validateSubresources(subresources, path, errors);
  for (const [path, { additionalPrinterColumns = [] }] of places("additionalPrinterColumns", versions))
    validateColumns(additionalPrinterColumns, path, errors);
  for (const [path, { selectableFields = [], schema }] of places("selectableFields", versions)) {
    // They stand beside the schema, at the top or in the version.
    const isBeside = isShared === path.startsWith("spec.selectableFields");
    validateSelectableFields(selectableFields, isBeside ? schema?.openAPIV3Schema : undefined, path, errors);
  }
}

function validateSchema(
  schema: JSONSchemaProps,
  path: string,
  rules: SchemaRules & { readonly hasStatus: boolean; readonly patterns: Regexps },
  errors: FieldErrors,
): void {
  const { hasStatus } = rules;
  const isObject = schema.type === undefined || schema.type === "object";
  if (hasStatus && !isObject)
    errors.invalid(
      at(path, "type"),
      schema.type,
      'only "object" is allowed as the type at the root of the schema if the status subresource is enabled',
    );
  else if (hasStatus && Object.entries(schema).some(([field, value]) => value && !withStatus.includes(field)))
    errors.invalid(
      path,
      schema,
      `only ${withStatus.join(", ")} are allowed at the root of the schema if the status subresource is enabled`,
    );
  if (schema.nullable) errors.forbidden(at(path, "nullable"), "nullable cannot be true at the root");
  if (rules.structural) {
    const before = errors.list.length;
    validateStructural(schema, path, errors);
    validatePatterns(schema, path, errors, rules.patterns);
    if (errors.list.length === before) validateDefaults(schema, path, errors, rules);
  }
  validateExtensions(schema, path, errors, rules);
}

export function validateWarning(
  version: CustomResourceDefinitionVersion,
  path: string,
  errors: FieldErrors,
): void {
  const { deprecated, deprecationWarning: warning } = version;
  if (warning === undefined) return;
  const here = at(path, "deprecationWarning");
  if (!deprecated) return errors.invalid(here, warning, "can only be set for deprecated versions");
  if (byteLength(warning) > maxWarningBytes)
    errors.invalid(here, warning, `must be <= ${maxWarningBytes} characters long`);
  if (warning === "") errors.invalid(here, warning, "must not be an empty string");
  if (/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(warning))
    errors.invalid(here, warning, "must only contain printable UTF-8 characters");
}

function validateSubresources(
  { scale }: CustomResourceSubresources,
  path: string,
  errors: FieldErrors,
): void {
  if (scale === undefined) return;
  const here = at(path, "scale");
  for (const [field, under] of [
    ["specReplicasPath", [".spec"]],
    ["statusReplicasPath", [".status"]],
    ["labelSelectorPath", [".spec", ".status"]],
  ] as const) {
    const value = scale[field] ?? "";
    if (value === "") {
      if (field !== "labelSelectorPath") errors.required(at(here, field));
    } else if (!validateJsonPath(value, at(here, field), errors)) continue;
    else if (!under.some((root) => value.startsWith(`${root}.`)))
      errors.invalid(
        at(here, field),
        value,
        `should be a json path under ${under.length > 1 ? "either " : ""}${under.join(" or ")}`,
      );
  }
}

function validateColumns(
  columns: readonly CustomResourceColumnDefinition[],
  path: string,
  errors: FieldErrors,
): void {
  for (const [i, { name, type, format = "", jsonPath }] of columns.entries()) {
    const here = at(path, i);
    const types = `must be one of ${columnTypes.join(",")}`;
    if (name === "") errors.required(at(here, "name"));
    if (type === "") errors.required(at(here, "type"), types);
    else if (!columnTypes.includes(type)) errors.invalid(at(here, "type"), type, types);
    if (format !== "" && !columnFormats.includes(format))
      errors.invalid(at(here, "format"), format, `must be one of ${columnFormats.join(",")}`);
    if (jsonPath === "") errors.required(at(here, "JSONPath"));
    else validateJsonPath(jsonPath, at(here, "JSONPath"), errors);
  }
}

function validateJsonPath(value: string, path: string, errors: FieldErrors): boolean {
  if (value.startsWith(".")) return true;
  errors.invalid(path, value, "must be a simple json path starting with .");
  return false;
}

function validateSelectableFields(
  fields: readonly SelectableField[],
  schema: JSONSchemaProps | undefined,
  path: string,
  errors: FieldErrors,
): void {
  if (fields.length === 0) return;
  if (schema === undefined) return errors.invalid(path, "", "may only be set where the schema is");
  const seen = new Set<string>();
  for (const [i, { jsonPath }] of fields.entries()) {
    const here = at(at(path, i), "jsonPath");
    if (jsonPath === "") {
      errors.required(here);
      continue;
    }
    const found = jsonPath.includes("[") ? undefined : schemaAt(schema, jsonPath);
    if (found === undefined) {
      errors.invalid(here, jsonPath, "is an invalid path: does not refer to a valid field");
      continue;
    }
    if (/^\.metadata(\.|$)/.test(jsonPath))
      errors.invalid(here, jsonPath, "must not point to fields in metadata");
    if (!selectableTypes.includes(found.type ?? ""))
      errors.invalid(here, jsonPath, "must point to a field of type string, boolean or integer");
    if (seen.has(jsonPath)) errors.duplicate(here, jsonPath);
    seen.add(jsonPath);
  }
  if (seen.size > maxSelectableFields) errors.tooMany(path, seen.size, maxSelectableFields);
}
