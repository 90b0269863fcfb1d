/**
 * Audit policy, a configuration file.
 * A table of audit.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  field,
  kind,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { Level, Stage } from "./event.ts";

export interface GroupResources extends Shape<typeof GroupResources>, Plain {}
export const GroupResources = message<GroupResources>("GroupResources")({
  group: omitempty(1, string),
  resources: omitempty(2, atomic(string)),
  resourceNames: omitempty(3, atomic(string)),
});

export interface PolicyRule extends Shape<typeof PolicyRule>, Plain {}
export const PolicyRule = message<PolicyRule>("PolicyRule")({
  level: field(1, Level),
  users: omitempty(2, atomic(string)),
  userGroups: omitempty(3, atomic(string)),
  verbs: omitempty(4, atomic(string)),
  resources: omitempty(5, atomic(GroupResources)),
  namespaces: omitempty(6, atomic(string)),
  nonResourceURLs: omitempty(7, atomic(string)),
  omitStages: omitempty(8, atomic(Stage)),
  omitManagedFields: optional(9, bool),
});

export interface Policy extends Shape<typeof Policy>, Plain {}
export const Policy = kind<Policy>(
  "audit.k8s.io/v1",
  "Policy",
)({
  metadata: struct(1, ObjectMeta),
  rules: field(2, atomic(PolicyRule)),
  omitStages: omitempty(3, atomic(Stage)),
  omitManagedFields: omitempty(4, bool),
});

export type PolicyList = KubeList<Policy>;
export const PolicyList = kindList(Policy);
