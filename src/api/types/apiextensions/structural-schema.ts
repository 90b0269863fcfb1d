/**
 * What makes a schema structural: every value has a type, arrays have items, and logical branches only narrow
 * what is said outside them (KEP 1693).
 */
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import type { JSONSchemaProps } from "./json-schema.ts";

/** Deeper schemas are refused rather than followed. */
const maxDepth = 100;
/** What a branch may not say, since pruning and defaulting do not look there; and what it must be instead. */
const notInBranches = {
  type: "empty",
  additionalProperties: "undefined",
  default: "undefined",
  title: "empty",
  description: "empty",
  nullable: "false",
  "x-kubernetes-preserve-unknown-fields": "false",
  "x-kubernetes-embedded-resource": "false",
  "x-kubernetes-int-or-string": "false",
  "x-kubernetes-list-map-keys": "empty",
  "x-kubernetes-list-type": "undefined",
  "x-kubernetes-map-type": "undefined",
  "x-kubernetes-validations": "empty",
} as const;

/** Where a schema stands: what a missing type is missed for. */
type Level = "at the root" | "for specified array items" | "for specified object fields";

export function validateStructural(root: JSONSchemaProps, path: string, errors: FieldErrors): void {
  if (root.type && root.type !== "object")
    errors.invalid(at(path, "type"), root.type, "must be object at the root");
  if (root.additionalProperties !== undefined)
    errors.forbidden(at(path, "additionalProperties"), "must not be used at the root");
  const metadata = root.properties?.metadata;
  if (metadata !== undefined && !isKnownMetadata(metadata))
    errors.forbidden(
      atKey(at(path, "properties"), "metadata"),
      "must not specify anything other than name and generateName, but metadata is implicitly specified",
    );
  validateNode(root, path, errors, 0, "at the root");
  for (const [branch, where] of branchesOf(root, path)) requireOutside(branch, root, path, where, errors);
}

/** Metadata has a schema of its own, in which only names may be narrowed. */
function isKnownMetadata(metadata: JSONSchemaProps): boolean {
  const { type: _type, default: _default, properties = {}, ...more } = metadata;
  const names = Object.keys(properties);
  return Object.keys(more).length === 0 && names.every((name) => name === "name" || name === "generateName");
}

function validateNode(
  schema: JSONSchemaProps,
  path: string,
  errors: FieldErrors,
  depth: number,
  level: Level,
): void {
  if (depth > maxDepth) return errors.forbidden(path, `must not be nested deeper than ${maxDepth} levels`);
  const { items, properties = {}, additionalProperties: values, allOf = [], anyOf } = schema;
  validateType(schema, path, errors, level);
  validateObject(schema, path, errors, level === "at the root");
  const field = "for specified object fields";
  for (const [name, property] of Object.entries(properties))
    validateNode(property, atKey(at(path, "properties"), name), errors, depth + 1, field);
  if (items === undefined) {
    if (schema.type === "array") errors.required(at(path, "items"), "must be specified");
  } else if (!Array.isArray(items))
    validateNode(items, at(path, "items"), errors, depth + 1, "for specified array items");
  if (typeof values === "object")
    validateNode(values, at(path, "additionalProperties"), errors, depth + 1, field);
  const ofEither = { anyOf: isEitherPair(anyOf), firstOfAll: isEitherPair(allOf[0]?.anyOf) };
  for (const [branch, where, mayBeEither] of branchesOf(schema, path, ofEither))
    validateBranch(branch, where, errors, depth + 1, mayBeEither);
}

function validateType(schema: JSONSchemaProps, path: string, errors: FieldErrors, level: Level): void {
  const { type = "" } = schema;
  const isOpen = schema["x-kubernetes-int-or-string"] || schema["x-kubernetes-preserve-unknown-fields"];
  const here = at(path, "type");
  if (schema["x-kubernetes-embedded-resource"] && type !== "object") {
    const complaint = "must be object if x-kubernetes-embedded-resource is true";
    if (type === "") errors.required(here, complaint);
    else errors.invalid(here, type, complaint);
  } else if (type === "" && !isOpen) errors.required(here, `must not be empty ${level}`);
  if (!schema["x-kubernetes-int-or-string"]) return;
  for (const word of ["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"] as const)
    if (schema[word])
      errors.invalid(at(path, word), true, "must be false if x-kubernetes-int-or-string is true");
}

function validateObject(schema: JSONSchemaProps, path: string, errors: FieldErrors, isRoot: boolean): void {
  const { properties = {}, additionalProperties: values } = schema;
  const isEmpty = Object.keys(properties).length === 0;
  const here = at(path, "additionalProperties");
  const isEmbedded = schema["x-kubernetes-embedded-resource"] === true;
  if (isEmbedded && values !== undefined)
    errors.forbidden(here, "must not be used if x-kubernetes-embedded-resource is set");
  if (isEmbedded && isEmpty && !schema["x-kubernetes-preserve-unknown-fields"])
    errors.required(
      at(path, "properties"),
      "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields",
    );
  if (!isEmbedded && !isRoot) return;
  for (const [field, wanted] of [
    ["apiVersion", "string"],
    ["kind", "string"],
    ["metadata", "object"],
  ] as const) {
    const property = properties[field];
    if (property !== undefined && property.type !== wanted)
      errors.invalid(
        at(atKey(at(path, "properties"), field), "type"),
        property.type ?? "",
        `must be ${wanted}`,
      );
  }
}

/** An int-or-string writes its two types as `anyOf`, alone or in the first of `allOf`. */
function isEitherPair(anyOf: readonly JSONSchemaProps[] = []): boolean {
  const isOnly = (schema: JSONSchemaProps | undefined, type: string): boolean =>
    schema?.type === type && Object.keys(schema).length === 1;
  return anyOf.length === 2 && isOnly(anyOf[0], "integer") && isOnly(anyOf[1], "string");
}

interface OfEither {
  readonly anyOf: boolean;
  readonly firstOfAll: boolean;
}

type Branch = readonly [schema: JSONSchemaProps, path: string, mayBeEither: boolean];

/** The branches, less the pair of an int-or-string. */
function* branchesOf(
  schema: JSONSchemaProps,
  path: string,
  ofEither: OfEither = { anyOf: false, firstOfAll: false },
): Generator<Branch> {
  const { anyOf = [], allOf = [], oneOf = [], not } = schema;
  if (!ofEither.anyOf) for (const [i, one] of anyOf.entries()) yield [one, at(at(path, "anyOf"), i), false];
  for (const [i, one] of allOf.entries())
    yield [one, at(at(path, "allOf"), i), i === 0 && ofEither.firstOfAll];
  for (const [i, one] of oneOf.entries()) yield [one, at(at(path, "oneOf"), i), false];
  if (not !== undefined) yield [not, at(path, "not"), false];
}

/** `mayBeEither`: its `anyOf` is that of an int-or-string. */
function validateBranch(
  schema: JSONSchemaProps,
  path: string,
  errors: FieldErrors,
  depth: number,
  mayBeEither: boolean,
): void {
  if (depth > maxDepth) return errors.forbidden(path, `must not be nested deeper than ${maxDepth} levels`);
  for (const [field, wanted] of Object.entries(notInBranches)) {
    const value = schema[field as keyof typeof notInBranches];
    const isZero = value === undefined || value === "" || (value === false && wanted === "false");
    if (!isZero) errors.forbidden(at(path, field), `must be ${wanted} to be structural`);
  }
  const { items, properties = {} } = schema;
  if (properties.metadata !== undefined)
    errors.forbidden(atKey(at(path, "properties"), "metadata"), "must not be specified in a nested context");
  for (const [name, property] of Object.entries(properties))
    validateBranch(property, atKey(at(path, "properties"), name), errors, depth + 1, false);
  if (items !== undefined && !Array.isArray(items))
    validateBranch(items, at(path, "items"), errors, depth + 1, false);
  for (const [branch, where] of branchesOf(schema, path, { anyOf: mayBeEither, firstOfAll: false }))
    validateBranch(branch, where, errors, depth + 1, false);
}

/** What a branch of the root narrows is said outside it. */
function requireOutside(
  branch: JSONSchemaProps,
  outside: JSONSchemaProps | undefined,
  path: string,
  where: string,
  errors: FieldErrors,
): void {
  if (outside === undefined) return errors.required(path, `because it is defined in ${where}`);
  const { items, properties = {} } = branch;
  if (items !== undefined && !Array.isArray(items)) {
    const of = Array.isArray(outside.items) ? undefined : outside.items;
    requireOutside(items, of, at(path, "items"), at(where, "items"), errors);
  }
  for (const [name, property] of Object.entries(properties))
    requireOutside(
      property,
      outside.properties?.[name],
      atKey(at(path, "properties"), name),
      atKey(at(where, "properties"), name),
      errors,
    );
  for (const [below, there] of branchesOf(branch, where)) requireOutside(below, outside, path, there, errors);
}
