/** The types of admissionregistration.k8s.io/v1: each name is a type and its table. */
export {
  MatchCondition,
  MatchPolicyType,
  MatchResources,
  NamedRuleWithOperations,
  OperationType,
  Rule,
  RuleWithOperations,
  ScopeType,
} from "./match.ts";
export {
  ApplyConfiguration,
  JSONPatch,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  MutatingAdmissionPolicyBindingList,
  MutatingAdmissionPolicyBindingSpec,
  MutatingAdmissionPolicyList,
  MutatingAdmissionPolicySpec,
  Mutation,
  PatchType,
} from "./mutating-admission-policy.ts";
export {
  ExpressionWarning,
  ParameterNotFoundActionType,
  ParamKind,
  ParamRef,
  TypeChecking,
  Variable,
} from "./policy.ts";
export {
  AuditAnnotation,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicyBindingList,
  ValidatingAdmissionPolicyBindingSpec,
  ValidatingAdmissionPolicyList,
  ValidatingAdmissionPolicySpec,
  ValidatingAdmissionPolicyStatus,
  Validation,
  ValidationAction,
} from "./validating-admission-policy.ts";
export {
  FailurePolicyType,
  MutatingWebhook,
  MutatingWebhookConfiguration,
  MutatingWebhookConfigurationList,
  ReinvocationPolicyType,
  ServiceReference,
  SideEffectClass,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
  ValidatingWebhookConfigurationList,
  WebhookClientConfig,
} from "./webhook.ts";
