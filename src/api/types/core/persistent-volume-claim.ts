/**
 * Claims to persistent storage.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  by,
  enumOf,
  known,
  field,
  kind,
  map,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  quantity,
  type Shape,
  string,
  struct,
  time,
  type Value,
} from "../../schema/mod.ts";
import { ConditionStatus } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { TypedLocalObjectReference, TypedObjectReference } from "./reference.ts";
import { VolumeResourceRequirements } from "./resources.ts";
import { defaultClaimSpec, defaultClaimStatus } from "./persistent-volume-defaults.ts";

export type PersistentVolumeClaimModifyVolumeStatus = Value<typeof PersistentVolumeClaimModifyVolumeStatus>;
export const PersistentVolumeClaimModifyVolumeStatus = enumOf("InProgress", "Infeasible", "Pending");

export interface ModifyVolumeStatus extends Shape<typeof ModifyVolumeStatus>, Plain {}
export const ModifyVolumeStatus = message<ModifyVolumeStatus>("ModifyVolumeStatus")({
  targetVolumeAttributesClassName: omitempty(1, string),
  status: field(2, PersistentVolumeClaimModifyVolumeStatus),
});

export type PersistentVolumeAccessMode = Value<typeof PersistentVolumeAccessMode>;
export const PersistentVolumeAccessMode = enumOf(
  "ReadOnlyMany",
  "ReadWriteMany",
  "ReadWriteOnce",
  "ReadWriteOncePod",
);

export type PersistentVolumeMode = Value<typeof PersistentVolumeMode>;
export const PersistentVolumeMode = enumOf("Block", "Filesystem");

export interface PersistentVolumeClaimSpec extends Shape<typeof PersistentVolumeClaimSpec>, Plain {}
export const PersistentVolumeClaimSpec = message<PersistentVolumeClaimSpec>("PersistentVolumeClaimSpec")(
  {
    accessModes: omitempty(1, atomic(PersistentVolumeAccessMode)),
    selector: optional(4, LabelSelector),
    resources: struct(2, VolumeResourceRequirements),
    volumeName: omitempty(3, string),
    storageClassName: optional(5, string),
    volumeMode: optional(6, PersistentVolumeMode),
    dataSource: optional(7, TypedLocalObjectReference),
    dataSourceRef: optional(8, TypedObjectReference),
    volumeAttributesClassName: optional(9, string, { gate: "VolumeAttributesClass" }),
  },
  { default: defaultClaimSpec },
);

export type PersistentVolumeClaimConditionType = Value<typeof PersistentVolumeClaimConditionType>;
export const PersistentVolumeClaimConditionType = known(
  "ControllerResizeError",
  "FileSystemResizePending",
  "ModifyVolumeError",
  "ModifyingVolume",
  "NodeResizeError",
  "Resizing",
  "Unused",
);

export interface PersistentVolumeClaimCondition extends Shape<typeof PersistentVolumeClaimCondition>, Plain {}
export const PersistentVolumeClaimCondition = message<PersistentVolumeClaimCondition>(
  "PersistentVolumeClaimCondition",
)({
  type: field(1, PersistentVolumeClaimConditionType),
  status: field(2, ConditionStatus),
  lastProbeTime: nullable(3, time),
  lastTransitionTime: nullable(4, time),
  reason: omitempty(5, string),
  message: omitempty(6, string),
});

export type PersistentVolumeClaimPhase = Value<typeof PersistentVolumeClaimPhase>;
export const PersistentVolumeClaimPhase = enumOf("Bound", "Lost", "Pending");

export type ClaimResourceStatus = Value<typeof ClaimResourceStatus>;
export const ClaimResourceStatus = enumOf(
  "ControllerResizeInProgress",
  "ControllerResizeInfeasible",
  "NodeResizeInProgress",
  "NodeResizeInfeasible",
  "NodeResizePending",
);

export interface PersistentVolumeClaimStatus extends Shape<typeof PersistentVolumeClaimStatus>, Plain {}
export const PersistentVolumeClaimStatus = message<PersistentVolumeClaimStatus>(
  "PersistentVolumeClaimStatus",
)(
  {
    phase: omitempty(1, PersistentVolumeClaimPhase),
    accessModes: omitempty(2, atomic(PersistentVolumeAccessMode)),
    capacity: omitempty(3, map(quantity)),
    conditions: omitempty(4, by("type", PersistentVolumeClaimCondition), { patch: "merge" }),
    allocatedResources: omitempty(5, map(quantity)),
    allocatedResourceStatuses: omitempty(7, map(ClaimResourceStatus), { topology: "granular" }),
    currentVolumeAttributesClassName: optional(8, string, { gate: "VolumeAttributesClass" }),
    modifyVolumeStatus: optional(9, ModifyVolumeStatus, { gate: "VolumeAttributesClass" }),
  },
  { default: defaultClaimStatus },
);

export interface PersistentVolumeClaim extends Shape<typeof PersistentVolumeClaim>, Plain {}
export const PersistentVolumeClaim = kind<PersistentVolumeClaim>(
  "v1",
  "PersistentVolumeClaim",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, PersistentVolumeClaimSpec),
  status: struct(3, PersistentVolumeClaimStatus),
});

export type PersistentVolumeClaimList = KubeList<PersistentVolumeClaim>;
export const PersistentVolumeClaimList = kindList(PersistentVolumeClaim);

export interface PersistentVolumeClaimTemplate extends Shape<typeof PersistentVolumeClaimTemplate>, Plain {}
export const PersistentVolumeClaimTemplate = message<PersistentVolumeClaimTemplate>(
  "PersistentVolumeClaimTemplate",
)({
  metadata: struct(1, ObjectMeta),
  spec: field(2, PersistentVolumeClaimSpec),
});
