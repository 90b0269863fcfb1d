/**
 * What makes a schema structural: every value has a type, arrays have items, and logical branches only narrow
 * what is said outside them (KEP 1693).
 */
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import type { JSONSchemaProps } from "./json-schema.ts";

const types = ["array", "boolean", "integer", "number", "object", "string"];
/** Deeper schemas are refused rather than followed. */
const maxDepth = 100;
const branches = ["allOf", "anyOf", "oneOf"] as const;
/** What a branch may not say, since pruning and defaulting do not look there. */
const notInBranches = ["description", "type", "default", "additionalProperties", "nullable"] as const;

export function validateStructural(root: JSONSchemaProps, path: string, errors: FieldErrors): void {
  if (!root.type) errors.required(at(path, "type"), "must not be empty at the root");
  else if (root.type !== "object") errors.invalid(at(path, "type"), root.type, "must be object at the root");
  for (const field of ["apiVersion", "kind", "metadata"] as const) {
    const schema = root.properties?.[field];
    const wanted = field === "metadata" ? "object" : "string";
    if (schema !== undefined && schema.type !== wanted) {
      errors.invalid(
        at(atKey(at(path, "properties"), field), "type"),
        schema.type ?? "",
        `must be ${wanted}`,
      );
    }
  }
  validateNode(root, path, errors, 0, true);
}

function validateNode(
  schema: JSONSchemaProps,
  path: string,
  errors: FieldErrors,
  depth: number,
  isRoot = false,
): void {
  if (depth > maxDepth) return errors.forbidden(path, `must not be nested deeper than ${maxDepth} levels`);
  validateType(schema, path, errors, isRoot);
  if (schema.uniqueItems)
    errors.forbidden(
      at(path, "uniqueItems"),
      "uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
    );
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    validateNode(property, atKey(at(path, "properties"), name), errors, depth + 1);
  }
  const { items, additionalProperties } = schema;
  if (Array.isArray(items))
    errors.forbidden(at(path, "items"), "items must be a schema object and not an array");
  else if (items !== undefined) validateNode(items, at(path, "items"), errors, depth + 1);
  else if (schema.type === "array") errors.required(at(path, "items"), "must be specified");
  if (typeof additionalProperties === "object" && additionalProperties !== null) {
    validateNode(additionalProperties, at(path, "additionalProperties"), errors, depth + 1);
  }
  if (additionalProperties !== undefined && schema.properties !== undefined) {
    errors.forbidden(
      at(path, "additionalProperties"),
      "additionalProperties and properties are mutual exclusive",
    );
  }
  for (const branch of branches) {
    for (const [i, one] of (schema[branch] ?? []).entries()) {
      validateBranch(one, at(at(path, branch), i), errors, depth + 1, mayNameTypes(schema, branch));
    }
  }
  if (schema.not !== undefined) validateBranch(schema.not, at(path, "not"), errors, depth + 1, false);
}

/** An int-or-string writes its two types as `anyOf`, alone or as the first of `allOf`. */
function mayNameTypes(schema: JSONSchemaProps, branch: (typeof branches)[number]): boolean {
  if (schema["x-kubernetes-int-or-string"] !== true) return false;
  return branch === "allOf" || isEitherPair(schema, branch);
}

function isEitherPair(schema: JSONSchemaProps, branch: (typeof branches)[number]): boolean {
  const [first, second, ...rest] = schema.anyOf ?? [];
  return branch === "anyOf" && rest.length === 0 && first?.type === "integer" && second?.type === "string";
}

function validateType(schema: JSONSchemaProps, path: string, errors: FieldErrors, isRoot: boolean): void {
  const { type = "" } = schema;
  const isEither = schema["x-kubernetes-int-or-string"] === true;
  const isOpen = schema["x-kubernetes-preserve-unknown-fields"] === true;
  if (type === "") {
    if (!isRoot && !isEither && !isOpen)
      errors.required(at(path, "type"), "must not be empty for specified values");
  } else if (!types.includes(type)) errors.notSupported(at(path, "type"), type, types);
  if (isEither && type !== "")
    errors.invalid(at(path, "type"), type, "must be empty if x-kubernetes-int-or-string is true");
}

/** `anyOf: [{ type: integer }, { type: string }]` is how an int-or-string has always been written. */
function validateBranch(
  schema: JSONSchemaProps,
  path: string,
  errors: FieldErrors,
  depth: number,
  mayBeEither: boolean,
): void {
  if (depth > maxDepth) return errors.forbidden(path, `must not be nested deeper than ${maxDepth} levels`);
  for (const field of notInBranches) {
    const value = schema[field];
    if (value === undefined || value === "" || value === false) continue;
    if (field === "type" && mayBeEither && (value === "integer" || value === "string")) continue;
    errors.forbidden(at(path, field), "must be undefined to be structural");
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    validateBranch(property, atKey(at(path, "properties"), name), errors, depth + 1, false);
  }
  const { items } = schema;
  if (items !== undefined && !Array.isArray(items))
    validateBranch(items, at(path, "items"), errors, depth + 1, false);
  for (const branch of branches) {
    for (const [i, one] of (schema[branch] ?? []).entries()) {
      validateBranch(
        one,
        at(at(path, branch), i),
        errors,
        depth + 1,
        mayBeEither && isEitherPair(schema, branch),
      );
    }
  }
  if (schema.not !== undefined) validateBranch(schema.not, at(path, "not"), errors, depth + 1, false);
}
