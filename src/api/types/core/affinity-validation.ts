/** Validation of affinities, node selectors and topology spread. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { labelName, subdomainName } from "../../names/object-name.ts";
import { labelValue, qualifiedName } from "../../names/qualified-name.ts";
import { validateLabelSelector } from "../../selectors/label-selector-validation.ts";
import type {
  Affinity,
  PodAffinity,
  PodAffinityTerm,
  PodAntiAffinity,
  TopologySpreadConstraint,
} from "./affinity.ts";
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from "./node-selector.ts";

const required = "requiredDuringSchedulingIgnoredDuringExecution";
const preferred = "preferredDuringSchedulingIgnoredDuringExecution";
const maxWeight = 100;
const inclusions = ["Honor", "Ignore"];
const actions = ["DoNotSchedule", "ScheduleAnyway"];

export function validateAffinity(affinity: Affinity | undefined, path: string, errors: FieldErrors): void {
  if (affinity?.nodeAffinity) {
    const here = at(path, "nodeAffinity");
    const selector = affinity.nodeAffinity[required];
    if (selector) validateNodeSelector(selector, at(here, required), errors);
    for (const [i, term] of (affinity.nodeAffinity[preferred] ?? []).entries()) {
      const one = at(at(here, preferred), i);
      validateWeight(term.weight, at(one, "weight"), errors);
      validateTerm(term.preference, at(one, "preference"), errors);
    }
  }
  if (affinity?.podAffinity) validatePodAffinity(affinity.podAffinity, at(path, "podAffinity"), errors);
  if (affinity?.podAntiAffinity)
    validatePodAffinity(affinity.podAntiAffinity, at(path, "podAntiAffinity"), errors);
}

function validateWeight(weight: number, path: string, errors: FieldErrors): void {
  if (weight <= 0 || weight > maxWeight) errors.invalid(path, weight, `must be in the range 1-${maxWeight}`);
}

export function validateNodeSelector(selector: NodeSelector, path: string, errors: FieldErrors): void {
  const terms = selector.nodeSelectorTerms ?? [];
  const here = at(path, "nodeSelectorTerms");
  if (terms.length === 0) return errors.required(here, "must have at least one node selector term");
  for (const [i, term] of terms.entries()) validateTerm(term, at(here, i), errors);
}

function validateTerm(term: NodeSelectorTerm, path: string, errors: FieldErrors): void {
  for (const [i, one] of (term.matchExpressions ?? []).entries()) {
    validateExpression(one, at(at(path, "matchExpressions"), i), errors);
  }
  for (const [i, one] of (term.matchFields ?? []).entries())
    validateMatchField(one, at(at(path, "matchFields"), i), errors);
}

function validateExpression(one: NodeSelectorRequirement, path: string, errors: FieldErrors): void {
  const values = one.values ?? [];
  const here = at(path, "values");
  switch (one.operator) {
    case "In":
    case "NotIn":
      if (values.length === 0) errors.required(here, "must be specified when `operator` is 'In' or 'NotIn'");
      break;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0)
        errors.forbidden(here, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      break;
    case "Gt":
    case "Lt":
      if (values.length !== 1) errors.required(here, "must be one value when `operator` is 'Lt' or 'Gt'");
      break;
    default:
      errors.invalid(at(path, "operator"), one.operator, "not a valid selector operator");
  }
  errors.invalidEach(at(path, "key"), one.key, qualifiedName(one.key));
  for (const [i, value] of values.entries()) errors.invalidEach(at(here, i), value, labelValue(value));
}

function validateMatchField(one: NodeSelectorRequirement, path: string, errors: FieldErrors): void {
  const values = one.values ?? [];
  if (one.operator !== "In" && one.operator !== "NotIn") {
    errors.invalid(at(path, "operator"), one.operator, "not a valid selector operator");
  } else if (values.length !== 1) errors.required(at(path, "values"), "must be one value");
  if (one.key !== "metadata.name")
    return errors.invalid(at(path, "key"), one.key, "not a valid field selector key");
  for (const [i, value] of values.entries()) {
    errors.invalidEach(at(at(path, "values"), i), value, subdomainName(value, false));
  }
}

function validatePodAffinity(
  affinity: PodAffinity | PodAntiAffinity,
  path: string,
  errors: FieldErrors,
): void {
  for (const [i, term] of (affinity[required] ?? []).entries())
    validatePodTerm(term, at(at(path, required), i), errors);
  for (const [i, one] of (affinity[preferred] ?? []).entries()) {
    const here = at(at(path, preferred), i);
    validateWeight(one.weight, at(here, "weight"), errors);
    validatePodTerm(one.podAffinityTerm, at(here, "podAffinityTerm"), errors);
  }
}

function validatePodTerm(term: PodAffinityTerm, path: string, errors: FieldErrors): void {
  validateLabelSelector(term.labelSelector, at(path, "labelSelector"), errors);
  validateLabelSelector(term.namespaceSelector, at(path, "namespaceSelector"), errors);
  for (const name of term.namespaces ?? [])
    errors.invalidEach(at(path, "namespace"), name, labelName(name, false));
  validateMatchKeys(term.matchLabelKeys, term, at(path, "matchLabelKeys"), errors);
  validateMatchKeys(term.mismatchLabelKeys, term, at(path, "mismatchLabelKeys"), errors);
  const both = (term.matchLabelKeys ?? []).filter((key) => term.mismatchLabelKeys?.includes(key));
  for (const key of both) errors.invalid(at(path, "matchLabelKeys"), key, "is in mismatchLabelKeys too");
  validateTopologyKey(term.topologyKey, at(path, "topologyKey"), errors);
}

function validateMatchKeys(
  keys: readonly string[] | undefined,
  owner: { readonly labelSelector?: unknown },
  path: string,
  errors: FieldErrors,
): void {
  if (keys === undefined || keys.length === 0) return;
  if (owner.labelSelector === undefined)
    errors.forbidden(path, "must not be specified when labelSelector is not set");
  for (const [i, key] of keys.entries()) errors.invalidEach(at(path, i), key, qualifiedName(key));
}

function validateTopologyKey(key: string, path: string, errors: FieldErrors): void {
  if (key === "") errors.required(path, "can not be empty");
  errors.invalidEach(path, key, qualifiedName(key));
}

export function validateTopologySpread(
  constraints: readonly TopologySpreadConstraint[] | undefined,
  path: string,
  errors: FieldErrors,
): void {
  const seen = new Set<string>();
  for (const [i, one] of (constraints ?? []).entries()) {
    const here = at(path, i);
    if (one.maxSkew <= 0) errors.invalid(at(here, "maxSkew"), one.maxSkew, "must be greater than zero");
    validateTopologyKey(one.topologyKey, at(here, "topologyKey"), errors);
    if (!actions.includes(one.whenUnsatisfiable)) {
      errors.notSupported(at(here, "whenUnsatisfiable"), one.whenUnsatisfiable, actions);
    }
    const id = `${one.topologyKey} ${one.whenUnsatisfiable}`;
    if (seen.has(id)) errors.duplicate(at(here, "{topologyKey, whenUnsatisfiable}"), id);
    seen.add(id);
    validateMinDomains(one, at(here, "minDomains"), errors);
    for (const name of ["nodeAffinityPolicy", "nodeTaintsPolicy"] as const) {
      const value = one[name];
      if (value !== undefined && !inclusions.includes(value))
        errors.notSupported(at(here, name), value, inclusions);
    }
    validateMatchKeys(one.matchLabelKeys, one, at(here, "matchLabelKeys"), errors);
    validateLabelSelector(one.labelSelector, at(here, "labelSelector"), errors);
  }
}

function validateMinDomains(one: TopologySpreadConstraint, path: string, errors: FieldErrors): void {
  if (one.minDomains === undefined) return;
  if (one.minDomains <= 0) errors.invalid(path, one.minDomains, "must be greater than zero");
  if (one.whenUnsatisfiable !== "DoNotSchedule") {
    errors.invalid(path, one.minDomains, "can only be set when whenUnsatisfiable is DoNotSchedule");
  }
}
