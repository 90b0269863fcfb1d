/**
 * Mutating policies in CEL.
 * A table of admissionregistration.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  by,
  enumOf,
  field,
  kind,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { MatchCondition, MatchResources } from "./match.ts";
import { ParamKind, ParamRef, Variable } from "./policy.ts";
import { FailurePolicyType, ReinvocationPolicyType } from "./webhook.ts";
import { defaultMutatingPolicy } from "./admission-defaults.ts";

export interface ApplyConfiguration extends Shape<typeof ApplyConfiguration>, Plain {}
export const ApplyConfiguration = message<ApplyConfiguration>("ApplyConfiguration")({
  expression: omitempty(1, string),
});

export interface JSONPatch extends Shape<typeof JSONPatch>, Plain {}
export const JSONPatch = message<JSONPatch>("JSONPatch")({
  expression: omitempty(1, string),
});

export type PatchType = Value<typeof PatchType>;
export const PatchType = enumOf("ApplyConfiguration", "JSONPatch");

export interface Mutation extends Shape<typeof Mutation>, Plain {}
export const Mutation = message<Mutation>("Mutation")({
  patchType: field(2, PatchType),
  applyConfiguration: optional(3, ApplyConfiguration),
  jsonPatch: optional(4, JSONPatch),
});

export interface MutatingAdmissionPolicySpec extends Shape<typeof MutatingAdmissionPolicySpec>, Plain {}
export const MutatingAdmissionPolicySpec = message<MutatingAdmissionPolicySpec>(
  "MutatingAdmissionPolicySpec",
)(
  {
    paramKind: optional(1, ParamKind),
    matchConstraints: optional(2, MatchResources),
    variables: omitempty(3, atomic(Variable)),
    mutations: omitempty(4, atomic(Mutation)),
    failurePolicy: optional(5, FailurePolicyType),
    matchConditions: omitempty(6, by("name", MatchCondition), { patch: "merge" }),
    reinvocationPolicy: omitempty(7, ReinvocationPolicyType),
  },
  { default: defaultMutatingPolicy },
);

export interface MutatingAdmissionPolicy extends Shape<typeof MutatingAdmissionPolicy>, Plain {}
export const MutatingAdmissionPolicy = kind<MutatingAdmissionPolicy>(
  "admissionregistration.k8s.io/v1",
  "MutatingAdmissionPolicy",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, MutatingAdmissionPolicySpec),
});

export interface MutatingAdmissionPolicyBindingSpec
  extends Shape<typeof MutatingAdmissionPolicyBindingSpec>,
    Plain {}
export const MutatingAdmissionPolicyBindingSpec = message<MutatingAdmissionPolicyBindingSpec>(
  "MutatingAdmissionPolicyBindingSpec",
)({
  policyName: omitempty(1, string),
  paramRef: optional(2, ParamRef),
  matchResources: optional(3, MatchResources),
});

export interface MutatingAdmissionPolicyBinding extends Shape<typeof MutatingAdmissionPolicyBinding>, Plain {}
export const MutatingAdmissionPolicyBinding = kind<MutatingAdmissionPolicyBinding>(
  "admissionregistration.k8s.io/v1",
  "MutatingAdmissionPolicyBinding",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, MutatingAdmissionPolicyBindingSpec),
});

export type MutatingAdmissionPolicyBindingList = KubeList<MutatingAdmissionPolicyBinding>;
export const MutatingAdmissionPolicyBindingList = kindList(MutatingAdmissionPolicyBinding);

export type MutatingAdmissionPolicyList = KubeList<MutatingAdmissionPolicy>;
export const MutatingAdmissionPolicyList = kindList(MutatingAdmissionPolicy);
