/**
 * Classic discovery: groups, versions and resources, and names of kinds.
 * A table of meta.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  boxed,
  field,
  kind,
  list,
  message,
  omitempty,
  type Plain,
  type Shape,
  string,
  struct,
} from "../../schema/mod.ts";

export interface GroupVersionForDiscovery extends Shape<typeof GroupVersionForDiscovery>, Plain {}
export const GroupVersionForDiscovery = message<GroupVersionForDiscovery>("GroupVersionForDiscovery")({
  groupVersion: field(1, string),
  version: field(2, string),
});

export interface ServerAddressByClientCIDR extends Shape<typeof ServerAddressByClientCIDR>, Plain {}
export const ServerAddressByClientCIDR = message<ServerAddressByClientCIDR>("ServerAddressByClientCIDR")({
  clientCIDR: field(1, string),
  serverAddress: field(2, string),
});

export interface APIGroup extends Shape<typeof APIGroup>, Plain {}
export const APIGroup = kind<APIGroup>(
  "v1",
  "APIGroup",
)({
  name: field(1, string),
  versions: field(2, atomic(GroupVersionForDiscovery)),
  preferredVersion: struct(3, GroupVersionForDiscovery),
  serverAddressByClientCIDRs: omitempty(4, atomic(ServerAddressByClientCIDR)),
});

export interface APIGroupList extends Shape<typeof APIGroupList>, Plain {}
export const APIGroupList = kind<APIGroupList>(
  "v1",
  "APIGroupList",
)({
  groups: field(1, atomic(APIGroup)),
});

export interface APIResource extends Shape<typeof APIResource>, Plain {}
export const APIResource = message<APIResource>("APIResource")({
  name: field(1, string),
  singularName: field(6, string),
  namespaced: field(2, bool),
  group: omitempty(8, string),
  version: omitempty(9, string),
  kind: field(3, string),
  verbs: field(4, boxed(list(string))),
  shortNames: omitempty(5, atomic(string)),
  categories: omitempty(7, atomic(string)),
  storageVersionHash: omitempty(10, string),
});

export interface APIResourceList extends Shape<typeof APIResourceList>, Plain {}
export const APIResourceList = kind<APIResourceList>(
  "v1",
  "APIResourceList",
)({
  groupVersion: field(1, string),
  resources: field(2, atomic(APIResource)),
});

export interface APIVersions extends Shape<typeof APIVersions>, Plain {}
export const APIVersions = kind<APIVersions>(
  "v1",
  "APIVersions",
)({
  versions: field(1, atomic(string)),
  serverAddressByClientCIDRs: field(2, atomic(ServerAddressByClientCIDR)),
});

export interface GroupResource extends Shape<typeof GroupResource>, Plain {}
export const GroupResource = message<GroupResource>("GroupResource")({
  group: field(1, string),
  resource: field(2, string),
});

export interface GroupVersionKind extends Shape<typeof GroupVersionKind>, Plain {}
export const GroupVersionKind = message<GroupVersionKind>("GroupVersionKind")({
  group: field(1, string),
  version: field(2, string),
  kind: field(3, string),
});

export interface GroupVersionResource extends Shape<typeof GroupVersionResource>, Plain {}
export const GroupVersionResource = message<GroupVersionResource>("GroupVersionResource")({
  group: field(1, string),
  version: field(2, string),
  resource: field(3, string),
});

export interface RootPaths extends Shape<typeof RootPaths>, Plain {}
export const RootPaths = message<RootPaths>("RootPaths")({
  paths: field(1, atomic(string)),
});
