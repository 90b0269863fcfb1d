/**
 * Options of the verbs, as query parameters and as the body of a delete.
 * A table of meta.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  enumOf,
  known,
  field,
  int64,
  kind,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  type Value,
} from "../../schema/mod.ts";

export interface ApplyOptions extends Shape<typeof ApplyOptions>, Plain {}
export const ApplyOptions = kind<ApplyOptions>(
  "v1",
  "ApplyOptions",
)({
  dryRun: omitempty(1, atomic(string)),
  force: field(2, bool),
  fieldManager: field(3, string),
});

export interface CreateOptions extends Shape<typeof CreateOptions>, Plain {}
export const CreateOptions = kind<CreateOptions>(
  "v1",
  "CreateOptions",
)({
  dryRun: omitempty(1, atomic(string)),
  fieldManager: omitempty(3, string),
  fieldValidation: omitempty(4, string),
});

export interface Preconditions extends Shape<typeof Preconditions>, Plain {}
export const Preconditions = message<Preconditions>("Preconditions")({
  uid: optional(1, string),
  resourceVersion: optional(2, string),
});

export type DeletionPropagation = Value<typeof DeletionPropagation>;
export const DeletionPropagation = known("Background", "Foreground", "Orphan");

export interface DeleteOptions extends Shape<typeof DeleteOptions>, Plain {}
export const DeleteOptions = kind<DeleteOptions>(
  "v1",
  "DeleteOptions",
)({
  gracePeriodSeconds: optional(1, int64),
  preconditions: optional(2, Preconditions),
  orphanDependents: optional(3, bool),
  propagationPolicy: optional(4, DeletionPropagation),
  dryRun: omitempty(5, atomic(string)),
  ignoreStoreReadErrorWithClusterBreakingPotential: optional(6, bool),
});

export interface GetOptions extends Shape<typeof GetOptions>, Plain {}
export const GetOptions = kind<GetOptions>(
  "v1",
  "GetOptions",
)({
  resourceVersion: omitempty(1, string),
});

export type ResourceVersionMatch = Value<typeof ResourceVersionMatch>;
export const ResourceVersionMatch = enumOf("Exact", "NotOlderThan");

export interface ListOptions extends Shape<typeof ListOptions>, Plain {}
export const ListOptions = kind<ListOptions>(
  "v1",
  "ListOptions",
)({
  labelSelector: omitempty(1, string),
  fieldSelector: omitempty(2, string),
  watch: omitempty(3, bool),
  allowWatchBookmarks: omitempty(9, bool),
  resourceVersion: omitempty(4, string),
  resourceVersionMatch: omitempty(10, ResourceVersionMatch),
  timeoutSeconds: optional(5, int64),
  limit: omitempty(7, int64),
  continue: omitempty(8, string),
  sendInitialEvents: optional(11, bool),
  shardSelector: omitempty(15, string, { gate: "ShardedListAndWatch" }),
});

export interface PatchOptions extends Shape<typeof PatchOptions>, Plain {}
export const PatchOptions = kind<PatchOptions>(
  "v1",
  "PatchOptions",
)({
  dryRun: omitempty(1, atomic(string)),
  force: optional(2, bool),
  fieldManager: omitempty(3, string),
  fieldValidation: omitempty(4, string),
});

export type IncludeObjectPolicy = Value<typeof IncludeObjectPolicy>;
export const IncludeObjectPolicy = enumOf("Metadata", "None", "Object");

export interface TableOptions extends Shape<typeof TableOptions>, Plain {}
export const TableOptions = kind<TableOptions>(
  "v1",
  "TableOptions",
)({
  includeObject: omitempty(1, IncludeObjectPolicy),
});

export interface UpdateOptions extends Shape<typeof UpdateOptions>, Plain {}
export const UpdateOptions = kind<UpdateOptions>(
  "v1",
  "UpdateOptions",
)({
  dryRun: omitempty(1, atomic(string)),
  fieldManager: omitempty(2, string),
  fieldValidation: omitempty(3, string),
});
