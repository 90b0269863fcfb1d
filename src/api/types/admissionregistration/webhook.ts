/**
 * Admission webhooks.
 * A table of admissionregistration.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  by,
  bytes,
  enumOf,
  field,
  int32,
  kind,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { MatchCondition, MatchPolicyType, RuleWithOperations } from "./match.ts";
import {
  defaultMutatingWebhook,
  defaultServiceReference,
  defaultValidatingWebhook,
} from "./admission-defaults.ts";

export interface ServiceReference extends Shape<typeof ServiceReference>, Plain {}
export const ServiceReference = message<ServiceReference>("ServiceReference")(
  {
    namespace: field(1, string),
    name: field(2, string),
    path: optional(3, string),
    port: optional(4, int32),
  },
  { default: defaultServiceReference },
);

export interface WebhookClientConfig extends Shape<typeof WebhookClientConfig>, Plain {}
export const WebhookClientConfig = message<WebhookClientConfig>("WebhookClientConfig")({
  url: optional(3, string),
  service: optional(1, ServiceReference),
  caBundle: omitempty(2, bytes),
});

export type FailurePolicyType = Value<typeof FailurePolicyType>;
export const FailurePolicyType = enumOf("Fail", "Ignore");

export type SideEffectClass = Value<typeof SideEffectClass>;
export const SideEffectClass = enumOf("None", "NoneOnDryRun", "Some", "Unknown");

export type ReinvocationPolicyType = Value<typeof ReinvocationPolicyType>;
export const ReinvocationPolicyType = enumOf("IfNeeded", "Never");

export interface MutatingWebhook extends Shape<typeof MutatingWebhook>, Plain {}
export const MutatingWebhook = message<MutatingWebhook>("MutatingWebhook")(
  {
    name: field(1, string),
    clientConfig: field(2, WebhookClientConfig),
    rules: omitempty(3, atomic(RuleWithOperations)),
    failurePolicy: optional(4, FailurePolicyType),
    matchPolicy: optional(9, MatchPolicyType),
    namespaceSelector: optional(5, LabelSelector),
    objectSelector: optional(11, LabelSelector),
    sideEffects: nullable(6, SideEffectClass, { required: true }),
    timeoutSeconds: optional(7, int32),
    admissionReviewVersions: field(8, atomic(string)),
    reinvocationPolicy: optional(10, ReinvocationPolicyType),
    matchConditions: omitempty(12, by("name", MatchCondition), { patch: "merge" }),
  },
  { default: defaultMutatingWebhook },
);

export interface MutatingWebhookConfiguration extends Shape<typeof MutatingWebhookConfiguration>, Plain {}
export const MutatingWebhookConfiguration = kind<MutatingWebhookConfiguration>(
  "admissionregistration.k8s.io/v1",
  "MutatingWebhookConfiguration",
)({
  metadata: struct(1, ObjectMeta),
  webhooks: omitempty(2, by("name", MutatingWebhook), { patch: "merge" }),
});

export type MutatingWebhookConfigurationList = KubeList<MutatingWebhookConfiguration>;
export const MutatingWebhookConfigurationList = kindList(MutatingWebhookConfiguration);

export interface ValidatingWebhook extends Shape<typeof ValidatingWebhook>, Plain {}
export const ValidatingWebhook = message<ValidatingWebhook>("ValidatingWebhook")(
  {
    name: field(1, string),
    clientConfig: field(2, WebhookClientConfig),
    rules: omitempty(3, atomic(RuleWithOperations)),
    failurePolicy: optional(4, FailurePolicyType),
    matchPolicy: optional(9, MatchPolicyType),
    namespaceSelector: optional(5, LabelSelector),
    objectSelector: optional(10, LabelSelector),
    sideEffects: nullable(6, SideEffectClass, { required: true }),
    timeoutSeconds: optional(7, int32),
    admissionReviewVersions: field(8, atomic(string)),
    matchConditions: omitempty(11, by("name", MatchCondition), { patch: "merge" }),
  },
  { default: defaultValidatingWebhook },
);

export interface ValidatingWebhookConfiguration extends Shape<typeof ValidatingWebhookConfiguration>, Plain {}
export const ValidatingWebhookConfiguration = kind<ValidatingWebhookConfiguration>(
  "admissionregistration.k8s.io/v1",
  "ValidatingWebhookConfiguration",
)({
  metadata: struct(1, ObjectMeta),
  webhooks: omitempty(2, by("name", ValidatingWebhook), { patch: "merge" }),
});

export type ValidatingWebhookConfigurationList = KubeList<ValidatingWebhookConfiguration>;
export const ValidatingWebhookConfigurationList = kindList(ValidatingWebhookConfiguration);
