/**
 * Metadata of objects and lists, and objects of which only that is known.
 * A table of meta.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  by,
  known,
  field,
  fieldsV1,
  int64,
  kind,
  map,
  message,
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

export interface ShardInfo extends Shape<typeof ShardInfo>, Plain {}
export const ShardInfo = message<ShardInfo>("ShardInfo")({
  selector: field(1, string),
});

export interface ListMeta extends Shape<typeof ListMeta>, Plain {}
export const ListMeta = message<ListMeta>("ListMeta")({
  selfLink: omitempty(1, string),
  resourceVersion: omitempty(2, string),
  continue: omitempty(3, string),
  remainingItemCount: optional(4, int64),
  shardInfo: optional(5, ShardInfo, { gate: "ShardedListAndWatch" }),
});

export type ManagedFieldsOperationType = Value<typeof ManagedFieldsOperationType>;
export const ManagedFieldsOperationType = known("Apply", "Update");

export interface ManagedFieldsEntry extends Shape<typeof ManagedFieldsEntry>, Plain {}
export const ManagedFieldsEntry = message<ManagedFieldsEntry>("ManagedFieldsEntry")({
  manager: omitempty(1, string),
  operation: omitempty(2, ManagedFieldsOperationType),
  apiVersion: omitempty(3, string),
  time: optional(4, time),
  fieldsType: omitempty(6, string),
  fieldsV1: optional(7, fieldsV1),
  subresource: omitempty(8, string),
});

export interface OwnerReference extends Shape<typeof OwnerReference>, Plain {}
export const OwnerReference = message<OwnerReference>("OwnerReference", { atomic: true })({
  apiVersion: field(5, string),
  kind: field(1, string),
  name: field(3, string),
  uid: field(4, string),
  controller: optional(6, bool),
  blockOwnerDeletion: optional(7, bool),
});

export interface ObjectMeta extends Shape<typeof ObjectMeta>, Plain {}
export const ObjectMeta = message<ObjectMeta>("ObjectMeta")({
  name: omitempty(1, string),
  generateName: omitempty(2, string),
  namespace: omitempty(3, string),
  selfLink: omitempty(4, string),
  uid: omitempty(5, string),
  resourceVersion: omitempty(6, string),
  generation: omitempty(7, int64),
  creationTimestamp: omitempty(8, time),
  deletionTimestamp: optional(9, time),
  deletionGracePeriodSeconds: optional(10, int64),
  labels: omitempty(11, map(string)),
  annotations: omitempty(12, map(string)),
  ownerReferences: omitempty(13, by("uid", OwnerReference), { patch: "merge" }),
  finalizers: omitempty(14, set(string), { patch: "merge" }),
  managedFields: omitempty(17, atomic(ManagedFieldsEntry)),
});

export interface PartialObjectMetadata extends Shape<typeof PartialObjectMetadata>, Plain {}
export const PartialObjectMetadata = kind<PartialObjectMetadata>(
  "meta.k8s.io/v1",
  "PartialObjectMetadata",
)({
  metadata: struct(1, ObjectMeta),
});

/** What every stored object has. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}
