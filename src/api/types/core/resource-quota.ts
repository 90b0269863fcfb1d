/**
 * Quotas of a namespace.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  enumOf,
  field,
  kind,
  map,
  message,
  omitempty,
  optional,
  type Plain,
  quantity,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export type ResourceQuotaScope = Value<typeof ResourceQuotaScope>;
export const ResourceQuotaScope = enumOf(
  "BestEffort",
  "CrossNamespacePodAffinity",
  "NotBestEffort",
  "NotTerminating",
  "PriorityClass",
  "Terminating",
  "VolumeAttributesClass",
);

export type ScopeSelectorOperator = Value<typeof ScopeSelectorOperator>;
export const ScopeSelectorOperator = enumOf("DoesNotExist", "Exists", "In", "NotIn");

export interface ScopedResourceSelectorRequirement
  extends Shape<typeof ScopedResourceSelectorRequirement>,
    Plain {}
export const ScopedResourceSelectorRequirement = message<ScopedResourceSelectorRequirement>(
  "ScopedResourceSelectorRequirement",
)({
  scopeName: field(1, ResourceQuotaScope),
  operator: field(2, ScopeSelectorOperator),
  values: omitempty(3, atomic(string)),
});

export interface ScopeSelector extends Shape<typeof ScopeSelector>, Plain {}
export const ScopeSelector = message<ScopeSelector>("ScopeSelector", { atomic: true })({
  matchExpressions: omitempty(1, atomic(ScopedResourceSelectorRequirement)),
});

export interface ResourceQuotaSpec extends Shape<typeof ResourceQuotaSpec>, Plain {}
export const ResourceQuotaSpec = message<ResourceQuotaSpec>("ResourceQuotaSpec")({
  hard: omitempty(1, map(quantity)),
  scopes: omitempty(2, atomic(ResourceQuotaScope)),
  scopeSelector: optional(3, ScopeSelector),
});

export interface ResourceQuotaStatus extends Shape<typeof ResourceQuotaStatus>, Plain {}
export const ResourceQuotaStatus = message<ResourceQuotaStatus>("ResourceQuotaStatus")({
  hard: omitempty(1, map(quantity)),
  used: omitempty(2, map(quantity)),
});

export interface ResourceQuota extends Shape<typeof ResourceQuota>, Plain {}
export const ResourceQuota = kind<ResourceQuota>(
  "v1",
  "ResourceQuota",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, ResourceQuotaSpec),
  status: struct(3, ResourceQuotaStatus),
});

export type ResourceQuotaList = KubeList<ResourceQuota>;
export const ResourceQuotaList = kindList(ResourceQuota);
