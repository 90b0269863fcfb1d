/**
 * The structural schemas of custom resources. Rows that refer to the schema itself are functions.
 * A table of apiextensions.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  by,
  double,
  int64,
  json,
  list,
  type ListOf,
  map,
  type MapOf,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  type Type,
  union,
} from "../../schema/mod.ts";
import { ValidationRule } from "./validation-rule.ts";

export interface ExternalDocumentation extends Shape<typeof ExternalDocumentation>, Plain {}
export const ExternalDocumentation = message<ExternalDocumentation>("ExternalDocumentation")({
  description: omitempty(1, string),
  url: omitempty(2, string),
});

export type JSONSchemaPropsOrArray = JSONSchemaProps | JSONSchemaProps[];
export const JSONSchemaPropsOrArray = union<JSONSchemaPropsOrArray>("JSONSchemaPropsOrArray")([
  { json: "object", number: 1, of: (): Type<JSONSchemaProps> => JSONSchemaProps },
  { json: "array", number: 2, of: (): ListOf<JSONSchemaProps[]> => list(JSONSchemaProps) },
]);

export type JSONSchemaPropsOrBool = JSONSchemaProps | boolean;
export const JSONSchemaPropsOrBool = union<JSONSchemaPropsOrBool>("JSONSchemaPropsOrBool")([
  { json: "boolean", number: 1, of: bool },
  { json: "object", number: 2, of: (): Type<JSONSchemaProps> => JSONSchemaProps },
]);

export type JSONSchemaPropsOrStringArray = JSONSchemaProps | string[];
export const JSONSchemaPropsOrStringArray = union<JSONSchemaPropsOrStringArray>(
  "JSONSchemaPropsOrStringArray",
)([
  { json: "object", number: 1, of: (): Type<JSONSchemaProps> => JSONSchemaProps },
  { json: "array", number: 2, of: list(string) },
]);

export interface JSONSchemaProps extends Shape<typeof JSONSchemaProps>, Plain {}
export const JSONSchemaProps = message<JSONSchemaProps>("JSONSchemaProps")({
  id: omitempty(1, string),
  $schema: omitempty(2, string),
  $ref: optional(3, string),
  description: omitempty(4, string),
  type: omitempty(5, string),
  format: omitempty(6, string),
  title: omitempty(7, string),
  default: optional(8, json),
  maximum: optional(9, double),
  exclusiveMaximum: omitempty(10, bool),
  minimum: optional(11, double),
  exclusiveMinimum: omitempty(12, bool),
  maxLength: optional(13, int64),
  minLength: optional(14, int64),
  pattern: omitempty(15, string),
  maxItems: optional(16, int64),
  minItems: optional(17, int64),
  uniqueItems: omitempty(18, bool),
  multipleOf: optional(19, double),
  enum: omitempty(20, atomic(json)),
  maxProperties: optional(21, int64),
  minProperties: optional(22, int64),
  required: omitempty(23, atomic(string)),
  items: optional(24, JSONSchemaPropsOrArray),
  allOf: omitempty(25, (): ListOf<JSONSchemaProps[]> => atomic(JSONSchemaProps)),
  oneOf: omitempty(26, (): ListOf<JSONSchemaProps[]> => atomic(JSONSchemaProps)),
  anyOf: omitempty(27, (): ListOf<JSONSchemaProps[]> => atomic(JSONSchemaProps)),
  not: optional(28, (): Type<JSONSchemaProps> => JSONSchemaProps),
  properties: omitempty(29, (): MapOf<Record<string, JSONSchemaProps>> => map(JSONSchemaProps)),
  additionalProperties: optional(30, JSONSchemaPropsOrBool),
  patternProperties: omitempty(31, (): MapOf<Record<string, JSONSchemaProps>> => map(JSONSchemaProps)),
  dependencies: omitempty(32, map(JSONSchemaPropsOrStringArray)),
  additionalItems: optional(33, JSONSchemaPropsOrBool),
  definitions: omitempty(34, (): MapOf<Record<string, JSONSchemaProps>> => map(JSONSchemaProps)),
  externalDocs: optional(35, ExternalDocumentation),
  example: optional(36, json),
  nullable: omitempty(37, bool),
  "x-kubernetes-preserve-unknown-fields": optional(38, bool),
  "x-kubernetes-embedded-resource": omitempty(39, bool),
  "x-kubernetes-int-or-string": omitempty(40, bool),
  "x-kubernetes-list-map-keys": omitempty(41, atomic(string)),
  "x-kubernetes-list-type": optional(42, string),
  "x-kubernetes-map-type": optional(43, string),
  "x-kubernetes-validations": omitempty(44, by("rule", ValidationRule), { patch: "merge" }),
});
