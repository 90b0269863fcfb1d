/**
 * How much storage is left, by topology.
 * A table of storage.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import { field, kind, optional, type Plain, quantity, type Shape, string, struct } from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export interface CSIStorageCapacity extends Shape<typeof CSIStorageCapacity>, Plain {}
export const CSIStorageCapacity = kind<CSIStorageCapacity>(
  "storage.k8s.io/v1",
  "CSIStorageCapacity",
)({
  metadata: struct(1, ObjectMeta),
  nodeTopology: optional(2, LabelSelector),
  storageClassName: field(3, string),
  capacity: optional(4, quantity),
  maximumVolumeSize: optional(5, quantity),
});

export type CSIStorageCapacityList = KubeList<CSIStorageCapacity>;
export const CSIStorageCapacityList = kindList(CSIStorageCapacity);
