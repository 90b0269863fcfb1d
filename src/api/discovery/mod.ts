/** Discovery documents. The door re-exports by name. */
export {
  type DiscoveredResource,
  Discovery,
  type DiscoveryDeps,
  type DiscoveryDocument,
  type DiscoveryOptions,
} from "./discovery.ts";
export { CUSTOM_GROUP_PRIORITY, compareGroups, compareVersions, groupPriority } from "./group-order.ts";
export { storageVersionHash } from "./storage-version-hash.ts";
export { type Subresource, subresourcesOf } from "./subresources.ts";
