/** Validation of the rules by which webhooks and policies match requests. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { pathSegmentName } from "../../names/object-name.ts";
import { validateLabelSelector } from "../../selectors/label-selector-validation.ts";
import type { MatchResources, NamedRuleWithOperations, RuleWithOperations } from "./match.ts";

const operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
const scopes = ["*", "Cluster", "Namespaced"];
const matchPolicies = ["Equivalent", "Exact"];

export interface RuleRules {
  /** Policies take no `pods/*` together with `*`. */
  readonly subresources: boolean;
}

export function validateRule(
  rule: RuleWithOperations,
  path: string,
  errors: FieldErrors,
  rules: RuleRules,
): void {
  const given = rule.operations ?? [];
  const list = at(path, "operations");
  if (given.length === 0) errors.required(list);
  validateStar(given, list, errors);
  for (const [i, one] of given.entries())
    if (!operations.includes(one)) errors.notSupported(at(list, i), one, operations);
  for (const field of ["apiGroups", "apiVersions"] as const) {
    const values = rule[field] ?? [];
    const here = at(path, field);
    if (values.length === 0) errors.required(here);
    validateStar(values, here, errors);
    for (const [i, value] of values.entries())
      if (field === "apiVersions" && value === "") errors.required(at(here, i));
  }
  validateResources(rule.resources ?? [], at(path, "resources"), errors, rules);
  if (rule.scope !== undefined && !scopes.includes(rule.scope))
    errors.notSupported(at(path, "scope"), rule.scope, scopes);
}

function validateStar(values: readonly string[], path: string, errors: FieldErrors): void {
  if (values.length > 1 && values.includes("*"))
    errors.invalid(path, values, "if '*' is present, must not specify other values");
}

function validateResources(
  resources: readonly string[],
  path: string,
  errors: FieldErrors,
  rules: RuleRules,
): void {
  if (resources.length === 0) errors.required(path);
  for (const [i, resource] of resources.entries()) if (resource === "") errors.required(at(path, i));
  if (!rules.subresources) return;
  if (resources.length > 1 && resources.includes("*/*")) {
    errors.invalid(path, resources, "if '*/*' is present, must not specify other resources");
  }
  if (resources.includes("*") && resources.some((one) => one !== "*" && !one.includes("/"))) {
    errors.invalid(
      path,
      resources,
      "if '*' is present, must not specify other resources without subresources",
    );
  }
}

/** Of policies and bindings. `required`: a policy has to say what it matches. */
export function validateMatchResources(
  match: MatchResources,
  path: string,
  errors: FieldErrors,
  rules: { readonly required: boolean },
): void {
  const { resourceRules = [], excludeResourceRules = [], matchPolicy } = match;
  validateLabelSelector(match.namespaceSelector, at(path, "namespaceSelector"), errors);
  validateLabelSelector(match.objectSelector, at(path, "objectSelector"), errors);
  for (const [i, rule] of resourceRules.entries())
    validateNamedRule(rule, at(at(path, "resourceRules"), i), errors);
  for (const [i, rule] of excludeResourceRules.entries()) {
    validateNamedRule(rule, at(at(path, "excludeResourceRules"), i), errors);
  }
  if (rules.required && resourceRules.length === 0) errors.required(at(path, "resourceRules"));
  if (matchPolicy === undefined) errors.required(at(path, "matchPolicy"));
  else if (!matchPolicies.includes(matchPolicy))
    errors.notSupported(at(path, "matchPolicy"), matchPolicy, matchPolicies);
}

function validateNamedRule(rule: NamedRuleWithOperations, path: string, errors: FieldErrors): void {
  validateRule(rule, path, errors, { subresources: true });
  const names = rule.resourceNames ?? [];
  for (const [i, name] of names.entries()) {
    const here = at(at(path, "resourceNames"), i);
    errors.invalidEach(here, name, pathSegmentName(name, false));
    if (names.indexOf(name) < i) errors.duplicate(here, name);
  }
}
