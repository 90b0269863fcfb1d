/** Validation of a job's policies: what a pod's failure means, and when some indexes are enough. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { qualifiedName } from "../../names/qualified-name.ts";
import type {
  JobSpec,
  PodFailurePolicy,
  PodFailurePolicyRule,
  SuccessPolicy,
  SuccessPolicyRule,
} from "./job.ts";

const maxRules = 20;
const maxExitCodes = 255;
const maxPatterns = 20;
const maxIndexesBytes = 64 * 1024;
const actions = ["Count", "FailIndex", "FailJob", "Ignore"];
const operators = ["In", "NotIn"];
const statuses = ["False", "True", "Unknown"];

export function validatePodFailurePolicy(
  policy: PodFailurePolicy,
  spec: JobSpec,
  path: string,
  errors: FieldErrors,
): void {
  const rules = policy.rules ?? [];
  const here = at(path, "rules");
  if (rules.length > maxRules) errors.tooMany(here, rules.length, maxRules);
  const containers = [...(spec.template.spec.containers ?? []), ...(spec.template.spec.initContainers ?? [])];
  const names = new Set(containers.map((container) => container.name));
  for (const [i, rule] of rules.entries()) validateRule(rule, spec, names, at(here, i), errors);
}

function validateRule(
  rule: PodFailurePolicyRule,
  spec: JobSpec,
  containers: ReadonlySet<string>,
  path: string,
  errors: FieldErrors,
): void {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  if (action === "") errors.required(at(path, "action"), `valid values: ${actions.join(", ")}`);
  else if (action === "FailIndex" && spec.backoffLimitPerIndex === undefined) {
    errors.invalid(at(path, "action"), action, "requires backoffLimitPerIndex to be set");
  } else if (!actions.includes(action)) errors.notSupported(at(path, "action"), action, actions);
  if (onExitCodes) validateExitCodes(onExitCodes, containers, at(path, "onExitCodes"), errors);
  const patterns = at(path, "onPodConditions");
  if (onPodConditions.length > maxPatterns) errors.tooMany(patterns, onPodConditions.length, maxPatterns);
  for (const [i, pattern] of onPodConditions.entries()) {
    const here = at(patterns, i);
    errors.invalidEach(at(here, "type"), pattern.type, qualifiedName(pattern.type));
    if (pattern.status === "") errors.required(at(here, "status"));
    else if (!statuses.includes(pattern.status))
      errors.notSupported(at(here, "status"), pattern.status, statuses);
  }
  if (onExitCodes && onPodConditions.length > 0) {
    errors.invalid(path, "", "onExitCodes and onPodConditions exclude each other");
  }
  if (!onExitCodes && onPodConditions.length === 0) {
    errors.invalid(path, "", "one of onExitCodes and onPodConditions is required");
  }
}

function validateExitCodes(
  codes: NonNullable<PodFailurePolicyRule["onExitCodes"]>,
  containers: ReadonlySet<string>,
  path: string,
  errors: FieldErrors,
): void {
  const { operator, containerName, values = [] } = codes;
  const list = at(path, "values");
  if (operator === "") errors.required(at(path, "operator"), `valid values: ${operators.join(", ")}`);
  else if (!operators.includes(operator)) errors.notSupported(at(path, "operator"), operator, operators);
  if (containerName !== undefined && !containers.has(containerName)) {
    errors.invalid(
      at(path, "containerName"),
      containerName,
      "must be one of the container or initContainer names in the pod template",
    );
  }
  if (values.length > maxExitCodes) errors.tooMany(list, values.length, maxExitCodes);
  else if (values.length < 1) errors.invalid(list, values, "at least one value is required");
  let ordered = true;
  for (const [i, value] of values.entries()) {
    if (operator === "In" && value === 0)
      errors.invalid(at(list, i), value, "must not be 0 for the In operator");
    if (values.indexOf(value) < i) errors.duplicate(at(list, i), value);
    if (value < (values[i - 1] ?? value)) ordered = false;
  }
  if (!ordered) errors.invalid(list, values, "must be ordered");
}

export function validateSuccessPolicy(
  policy: SuccessPolicy,
  spec: JobSpec,
  path: string,
  errors: FieldErrors,
): void {
  const rules = policy.rules ?? [];
  const here = at(path, "rules");
  if (rules.length === 0) errors.required(here, "at least one rule must be specified");
  if (rules.length > maxRules) errors.tooMany(here, rules.length, maxRules);
  for (const [i, rule] of rules.entries()) validateSuccessRule(rule, spec, at(here, i), errors);
}

function validateSuccessRule(
  rule: SuccessPolicyRule,
  spec: JobSpec,
  path: string,
  errors: FieldErrors,
): void {
  const { succeededIndexes: indexes, succeededCount: count } = rule;
  if (indexes === undefined && count === undefined) {
    errors.required(path, "at least one of succeededCount and succeededIndexes must be specified");
  }
  const completions = spec.completions ?? 0;
  let total: number | undefined;
  if (indexes !== undefined) {
    const here = at(path, "succeededIndexes");
    if (indexes.length > maxIndexesBytes) errors.tooLong(here, maxIndexesBytes);
    const counted = countIndexes(indexes, completions);
    if (counted === undefined) {
      errors.invalid(here, indexes, "must be numbers and ranges in order, below completions");
    }
    total = counted ?? 0;
  }
  if (count === undefined) return;
  const here = at(path, "succeededCount");
  if (count < 0) errors.invalid(here, count, "must be greater than or equal to 0");
  if (spec.completions !== undefined && count > completions)
    errors.invalid(here, count, "must be less than or equal to completions");
  if (total !== undefined && count > total)
    errors.invalid(here, count, "must be less than or equal to the number of succeededIndexes");
}

/**
 * How many indexes `1,3-5,7` names; undefined when it is not in order or reaches the number of completions.
 */
export function countIndexes(text: string, completions: number): number | undefined {
  if (text === "") return 0;
  let total = 0;
  let last = -1;
  for (const part of text.split(",")) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (match === null) return undefined;
    const from = Number(match[1]);
    const to = match[2] === undefined ? from : Number(match[2]);
    if (from <= last || (match[2] !== undefined && to <= from) || to >= completions) return undefined;
    total += to - from + 1;
    last = to;
  }
  return total;
}
