/**
 * What validating and mutating policies share.
 * A table of admissionregistration.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  known,
  field,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  type Value,
} from "../../schema/mod.ts";
import { LabelSelector } from "../meta/label-selector.ts";

export interface ExpressionWarning extends Shape<typeof ExpressionWarning>, Plain {}
export const ExpressionWarning = message<ExpressionWarning>("ExpressionWarning")({
  fieldRef: field(2, string),
  warning: field(3, string),
});

export interface ParamKind extends Shape<typeof ParamKind>, Plain {}
export const ParamKind = message<ParamKind>("ParamKind", { atomic: true })({
  apiVersion: omitempty(1, string),
  kind: omitempty(2, string),
});

export type ParameterNotFoundActionType = Value<typeof ParameterNotFoundActionType>;
export const ParameterNotFoundActionType = known("Allow", "Deny");

export interface ParamRef extends Shape<typeof ParamRef>, Plain {}
export const ParamRef = message<ParamRef>("ParamRef", { atomic: true })({
  name: omitempty(1, string),
  namespace: omitempty(2, string),
  selector: optional(3, LabelSelector),
  parameterNotFoundAction: optional(4, ParameterNotFoundActionType),
});

export interface TypeChecking extends Shape<typeof TypeChecking>, Plain {}
export const TypeChecking = message<TypeChecking>("TypeChecking")({
  expressionWarnings: omitempty(1, atomic(ExpressionWarning)),
});

export interface Variable extends Shape<typeof Variable>, Plain {}
export const Variable = message<Variable>("Variable", { atomic: true })({
  name: field(1, string),
  expression: field(2, string),
});
