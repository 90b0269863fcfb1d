/** The types of meta: each name is a type and its table. */
export { Condition, ConditionStatus } from "./condition.ts";
export {
  APIGroup,
  APIGroupList,
  APIResource,
  APIResourceList,
  APIVersions,
  GroupResource,
  GroupVersionForDiscovery,
  GroupVersionKind,
  GroupVersionResource,
  RootPaths,
  ServerAddressByClientCIDR,
} from "./discovery.ts";
export { kindList, type KubeList } from "./kind-list.ts";
export {
  FieldSelectorOperator,
  FieldSelectorRequirement,
  LabelSelector,
  LabelSelectorOperator,
  LabelSelectorRequirement,
} from "./label-selector.ts";
export { List, PartialObjectMetadataList } from "./list.ts";
export {
  type KubeObject,
  ListMeta,
  ManagedFieldsEntry,
  ManagedFieldsOperationType,
  ObjectMeta,
  OwnerReference,
  PartialObjectMetadata,
  ShardInfo,
} from "./object-meta.ts";
export {
  ApplyOptions,
  CreateOptions,
  DeleteOptions,
  DeletionPropagation,
  GetOptions,
  IncludeObjectPolicy,
  ListOptions,
  PatchOptions,
  Preconditions,
  ResourceVersionMatch,
  TableOptions,
  UpdateOptions,
} from "./options.ts";
export { CauseType, Status, StatusCause, StatusDetails, StatusReason } from "./status.ts";
export { RowConditionType, Table, TableColumnDefinition, TableRow, TableRowCondition } from "./table.ts";
export { WatchEvent } from "./watch-event.ts";
