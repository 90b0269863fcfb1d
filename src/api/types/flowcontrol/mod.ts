/** The types of flowcontrol.apiserver.k8s.io/v1: each name is a type and its table; and what every cluster has. */
export {
  FlowDistinguisherMethod,
  FlowDistinguisherMethodType,
  FlowSchema,
  FlowSchemaCondition,
  FlowSchemaList,
  FlowSchemaSpec,
  FlowSchemaStatus,
  GroupSubject,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  PriorityLevelConfigurationReference,
  ResourcePolicyRule,
  ServiceAccountSubject,
  Subject,
  SubjectKind,
  UserSubject,
} from "./flow-schema.ts";
export {
  ExemptPriorityLevelConfiguration,
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  LimitResponseType,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationCondition,
  PriorityLevelConfigurationList,
  PriorityLevelConfigurationSpec,
  PriorityLevelConfigurationStatus,
  PriorityLevelEnablement,
  QueuingConfiguration,
} from "./priority-level-configuration.ts";
export { catchAllLevel, catchAllSchema, exemptSchema } from "./mandatory.ts";
