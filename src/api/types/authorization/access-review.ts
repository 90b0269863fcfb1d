/**
 * Asking what a user may do.
 * A table of authorization.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  boxed,
  field,
  kind,
  list,
  map,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
} from "../../schema/mod.ts";
import { FieldSelectorRequirement, LabelSelectorRequirement } from "../meta/label-selector.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export interface FieldSelectorAttributes extends Shape<typeof FieldSelectorAttributes>, Plain {}
export const FieldSelectorAttributes = message<FieldSelectorAttributes>("FieldSelectorAttributes")({
  rawSelector: omitempty(1, string),
  requirements: omitempty(2, atomic(FieldSelectorRequirement)),
});

export interface LabelSelectorAttributes extends Shape<typeof LabelSelectorAttributes>, Plain {}
export const LabelSelectorAttributes = message<LabelSelectorAttributes>("LabelSelectorAttributes")({
  rawSelector: omitempty(1, string),
  requirements: omitempty(2, atomic(LabelSelectorRequirement)),
});

export interface ResourceAttributes extends Shape<typeof ResourceAttributes>, Plain {}
export const ResourceAttributes = message<ResourceAttributes>("ResourceAttributes")({
  namespace: omitempty(1, string),
  verb: omitempty(2, string),
  group: omitempty(3, string),
  version: omitempty(4, string),
  resource: omitempty(5, string),
  subresource: omitempty(6, string),
  name: omitempty(7, string),
  fieldSelector: optional(8, FieldSelectorAttributes),
  labelSelector: optional(9, LabelSelectorAttributes),
});

export interface NonResourceAttributes extends Shape<typeof NonResourceAttributes>, Plain {}
export const NonResourceAttributes = message<NonResourceAttributes>("NonResourceAttributes")({
  path: omitempty(1, string),
  verb: omitempty(2, string),
});

export interface SubjectAccessReviewSpec extends Shape<typeof SubjectAccessReviewSpec>, Plain {}
export const SubjectAccessReviewSpec = message<SubjectAccessReviewSpec>("SubjectAccessReviewSpec")({
  resourceAttributes: optional(1, ResourceAttributes),
  nonResourceAttributes: optional(2, NonResourceAttributes),
  user: omitempty(3, string),
  groups: omitempty(4, atomic(string)),
  extra: omitempty(5, map(boxed(list(string)))),
  uid: omitempty(6, string),
});

export interface SubjectAccessReviewStatus extends Shape<typeof SubjectAccessReviewStatus>, Plain {}
export const SubjectAccessReviewStatus = message<SubjectAccessReviewStatus>("SubjectAccessReviewStatus")({
  allowed: field(1, bool),
  denied: omitempty(4, bool),
  reason: omitempty(2, string),
  evaluationError: omitempty(3, string),
});

export interface LocalSubjectAccessReview extends Shape<typeof LocalSubjectAccessReview>, Plain {}
export const LocalSubjectAccessReview = kind<LocalSubjectAccessReview>(
  "authorization.k8s.io/v1",
  "LocalSubjectAccessReview",
)({
  metadata: struct(1, ObjectMeta),
  spec: field(2, SubjectAccessReviewSpec),
  status: struct(3, SubjectAccessReviewStatus),
});

export interface NonResourceRule extends Shape<typeof NonResourceRule>, Plain {}
export const NonResourceRule = message<NonResourceRule>("NonResourceRule")({
  verbs: field(1, atomic(string)),
  nonResourceURLs: omitempty(2, atomic(string)),
});

export interface ResourceRule extends Shape<typeof ResourceRule>, Plain {}
export const ResourceRule = message<ResourceRule>("ResourceRule")({
  verbs: field(1, atomic(string)),
  apiGroups: omitempty(2, atomic(string)),
  resources: omitempty(3, atomic(string)),
  resourceNames: omitempty(4, atomic(string)),
});

export interface SelfSubjectAccessReviewSpec extends Shape<typeof SelfSubjectAccessReviewSpec>, Plain {}
export const SelfSubjectAccessReviewSpec = message<SelfSubjectAccessReviewSpec>(
  "SelfSubjectAccessReviewSpec",
)({
  resourceAttributes: optional(1, ResourceAttributes),
  nonResourceAttributes: optional(2, NonResourceAttributes),
});

export interface SelfSubjectAccessReview extends Shape<typeof SelfSubjectAccessReview>, Plain {}
export const SelfSubjectAccessReview = kind<SelfSubjectAccessReview>(
  "authorization.k8s.io/v1",
  "SelfSubjectAccessReview",
)({
  metadata: struct(1, ObjectMeta),
  spec: field(2, SelfSubjectAccessReviewSpec),
  status: struct(3, SubjectAccessReviewStatus),
});

export interface SelfSubjectRulesReviewSpec extends Shape<typeof SelfSubjectRulesReviewSpec>, Plain {}
export const SelfSubjectRulesReviewSpec = message<SelfSubjectRulesReviewSpec>("SelfSubjectRulesReviewSpec")({
  namespace: omitempty(1, string),
});

export interface SubjectRulesReviewStatus extends Shape<typeof SubjectRulesReviewStatus>, Plain {}
export const SubjectRulesReviewStatus = message<SubjectRulesReviewStatus>("SubjectRulesReviewStatus")({
  resourceRules: field(1, atomic(ResourceRule)),
  nonResourceRules: field(2, atomic(NonResourceRule)),
  incomplete: field(3, bool),
  evaluationError: omitempty(4, string),
});

export interface SelfSubjectRulesReview extends Shape<typeof SelfSubjectRulesReview>, Plain {}
export const SelfSubjectRulesReview = kind<SelfSubjectRulesReview>(
  "authorization.k8s.io/v1",
  "SelfSubjectRulesReview",
)({
  metadata: struct(1, ObjectMeta),
  spec: field(2, SelfSubjectRulesReviewSpec),
  status: struct(3, SubjectRulesReviewStatus),
});

export interface SubjectAccessReview extends Shape<typeof SubjectAccessReview>, Plain {}
export const SubjectAccessReview = kind<SubjectAccessReview>(
  "authorization.k8s.io/v1",
  "SubjectAccessReview",
)({
  metadata: struct(1, ObjectMeta),
  spec: field(2, SubjectAccessReviewSpec),
  status: struct(3, SubjectAccessReviewStatus),
});
