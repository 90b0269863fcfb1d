/**
 * Flow schemas: which requests belong to which level.
 * A table of flowcontrol.apiserver.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  always,
  atomic,
  bool,
  by,
  known,
  field,
  int32,
  kind,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  set,
  type Shape,
  string,
  struct,
  time,
  type Value,
} from "../../schema/mod.ts";
import { ConditionStatus } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { defaultFlowSchema } from "./flow-defaults.ts";

export type FlowDistinguisherMethodType = Value<typeof FlowDistinguisherMethodType>;
export const FlowDistinguisherMethodType = known("ByNamespace", "ByUser");

export interface FlowDistinguisherMethod extends Shape<typeof FlowDistinguisherMethod>, Plain {}
export const FlowDistinguisherMethod = message<FlowDistinguisherMethod>("FlowDistinguisherMethod")({
  type: field(1, FlowDistinguisherMethodType),
});

export interface PriorityLevelConfigurationReference
  extends Shape<typeof PriorityLevelConfigurationReference>,
    Plain {}
export const PriorityLevelConfigurationReference = message<PriorityLevelConfigurationReference>(
  "PriorityLevelConfigurationReference",
)({
  name: field(1, string),
});

export interface UserSubject extends Shape<typeof UserSubject>, Plain {}
export const UserSubject = message<UserSubject>("UserSubject")({
  name: field(1, string),
});

export interface GroupSubject extends Shape<typeof GroupSubject>, Plain {}
export const GroupSubject = message<GroupSubject>("GroupSubject")({
  name: field(1, string),
});

export interface ServiceAccountSubject extends Shape<typeof ServiceAccountSubject>, Plain {}
export const ServiceAccountSubject = message<ServiceAccountSubject>("ServiceAccountSubject")({
  namespace: field(1, string),
  name: field(2, string),
});

export type SubjectKind = Value<typeof SubjectKind>;
export const SubjectKind = known("Group", "ServiceAccount", "User");

export interface Subject extends Shape<typeof Subject>, Plain {}
export const Subject = message<Subject>("Subject")({
  kind: field(1, SubjectKind),
  user: optional(2, UserSubject),
  group: optional(3, GroupSubject),
  serviceAccount: optional(4, ServiceAccountSubject),
});

export interface ResourcePolicyRule extends Shape<typeof ResourcePolicyRule>, Plain {}
export const ResourcePolicyRule = message<ResourcePolicyRule>("ResourcePolicyRule")({
  verbs: field(1, set(string)),
  apiGroups: field(2, set(string)),
  resources: field(3, set(string)),
  clusterScope: omitempty(4, bool),
  namespaces: nullable(5, set(string)),
});

export interface NonResourcePolicyRule extends Shape<typeof NonResourcePolicyRule>, Plain {}
export const NonResourcePolicyRule = message<NonResourcePolicyRule>("NonResourcePolicyRule")({
  verbs: field(1, set(string)),
  nonResourceURLs: field(6, set(string)),
});

export interface PolicyRulesWithSubjects extends Shape<typeof PolicyRulesWithSubjects>, Plain {}
export const PolicyRulesWithSubjects = message<PolicyRulesWithSubjects>("PolicyRulesWithSubjects")({
  subjects: field(1, atomic(Subject)),
  resourceRules: omitempty(2, atomic(ResourcePolicyRule)),
  nonResourceRules: omitempty(3, atomic(NonResourcePolicyRule)),
});

export interface FlowSchemaSpec extends Shape<typeof FlowSchemaSpec>, Plain {}
export const FlowSchemaSpec = message<FlowSchemaSpec>("FlowSchemaSpec")(
  {
    priorityLevelConfiguration: field(1, PriorityLevelConfigurationReference),
    matchingPrecedence: always(2, int32),
    distinguisherMethod: optional(3, FlowDistinguisherMethod),
    rules: omitempty(4, atomic(PolicyRulesWithSubjects)),
  },
  { default: defaultFlowSchema },
);

export interface FlowSchemaCondition extends Shape<typeof FlowSchemaCondition>, Plain {}
export const FlowSchemaCondition = message<FlowSchemaCondition>("FlowSchemaCondition")({
  type: omitempty(1, string),
  status: omitempty(2, ConditionStatus),
  lastTransitionTime: nullable(3, time),
  reason: omitempty(4, string),
  message: omitempty(5, string),
});

export interface FlowSchemaStatus extends Shape<typeof FlowSchemaStatus>, Plain {}
export const FlowSchemaStatus = message<FlowSchemaStatus>("FlowSchemaStatus")({
  conditions: omitempty(1, by("type", FlowSchemaCondition), { patch: "merge" }),
});

export interface FlowSchema extends Shape<typeof FlowSchema>, Plain {}
export const FlowSchema = kind<FlowSchema>(
  "flowcontrol.apiserver.k8s.io/v1",
  "FlowSchema",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, FlowSchemaSpec),
  status: struct(3, FlowSchemaStatus),
});

export type FlowSchemaList = KubeList<FlowSchema>;
export const FlowSchemaList = kindList(FlowSchema);
