/** Validation of admission policies and their bindings. Expressions are compiled where CEL is. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { dns1035Label, dnsSubdomain } from "../../names/dns.ts";
import { pathSegmentName } from "../../names/object-name.ts";
import { cIdentifier, qualifiedName } from "../../names/qualified-name.ts";
import { validateLabelSelector } from "../../selectors/label-selector-validation.ts";
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  Mutation,
} from "./mutating-admission-policy.ts";
import type { ParamKind, ParamRef, Variable } from "./policy.ts";
import { validateMatchResources } from "./rule-validation.ts";
import type {
  AuditAnnotation,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  Validation,
} from "./validating-admission-policy.ts";
import { validateMatchConditions } from "./webhook-validation.ts";

const failurePolicies = ["Fail", "Ignore"];
const reasons = ["Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge"];
const actions = ["Audit", "Deny", "Warn"];
const notFoundActions = ["Allow", "Deny"];
const patchTypes = ["ApplyConfiguration", "JSONPatch"];
const reinvocations = ["IfNeeded", "Never"];
const maxAuditAnnotations = 20;

type Policy = ValidatingAdmissionPolicy | MutatingAdmissionPolicy;

function validatePolicy({ spec }: Policy, errors: FieldErrors): void {
  const { failurePolicy } = spec;
  if (failurePolicy === undefined) errors.required("spec.failurePolicy");
  else if (!failurePolicies.includes(failurePolicy))
    errors.notSupported("spec.failurePolicy", failurePolicy, failurePolicies);
  if (spec.paramKind) validateParamKind(spec.paramKind, "spec.paramKind", errors);
  if (spec.matchConstraints === undefined) errors.required("spec.matchConstraints");
  else validateMatchResources(spec.matchConstraints, "spec.matchConstraints", errors, { required: true });
  validateMatchConditions(spec.matchConditions ?? [], "spec.matchConditions", errors);
  validateVariables(spec.variables ?? [], "spec.variables", errors);
}

function validateParamKind(kind: ParamKind, path: string, errors: FieldErrors): void {
  const { apiVersion = "", kind: name = "" } = kind;
  if (apiVersion === "") errors.required(at(path, "apiVersion"));
  else {
    const [version = "", group] = apiVersion.split("/").reverse();
    if (group !== undefined) errors.invalidEach(at(path, "apiVersion"), group, dnsSubdomain(group));
    errors.invalidEach(at(path, "apiVersion"), version, dns1035Label(version));
  }
  if (name === "") errors.required(at(path, "kind"));
  else errors.invalidEach(at(path, "kind"), name, dns1035Label(name.toLowerCase()));
}

function validateVariables(variables: readonly Variable[], path: string, errors: FieldErrors): void {
  for (const [i, { name, expression }] of variables.entries()) {
    const here = at(path, i);
    if (name === "") errors.required(at(here, "name"), "name is not specified");
    else if (cIdentifier(name).length > 0) {
      errors.invalid(at(here, "name"), name, "name is not a valid CEL identifier");
    }
    if (expression.trim() === "") errors.required(at(here, "expression"), "expression is not specified");
  }
}

export function validateValidatingPolicy(policy: ValidatingAdmissionPolicy, errors: FieldErrors): void {
  const { validations = [], auditAnnotations = [] } = policy.spec;
  validatePolicy(policy, errors);
  if (validations.length === 0 && auditAnnotations.length === 0) {
    errors.required("spec.validations", "validations or auditAnnotations must be non-empty");
    errors.required("spec.auditAnnotations", "validations or auditAnnotations must be non-empty");
  }
  for (const [i, validation] of validations.entries())
    validateValidation(validation, at("spec.validations", i), errors);
  if (auditAnnotations.length > maxAuditAnnotations) {
    errors.invalid(
      "spec.auditAnnotations",
      auditAnnotations.length,
      `must not have more than ${maxAuditAnnotations} auditAnnotations`,
    );
  }
  const keys = new Set<string>();
  for (const [i, annotation] of auditAnnotations.entries()) {
    const path = at("spec.auditAnnotations", i);
    validateAuditAnnotation(annotation, policy.metadata.name ?? "", path, errors);
    if (keys.has(annotation.key)) errors.duplicate(at(path, "key"), annotation.key);
    keys.add(annotation.key);
  }
}

function validateValidation(validation: Validation, path: string, errors: FieldErrors): void {
  const { expression, message = "", messageExpression = "", reason } = validation;
  if (expression.trim() === "") errors.required(at(path, "expression"), "expression is not specified");
  if (messageExpression !== "" && messageExpression.trim() === "") {
    errors.invalid(at(path, "messageExpression"), messageExpression, "must be non-empty if specified");
  }
  if (message !== "" && message.trim() === "")
    errors.invalid(at(path, "message"), message, "message must be non-empty if specified");
  else if (/[\n]/.test(message.trim()))
    errors.invalid(at(path, "message"), message, "message must not contain line breaks");
  if (reason !== undefined && !reasons.includes(reason))
    errors.notSupported(at(path, "reason"), reason, reasons);
}

function validateAuditAnnotation(
  annotation: AuditAnnotation,
  policy: string,
  path: string,
  errors: FieldErrors,
): void {
  const { key, valueExpression } = annotation;
  // The full name of the annotation has the policy before it.
  errors.invalidEach(at(path, "key"), key, qualifiedName(`${policy}/${key}`));
  if (valueExpression.trim() === "")
    errors.required(at(path, "valueExpression"), "valueExpression is required");
}

export function validateMutatingPolicy(policy: MutatingAdmissionPolicy, errors: FieldErrors): void {
  const { mutations = [], reinvocationPolicy = "" } = policy.spec;
  validatePolicy(policy, errors);
  if (mutations.length === 0) errors.required("spec.mutations", "mutations must contain at least one item");
  for (const [i, mutation] of mutations.entries())
    validateMutation(mutation, at("spec.mutations", i), errors);
  if (reinvocationPolicy === "") errors.required("spec.reinvocationPolicy");
  else if (!reinvocations.includes(reinvocationPolicy)) {
    errors.notSupported("spec.reinvocationPolicy", reinvocationPolicy, reinvocations);
  }
}

function validateMutation(mutation: Mutation, path: string, errors: FieldErrors): void {
  const { patchType, applyConfiguration, jsonPatch } = mutation;
  if (patchType === "") return errors.required(at(path, "patchType"));
  if (!patchTypes.includes(patchType))
    return errors.notSupported(at(path, "patchType"), patchType, patchTypes);
  const field = patchType === "JSONPatch" ? "jsonPatch" : "applyConfiguration";
  const other = patchType === "JSONPatch" ? "applyConfiguration" : "jsonPatch";
  const change = patchType === "JSONPatch" ? jsonPatch : applyConfiguration;
  if (mutation[other] !== undefined)
    errors.forbidden(at(path, other), `must not be set with patchType ${patchType}`);
  if (change === undefined)
    errors.required(at(path, field), `must be specified when patchType is ${patchType}`);
  else if ((change.expression ?? "").trim() === "")
    errors.required(at(at(path, field), "expression"), "expression is not specified");
}

function validateParamRef(ref: ParamRef, path: string, errors: FieldErrors): void {
  const { name = "", selector, parameterNotFoundAction: action } = ref;
  if (name !== "") {
    errors.invalidEach(at(path, "name"), name, pathSegmentName(name, false));
    if (selector !== undefined)
      errors.forbidden(at(path, "name"), "name and selector are mutually exclusive");
  } else if (selector !== undefined) validateLabelSelector(selector, at(path, "selector"), errors);
  else errors.required(path, "one of name or selector must be specified");
  if (action === undefined)
    errors.required(at(path, "parameterNotFoundAction"), "parameterNotFoundAction is required");
  else if (!notFoundActions.includes(action))
    errors.notSupported(at(path, "parameterNotFoundAction"), action, notFoundActions);
}

function validateBinding(
  { spec }: ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding,
  errors: FieldErrors,
): void {
  const { policyName = "", paramRef, matchResources } = spec;
  if (policyName === "") errors.required("spec.policyName");
  else errors.invalidEach("spec.policyName", policyName, dnsSubdomain(policyName));
  if (paramRef) validateParamRef(paramRef, "spec.paramRef", errors);
  // Upstream spells the path so.
  if (matchResources)
    validateMatchResources(matchResources, "spec.matchResouces", errors, { required: false });
}

export function validateMutatingBinding(binding: MutatingAdmissionPolicyBinding, errors: FieldErrors): void {
  validateBinding(binding, errors);
}

export function validateValidatingBinding(
  binding: ValidatingAdmissionPolicyBinding,
  errors: FieldErrors,
): void {
  validateBinding(binding, errors);
  const given = binding.spec.validationActions ?? [];
  const path = "spec.validationActions";
  if (given.length === 0) errors.required(path, "at least one validation action is required");
  for (const [i, action] of given.entries()) {
    if (!actions.includes(action)) errors.notSupported(at(path, i), action, actions);
    if (given.indexOf(action) < i) errors.duplicate(at(path, i), action);
  }
  if (given.includes("Deny") && given.includes("Warn")) {
    errors.invalid(
      path,
      given,
      "must not contain both Deny and Warn (repeating the same validation failure information)",
    );
  }
}
