/** ValidatingAdmissionPolicy and its binding: checks by CEL. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from "../../types/admissionregistration/mod.ts";
import {
  validateValidatingBinding,
  validateValidatingPolicy,
} from "../../types/admissionregistration/policy-validation.ts";
import { validateConditions } from "../../types/meta/condition-validation.ts";
import { age, integer, name, text } from "../columns.ts";
import { clearStatus, define, keepStatus, statusOnlyResetFields, statusSubresource } from "../define.ts";
import { paramKindText, paramRefText } from "./policy-columns.ts";

export const validatingAdmissionPolicies: Resource<ValidatingAdmissionPolicy> = define({
  type: ValidatingAdmissionPolicy,
  plural: "validatingadmissionpolicies",
  namespaced: false,
  categories: ["api-extensions"],
  strategy: {
    allowUnconditionalUpdate: false,
    name: subdomainName,
    anyFinalizer: true,
    generationOf: ["spec"],
    resetFields: statusOnlyResetFields,
    prepareForCreate: clearStatus,
    prepareForUpdate: keepStatus,
    metadataOnUpdate: ["whole"],
    validateCreate: validateValidatingPolicy,
    validateUpdate: (object, _old, errors) => validateValidatingPolicy(object, errors),
  },
  status: statusSubresource<ValidatingAdmissionPolicy>({
    validateUpdate: ({ status }, _old, errors) =>
      validateConditions(status.conditions, "status.conditions", errors),
    metadataOnUpdate: [],
    keeps: "metadata",
  }),
  columns: [
    name,
    integer("Validations", ({ spec }) => spec.validations?.length ?? 0),
    text("ParamKind", ({ spec }) => paramKindText(spec.paramKind)),
    age,
  ],
});

export const validatingAdmissionPolicyBindings: Resource<ValidatingAdmissionPolicyBinding> = define({
  type: ValidatingAdmissionPolicyBinding,
  plural: "validatingadmissionpolicybindings",
  namespaced: false,
  categories: ["api-extensions"],
  strategy: {
    allowUnconditionalUpdate: false,
    name: subdomainName,
    anyFinalizer: true,
    generationOf: ["spec"],
    metadataOnUpdate: ["whole"],
    validateCreate: validateValidatingBinding,
    validateUpdate: (object, _old, errors) => validateValidatingBinding(object, errors),
  },
  columns: [
    name,
    text("PolicyName", ({ spec }) => spec.policyName ?? ""),
    text("ParamRef", ({ spec }) => paramRefText(spec.paramRef)),
    age,
  ],
});
