/**
 * Attachments of volumes to nodes.
 * A table of storage.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  bool,
  field,
  int32,
  kind,
  map,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
  time,
} from "../../schema/mod.ts";
import { PersistentVolumeSpec } from "../core/persistent-volume.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export interface VolumeAttachmentSource extends Shape<typeof VolumeAttachmentSource>, Plain {}
export const VolumeAttachmentSource = message<VolumeAttachmentSource>("VolumeAttachmentSource")({
  persistentVolumeName: optional(1, string),
  inlineVolumeSpec: optional(2, PersistentVolumeSpec),
});

export interface VolumeAttachmentSpec extends Shape<typeof VolumeAttachmentSpec>, Plain {}
export const VolumeAttachmentSpec = message<VolumeAttachmentSpec>("VolumeAttachmentSpec")({
  attacher: field(1, string),
  source: field(2, VolumeAttachmentSource),
  nodeName: field(3, string),
});

export interface VolumeError extends Shape<typeof VolumeError>, Plain {}
export const VolumeError = message<VolumeError>("VolumeError")({
  time: nullable(1, time),
  message: omitempty(2, string),
  errorCode: optional(3, int32, { gate: "MutableCSINodeAllocatableCount" }),
});

export interface VolumeAttachmentStatus extends Shape<typeof VolumeAttachmentStatus>, Plain {}
export const VolumeAttachmentStatus = message<VolumeAttachmentStatus>("VolumeAttachmentStatus")({
  attached: field(1, bool),
  attachmentMetadata: omitempty(2, map(string)),
  attachError: optional(3, VolumeError),
  detachError: optional(4, VolumeError),
});

export interface VolumeAttachment extends Shape<typeof VolumeAttachment>, Plain {}
export const VolumeAttachment = kind<VolumeAttachment>(
  "storage.k8s.io/v1",
  "VolumeAttachment",
)({
  metadata: struct(1, ObjectMeta),
  spec: field(2, VolumeAttachmentSpec),
  status: struct(3, VolumeAttachmentStatus),
});

export type VolumeAttachmentList = KubeList<VolumeAttachment>;
export const VolumeAttachmentList = kindList(VolumeAttachment);
