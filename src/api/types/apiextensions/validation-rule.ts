/**
 * CEL rules of a schema.
 * A table of apiextensions.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  bool,
  enumOf,
  field,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  type Value,
} from "../../schema/mod.ts";

export type FieldValueErrorReason = Value<typeof FieldValueErrorReason>;
export const FieldValueErrorReason = enumOf(
  "FieldValueDuplicate",
  "FieldValueForbidden",
  "FieldValueInvalid",
  "FieldValueRequired",
);

export interface ValidationRule extends Shape<typeof ValidationRule>, Plain {}
export const ValidationRule = message<ValidationRule>("ValidationRule")({
  rule: field(1, string),
  message: omitempty(2, string),
  messageExpression: omitempty(3, string),
  reason: optional(4, FieldValueErrorReason),
  fieldPath: omitempty(5, string),
  optionalOldSelf: optional(6, bool, { gate: "CRDValidationRatcheting" }),
});
