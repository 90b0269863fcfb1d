/**
 * Classes of changeable volume attributes.
 * A table of storage.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import { field, kind, map, omitempty, type Plain, type Shape, string, struct } from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export interface VolumeAttributesClass extends Shape<typeof VolumeAttributesClass>, Plain {}
export const VolumeAttributesClass = kind<VolumeAttributesClass>(
  "storage.k8s.io/v1",
  "VolumeAttributesClass",
)({
  metadata: struct(1, ObjectMeta),
  driverName: field(2, string),
  parameters: omitempty(3, map(string)),
});

export type VolumeAttributesClassList = KubeList<VolumeAttributesClass>;
export const VolumeAttributesClassList = kindList(VolumeAttributesClass);
