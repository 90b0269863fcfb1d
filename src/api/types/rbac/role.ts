/**
 * Roles and their bindings.
 * A table of rbac.authorization.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  always,
  atomic,
  field,
  kind,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { defaultRoleRef, defaultSubject } from "./role-defaults.ts";

export interface AggregationRule extends Shape<typeof AggregationRule>, Plain {}
export const AggregationRule = message<AggregationRule>("AggregationRule")({
  clusterRoleSelectors: omitempty(1, atomic(LabelSelector)),
});

export interface PolicyRule extends Shape<typeof PolicyRule>, Plain {}
export const PolicyRule = message<PolicyRule>("PolicyRule")({
  verbs: field(1, atomic(string)),
  apiGroups: omitempty(2, atomic(string)),
  resources: omitempty(3, atomic(string)),
  resourceNames: omitempty(4, atomic(string)),
  nonResourceURLs: omitempty(5, atomic(string)),
});

export interface ClusterRole extends Shape<typeof ClusterRole>, Plain {}
export const ClusterRole = kind<ClusterRole>(
  "rbac.authorization.k8s.io/v1",
  "ClusterRole",
)({
  metadata: struct(1, ObjectMeta),
  rules: nullable(2, atomic(PolicyRule)),
  aggregationRule: optional(3, AggregationRule),
});

export interface Subject extends Shape<typeof Subject>, Plain {}
export const Subject = message<Subject>("Subject", { atomic: true })(
  {
    kind: field(1, string),
    apiGroup: omitempty(2, string),
    name: field(3, string),
    namespace: omitempty(4, string),
  },
  { default: defaultSubject },
);

export interface RoleRef extends Shape<typeof RoleRef>, Plain {}
export const RoleRef = message<RoleRef>("RoleRef", { atomic: true })(
  {
    apiGroup: always(1, string),
    kind: field(2, string),
    name: field(3, string),
  },
  { default: defaultRoleRef },
);

export interface ClusterRoleBinding extends Shape<typeof ClusterRoleBinding>, Plain {}
export const ClusterRoleBinding = kind<ClusterRoleBinding>(
  "rbac.authorization.k8s.io/v1",
  "ClusterRoleBinding",
)({
  metadata: struct(1, ObjectMeta),
  subjects: omitempty(2, atomic(Subject)),
  roleRef: field(3, RoleRef),
});

export type ClusterRoleBindingList = KubeList<ClusterRoleBinding>;
export const ClusterRoleBindingList = kindList(ClusterRoleBinding);

export type ClusterRoleList = KubeList<ClusterRole>;
export const ClusterRoleList = kindList(ClusterRole);

export interface Role extends Shape<typeof Role>, Plain {}
export const Role = kind<Role>(
  "rbac.authorization.k8s.io/v1",
  "Role",
)({
  metadata: struct(1, ObjectMeta),
  rules: nullable(2, atomic(PolicyRule)),
});

export interface RoleBinding extends Shape<typeof RoleBinding>, Plain {}
export const RoleBinding = kind<RoleBinding>(
  "rbac.authorization.k8s.io/v1",
  "RoleBinding",
)({
  metadata: struct(1, ObjectMeta),
  subjects: omitempty(2, atomic(Subject)),
  roleRef: field(3, RoleRef),
});

export type RoleBindingList = KubeList<RoleBinding>;
export const RoleBindingList = kindList(RoleBinding);

export type RoleList = KubeList<Role>;
export const RoleList = kindList(Role);
