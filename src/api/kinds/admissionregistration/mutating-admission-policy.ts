/**
 * MutatingAdmissionPolicy and its binding: changes by CEL. Stored under their beta version, whose form is the
 * same.
 */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
} from "../../types/admissionregistration/mod.ts";
import {
  validateMutatingBinding,
  validateMutatingPolicy,
} from "../../types/admissionregistration/policy-validation.ts";
import { age, integer, name, text } from "../columns.ts";
import { define } from "../define.ts";
import { paramKindText, paramRefText } from "./policy-columns.ts";

const storage = { version: "admissionregistration.k8s.io/v1beta1" } as const;

export const mutatingAdmissionPolicies: Resource<MutatingAdmissionPolicy> = define({
  type: MutatingAdmissionPolicy,
  plural: "mutatingadmissionpolicies",
  namespaced: false,
  categories: ["api-extensions"],
  storage,
  strategy: {
    allowUnconditionalUpdate: false,
    name: subdomainName,
    anyFinalizer: true,
    generationOf: ["spec"],
    metadataOnUpdate: ["whole"],
    validateCreate: validateMutatingPolicy,
    validateUpdate: (object, _old, errors) => validateMutatingPolicy(object, errors),
  },
  columns: [
    name,
    integer("Mutations", ({ spec }) => spec.mutations?.length ?? 0),
    text("ParamKind", ({ spec }) => paramKindText(spec.paramKind)),
    age,
  ],
});

export const mutatingAdmissionPolicyBindings: Resource<MutatingAdmissionPolicyBinding> = define({
  type: MutatingAdmissionPolicyBinding,
  plural: "mutatingadmissionpolicybindings",
  namespaced: false,
  categories: ["api-extensions"],
  storage,
  strategy: {
    allowUnconditionalUpdate: false,
    name: subdomainName,
    anyFinalizer: true,
    generationOf: ["spec"],
    metadataOnUpdate: ["whole"],
    validateCreate: validateMutatingBinding,
    validateUpdate: (object, _old, errors) => validateMutatingBinding(object, errors),
  },
  columns: [
    name,
    text("PolicyName", ({ spec }) => spec.policyName ?? ""),
    text("ParamRef", ({ spec }) => paramRefText(spec.paramRef)),
    age,
  ],
});
