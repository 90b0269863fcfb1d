/** Validation of resource quotas: names of what is counted, and scopes that fit it. */
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import { qualifiedName } from "../../names/qualified-name.ts";
import type { ResourceQuota, ResourceQuotaSpec } from "./resource-quota.ts";
import { isStandardResource, validateResourceAmount } from "./resources-validation.ts";

const podScopes = [
  "Terminating",
  "NotTerminating",
  "BestEffort",
  "NotBestEffort",
  "PriorityClass",
  "CrossNamespacePodAffinity",
];
const scopes = [...podScopes, "VolumeAttributesClass"];
const operators = ["In", "NotIn", "Exists", "DoesNotExist"];
/** Scopes that select by presence alone. */
const existence = [
  "Terminating",
  "NotTerminating",
  "BestEffort",
  "NotBestEffort",
  "CrossNamespacePodAffinity",
];
const podResources = [
  "pods",
  "cpu",
  "memory",
  "ephemeral-storage",
  "requests.cpu",
  "requests.memory",
  "requests.ephemeral-storage",
  "limits.cpu",
  "limits.memory",
  "limits.ephemeral-storage",
];

export function validateResourceQuota({ spec }: ResourceQuota, errors: FieldErrors): void {
  for (const [name, amount] of Object.entries(spec.hard ?? {}))
    validateAmount(name, amount, atKey("spec.hard", name), errors);
  validateScopes(spec, errors);
  validateSelector(spec, errors);
}

function validateAmount(name: string, amount: string, path: string, errors: FieldErrors): void {
  const complaints = qualifiedName(name);
  errors.invalidEach(path, name, complaints);
  if (complaints.length === 0 && !name.includes("/") && !isStandardResource(name)) {
    errors.invalid(path, name, "must be a standard resource or have a domain");
    errors.invalid(path, name, "must be a standard resource for quotas");
  }
  validateResourceAmount(name, amount, path, errors);
}

function fits(scope: string, resource: string): boolean {
  if (scope === "VolumeAttributesClass")
    return resource === "persistentvolumeclaims" || resource === "requests.storage";
  if (scope === "BestEffort") return resource === "pods";
  return podResources.includes(resource);
}

function validateScopes(spec: ResourceQuotaSpec, errors: FieldErrors): void {
  const given = spec.scopes ?? [];
  const path = "spec.scopes";
  if (given.length === 0) return;
  for (const scope of given) {
    if (!scopes.includes(scope)) errors.invalid(path, given, "unsupported scope");
    for (const resource of Object.keys(spec.hard ?? {})) {
      if (isStandardResource(resource) && !fits(scope, resource))
        errors.invalid(path, given, "unsupported scope applied to resource");
    }
  }
  for (const [one, other] of [
    ["BestEffort", "NotBestEffort"],
    ["Terminating", "NotTerminating"],
  ] as const) {
    if (given.includes(one) && given.includes(other)) errors.invalid(path, given, "conflicting scopes");
  }
}

/** Upstream reports the terms without an index. */
function validateSelector(spec: ResourceQuotaSpec, errors: FieldErrors): void {
  const path = "spec.scopeSelector.matchExpressions";
  for (const { scopeName, operator, values = [] } of spec.scopeSelector?.matchExpressions ?? []) {
    if (!scopes.includes(scopeName)) errors.invalid(at(path, "scopeName"), scopeName, "unsupported scope");
    for (const resource of Object.keys(spec.hard ?? {})) {
      if (isStandardResource(resource) && scopes.includes(scopeName) && !fits(scopeName, resource)) {
        errors.invalid(path, spec.scopeSelector, "unsupported scope applied to resource");
      }
    }
    if (existence.includes(scopeName) && operator !== "Exists") {
      errors.invalid(at(path, "operator"), operator, "must be 'Exists' for this scope");
    }
    if (operator === "In" || operator === "NotIn") {
      if (values.length === 0)
        errors.required(at(path, "values"), "must be at least one value when `operator` is 'In' or 'NotIn'");
    } else if (operator === "Exists" || operator === "DoesNotExist") {
      if (values.length > 0)
        errors.invalid(
          at(path, "values"),
          values,
          "must be no value when `operator` is 'Exists' or 'DoesNotExist'",
        );
    } else if (!operators.includes(operator))
      errors.invalid(at(path, "operator"), operator, "not a valid selector operator");
  }
}

export function validateResourceQuotaStatus(
  { status }: ResourceQuota,
  _old: ResourceQuota,
  errors: FieldErrors,
): void {
  for (const list of ["hard", "used"] as const) {
    for (const [name, amount] of Object.entries(status[list] ?? {}))
      validateAmount(name, amount, atKey(at("status", list), name), errors);
  }
}

export function validateResourceQuotaUpdate(
  quota: ResourceQuota,
  old: ResourceQuota,
  errors: FieldErrors,
): void {
  validateResourceQuota(quota, errors);
  const scopesOf = ({ spec }: ResourceQuota) => [...new Set(spec.scopes)].sort().join();
  if (scopesOf(quota) !== scopesOf(old))
    errors.invalid("spec.scopes", quota.spec.scopes ?? null, "field is immutable");
}
