/**
 * Aggregated discovery.
 * A table of apidiscovery.k8s.io/v2; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  by,
  enumOf,
  known,
  field,
  kind,
  message,
  omitempty,
  optional,
  type Plain,
  set,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { GroupVersionKind } from "../meta/discovery.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export interface APISubresourceDiscovery extends Shape<typeof APISubresourceDiscovery>, Plain {}
export const APISubresourceDiscovery = message<APISubresourceDiscovery>("APISubresourceDiscovery")({
  subresource: field(1, string),
  responseKind: optional(2, GroupVersionKind),
  acceptedTypes: omitempty(3, by(["group", "version", "kind"], GroupVersionKind)),
  verbs: field(4, set(string)),
});

export type ResourceScope = Value<typeof ResourceScope>;
export const ResourceScope = known("Cluster", "Namespaced");

export interface APIResourceDiscovery extends Shape<typeof APIResourceDiscovery>, Plain {}
export const APIResourceDiscovery = message<APIResourceDiscovery>("APIResourceDiscovery")({
  resource: field(1, string),
  responseKind: optional(2, GroupVersionKind),
  scope: field(3, ResourceScope),
  singularResource: field(4, string),
  verbs: field(5, set(string)),
  shortNames: omitempty(6, set(string)),
  categories: omitempty(7, set(string)),
  subresources: omitempty(8, by("subresource", APISubresourceDiscovery)),
});

export type DiscoveryFreshness = Value<typeof DiscoveryFreshness>;
export const DiscoveryFreshness = enumOf("Current", "Stale");

export interface APIVersionDiscovery extends Shape<typeof APIVersionDiscovery>, Plain {}
export const APIVersionDiscovery = message<APIVersionDiscovery>("APIVersionDiscovery")({
  version: field(1, string),
  resources: omitempty(2, by("resource", APIResourceDiscovery)),
  freshness: omitempty(3, DiscoveryFreshness),
});

export interface APIGroupDiscovery extends Shape<typeof APIGroupDiscovery>, Plain {}
export const APIGroupDiscovery = kind<APIGroupDiscovery>(
  "apidiscovery.k8s.io/v2",
  "APIGroupDiscovery",
)({
  metadata: struct(1, ObjectMeta),
  versions: omitempty(2, by("version", APIVersionDiscovery)),
});

export type APIGroupDiscoveryList = KubeList<APIGroupDiscovery>;
export const APIGroupDiscoveryList = kindList(APIGroupDiscovery);
