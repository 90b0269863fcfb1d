/**
 * Storage classes.
 * A table of storage.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  enumOf,
  field,
  kind,
  map,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { TopologySelectorTerm } from "../core/node-selector.ts";
import { PersistentVolumeReclaimPolicy } from "../core/persistent-volume.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { defaultStorageClass } from "./storage-class-defaults.ts";

export type VolumeBindingMode = Value<typeof VolumeBindingMode>;
export const VolumeBindingMode = enumOf("Immediate", "WaitForFirstConsumer");

export interface StorageClass extends Shape<typeof StorageClass>, Plain {}
export const StorageClass = kind<StorageClass>("storage.k8s.io/v1", "StorageClass")(
  {
    metadata: struct(1, ObjectMeta),
    provisioner: field(2, string),
    parameters: omitempty(3, map(string)),
    reclaimPolicy: optional(4, PersistentVolumeReclaimPolicy),
    mountOptions: omitempty(5, atomic(string)),
    allowVolumeExpansion: optional(6, bool),
    volumeBindingMode: optional(7, VolumeBindingMode),
    allowedTopologies: omitempty(8, atomic(TopologySelectorTerm)),
  },
  { default: defaultStorageClass },
);

export type StorageClassList = KubeList<StorageClass>;
export const StorageClassList = kindList(StorageClass);
