/** Validation of a container's own restart policy and the rules that refine it by exit code. */
import { at, type FieldErrors } from "../../field-errors.ts";
import type { Container, ContainerRestartRule } from "./container.ts";

const policies = ["Always", "Never", "OnFailure"];
const actions = ["Restart", "RestartAllContainers"];
const operators = ["In", "NotIn"];
const maxRules = 20;
const maxValues = 255;

export function validateRestartRules(container: Container, path: string, errors: FieldErrors): void {
  const { restartPolicy, restartPolicyRules: rules = [] } = container;
  const policyPath = at(path, "restartPolicy");
  const rulesPath = at(path, "restartPolicyRules");
  if (restartPolicy === undefined) {
    if (rules.length > 0) errors.required(policyPath, "must be set when restart rules are");
  } else if (!policies.includes(restartPolicy)) errors.notSupported(policyPath, restartPolicy, policies);
  if (rules.length > maxRules) errors.tooMany(rulesPath, rules.length, maxRules);
  for (const [i, rule] of rules.entries()) validateRule(rule, at(rulesPath, i), errors);
}

function validateRule(rule: ContainerRestartRule, path: string, errors: FieldErrors): void {
  if (!rule.action) errors.required(at(path, "action"));
  else if (!actions.includes(rule.action)) errors.notSupported(at(path, "action"), rule.action, actions);
  if (rule.exitCodes === undefined) return errors.required(at(path, "exitCodes"));
  const { operator, values = [] } = rule.exitCodes;
  const here = at(path, "exitCodes");
  if (!operator) errors.required(at(here, "operator"));
  else if (!operators.includes(operator)) errors.notSupported(at(here, "operator"), operator, operators);
  if (values.length === 0) errors.invalid(at(here, "values"), values, "must not be empty");
  else if (values.length > maxValues) errors.tooMany(at(here, "values"), values.length, maxValues);
  for (const [i, value] of values.entries()) {
    if (values.indexOf(value) < i) errors.duplicate(at(at(here, "values"), i), value);
  }
}
