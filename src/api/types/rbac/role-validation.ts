/** Validation of rules, and of the selectors by which a ClusterRole gathers the rules of others. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { validateLabelSelector } from "../../selectors/label-selector-validation.ts";
import type { ClusterRole, PolicyRule, Role } from "./role.ts";

export function validateRole(role: Role, errors: FieldErrors): void {
  for (const [i, rule] of (role.rules ?? []).entries())
    validateRule(rule, at("rules", i), errors, { namespaced: true });
}

export function validateClusterRole(role: ClusterRole, errors: FieldErrors): void {
  for (const [i, rule] of (role.rules ?? []).entries())
    validateRule(rule, at("rules", i), errors, { namespaced: false });
  if (role.aggregationRule === undefined) return;
  const selectors = role.aggregationRule.clusterRoleSelectors ?? [];
  const path = "aggregationRule.clusterRoleSelectors";
  if (selectors.length === 0) errors.required(path, "at least one selector is required");
  for (const [i, selector] of selectors.entries()) validateLabelSelector(selector, at(path, i), errors);
}

function validateRule(
  rule: PolicyRule,
  path: string,
  errors: FieldErrors,
  rules: { readonly namespaced: boolean },
): void {
  const { apiGroups = [], resources = [], nonResourceURLs = [] } = rule;
  if ((rule.verbs ?? []).length === 0) errors.required(at(path, "verbs"), "at least one verb is required");
  if (nonResourceURLs.length > 0) {
    const urls = at(path, "nonResourceURLs");
    if (rules.namespaced)
      errors.invalid(urls, nonResourceURLs, "a namespaced rule may not name paths outside resources");
    if (apiGroups.length > 0 || resources.length > 0 || (rule.resourceNames ?? []).length > 0) {
      errors.invalid(urls, nonResourceURLs, "a rule may not name both resources and other paths");
    }
    return;
  }
  if (apiGroups.length === 0) errors.required(at(path, "apiGroups"), "at least one API group is required");
  if (resources.length === 0) errors.required(at(path, "resources"), "at least one resource is required");
}
