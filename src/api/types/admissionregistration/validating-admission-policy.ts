/**
 * Validating policies in CEL.
 * A table of admissionregistration.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  by,
  enumOf,
  field,
  int64,
  kind,
  message,
  omitempty,
  optional,
  type Plain,
  set,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { Condition } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { StatusReason } from "../meta/status.ts";
import { MatchCondition, MatchResources } from "./match.ts";
import { ParamKind, ParamRef, TypeChecking, Variable } from "./policy.ts";
import { FailurePolicyType } from "./webhook.ts";
import { defaultValidatingPolicy } from "./admission-defaults.ts";

export interface AuditAnnotation extends Shape<typeof AuditAnnotation>, Plain {}
export const AuditAnnotation = message<AuditAnnotation>("AuditAnnotation")({
  key: field(1, string),
  valueExpression: field(2, string),
});

export interface Validation extends Shape<typeof Validation>, Plain {}
export const Validation = message<Validation>("Validation")({
  expression: field(1, string),
  message: omitempty(2, string),
  reason: optional(3, StatusReason),
  messageExpression: omitempty(4, string),
});

export interface ValidatingAdmissionPolicySpec extends Shape<typeof ValidatingAdmissionPolicySpec>, Plain {}
export const ValidatingAdmissionPolicySpec = message<ValidatingAdmissionPolicySpec>(
  "ValidatingAdmissionPolicySpec",
)(
  {
    paramKind: optional(1, ParamKind),
    matchConstraints: optional(2, MatchResources),
    validations: omitempty(3, atomic(Validation)),
    failurePolicy: optional(4, FailurePolicyType),
    auditAnnotations: omitempty(5, atomic(AuditAnnotation)),
    matchConditions: omitempty(6, by("name", MatchCondition), { patch: "merge" }),
    variables: omitempty(7, by("name", Variable), { patch: "merge" }),
  },
  { default: defaultValidatingPolicy },
);

export interface ValidatingAdmissionPolicyStatus
  extends Shape<typeof ValidatingAdmissionPolicyStatus>,
    Plain {}
export const ValidatingAdmissionPolicyStatus = message<ValidatingAdmissionPolicyStatus>(
  "ValidatingAdmissionPolicyStatus",
)({
  observedGeneration: omitempty(1, int64),
  typeChecking: optional(2, TypeChecking),
  conditions: omitempty(3, by("type", Condition)),
});

export interface ValidatingAdmissionPolicy extends Shape<typeof ValidatingAdmissionPolicy>, Plain {}
export const ValidatingAdmissionPolicy = kind<ValidatingAdmissionPolicy>(
  "admissionregistration.k8s.io/v1",
  "ValidatingAdmissionPolicy",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, ValidatingAdmissionPolicySpec),
  status: struct(3, ValidatingAdmissionPolicyStatus),
});

export type ValidationAction = Value<typeof ValidationAction>;
export const ValidationAction = enumOf("Audit", "Deny", "Warn");

export interface ValidatingAdmissionPolicyBindingSpec
  extends Shape<typeof ValidatingAdmissionPolicyBindingSpec>,
    Plain {}
export const ValidatingAdmissionPolicyBindingSpec = message<ValidatingAdmissionPolicyBindingSpec>(
  "ValidatingAdmissionPolicyBindingSpec",
)({
  policyName: omitempty(1, string, { required: true }),
  paramRef: optional(2, ParamRef),
  matchResources: optional(3, MatchResources),
  validationActions: omitempty(4, set(ValidationAction), { required: true }),
});

export interface ValidatingAdmissionPolicyBinding
  extends Shape<typeof ValidatingAdmissionPolicyBinding>,
    Plain {}
export const ValidatingAdmissionPolicyBinding = kind<ValidatingAdmissionPolicyBinding>(
  "admissionregistration.k8s.io/v1",
  "ValidatingAdmissionPolicyBinding",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, ValidatingAdmissionPolicyBindingSpec, { required: true }),
});

export type ValidatingAdmissionPolicyBindingList = KubeList<ValidatingAdmissionPolicyBinding>;
export const ValidatingAdmissionPolicyBindingList = kindList(ValidatingAdmissionPolicyBinding);

export type ValidatingAdmissionPolicyList = KubeList<ValidatingAdmissionPolicy>;
export const ValidatingAdmissionPolicyList = kindList(ValidatingAdmissionPolicy);
