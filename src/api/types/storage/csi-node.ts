/**
 * The CSI drivers of a node.
 * A table of storage.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  by,
  field,
  int32,
  kind,
  message,
  nullable,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export interface VolumeNodeResources extends Shape<typeof VolumeNodeResources>, Plain {}
export const VolumeNodeResources = message<VolumeNodeResources>("VolumeNodeResources")({
  count: optional(1, int32),
});

export interface CSINodeDriver extends Shape<typeof CSINodeDriver>, Plain {}
export const CSINodeDriver = message<CSINodeDriver>("CSINodeDriver")({
  name: field(1, string),
  nodeID: field(2, string),
  topologyKeys: nullable(3, atomic(string)),
  allocatable: optional(4, VolumeNodeResources),
});

export interface CSINodeSpec extends Shape<typeof CSINodeSpec>, Plain {}
export const CSINodeSpec = message<CSINodeSpec>("CSINodeSpec")({
  drivers: nullable(1, by("name", CSINodeDriver), { required: true, patch: "merge" }),
});

export interface CSINode extends Shape<typeof CSINode>, Plain {}
export const CSINode = kind<CSINode>(
  "storage.k8s.io/v1",
  "CSINode",
)({
  metadata: struct(1, ObjectMeta),
  spec: field(2, CSINodeSpec),
});

export type CSINodeList = KubeList<CSINode>;
export const CSINodeList = kindList(CSINode);
