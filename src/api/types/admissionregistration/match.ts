/**
 * Which requests a policy or webhook sees.
 * A table of admissionregistration.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  enumOf,
  field,
  inline,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  type Value,
} from "../../schema/mod.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { defaultMatchResources, defaultNamedRule, defaultRule } from "./admission-defaults.ts";

export interface MatchCondition extends Shape<typeof MatchCondition>, Plain {}
export const MatchCondition = message<MatchCondition>("MatchCondition")({
  name: field(1, string),
  expression: field(2, string),
});

export type ScopeType = Value<typeof ScopeType>;
export const ScopeType = enumOf("*", "Cluster", "Namespaced");

export interface Rule extends Shape<typeof Rule>, Plain {}
export const Rule = message<Rule>("Rule")({
  apiGroups: omitempty(1, atomic(string)),
  apiVersions: omitempty(2, atomic(string)),
  resources: omitempty(3, atomic(string)),
  scope: optional(4, ScopeType),
});

export type OperationType = Value<typeof OperationType>;
export const OperationType = enumOf("*", "CONNECT", "CREATE", "DELETE", "UPDATE");

export interface RuleWithOperations extends Shape<typeof RuleWithOperations>, Plain {}
export const RuleWithOperations = message<RuleWithOperations>("RuleWithOperations")(
  {
    operations: omitempty(1, atomic(OperationType)),
    ...inline(2, Rule),
  },
  { default: defaultRule },
);

export interface NamedRuleWithOperations extends Shape<typeof NamedRuleWithOperations>, Plain {}
export const NamedRuleWithOperations = message<NamedRuleWithOperations>("NamedRuleWithOperations", {
  atomic: true,
})(
  {
    resourceNames: omitempty(1, atomic(string)),
    ...inline(2, RuleWithOperations),
  },
  { default: defaultNamedRule },
);

export type MatchPolicyType = Value<typeof MatchPolicyType>;
export const MatchPolicyType = enumOf("Equivalent", "Exact");

export interface MatchResources extends Shape<typeof MatchResources>, Plain {}
export const MatchResources = message<MatchResources>("MatchResources", { atomic: true })(
  {
    namespaceSelector: optional(1, LabelSelector),
    objectSelector: optional(2, LabelSelector),
    resourceRules: omitempty(3, atomic(NamedRuleWithOperations)),
    excludeResourceRules: omitempty(4, atomic(NamedRuleWithOperations)),
    matchPolicy: optional(7, MatchPolicyType),
  },
  { default: defaultMatchResources },
);
