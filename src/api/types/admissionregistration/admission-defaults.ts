/** Defaults of webhooks and admission policies: they fail closed and match everything equivalent. */
import type { MatchResources, NamedRuleWithOperations, RuleWithOperations } from "./match.ts";
import type { MutatingAdmissionPolicySpec } from "./mutating-admission-policy.ts";
import type { ParamRef } from "./policy.ts";
import type { ValidatingAdmissionPolicySpec } from "./validating-admission-policy.ts";
import type { MutatingWebhook, ServiceReference, ValidatingWebhook } from "./webhook.ts";

const timeoutSeconds = 10;

function defaultWebhook(webhook: MutatingWebhook | ValidatingWebhook): void {
  webhook.failurePolicy ??= "Fail";
  webhook.matchPolicy ??= "Equivalent";
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= timeoutSeconds;
}

export function defaultValidatingWebhook(webhook: ValidatingWebhook): void {
  defaultWebhook(webhook);
}

export function defaultMutatingWebhook(webhook: MutatingWebhook): void {
  defaultWebhook(webhook);
  webhook.reinvocationPolicy ??= "Never";
}

export function defaultServiceReference(reference: ServiceReference): void {
  reference.port ??= 443;
}

export function defaultRule(rule: RuleWithOperations): void {
  rule.scope ??= "*";
}

export function defaultNamedRule(rule: NamedRuleWithOperations): void {
  rule.scope ??= "*";
}

export function defaultMatchResources(match: MatchResources): void {
  match.matchPolicy ??= "Equivalent";
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
}

export function defaultValidatingPolicy(spec: ValidatingAdmissionPolicySpec): void {
  spec.failurePolicy ??= "Fail";
}

export function defaultMutatingPolicy(spec: MutatingAdmissionPolicySpec): void {
  spec.failurePolicy ??= "Fail";
}

export function defaultParamRef(ref: ParamRef): void {
  ref.parameterNotFoundAction ??= "Deny";
}
