/**
 * Persistent volumes.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  enumOf,
  inline,
  kind,
  map,
  message,
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
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { NodeSelector } from "./node-selector.ts";
import { PersistentVolumeAccessMode, PersistentVolumeMode } from "./persistent-volume-claim.ts";
import {
  AzureFilePersistentVolumeSource,
  CephFSPersistentVolumeSource,
  CinderPersistentVolumeSource,
  CSIPersistentVolumeSource,
  FlexPersistentVolumeSource,
  GlusterfsPersistentVolumeSource,
  ISCSIPersistentVolumeSource,
  LocalVolumeSource,
  RBDPersistentVolumeSource,
  ScaleIOPersistentVolumeSource,
  StorageOSPersistentVolumeSource,
} from "./persistent-volume-source.ts";
import { ObjectReference } from "./reference.ts";
import {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  FCVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  HostPathVolumeSource,
  NFSVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  QuobyteVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from "./volume-source.ts";
import { defaultVolumeSpec, defaultVolumeStatus } from "./persistent-volume-defaults.ts";

export interface PersistentVolumeSource extends Shape<typeof PersistentVolumeSource>, Plain {}
export const PersistentVolumeSource = message<PersistentVolumeSource>("PersistentVolumeSource")({
  gcePersistentDisk: optional(1, GCEPersistentDiskVolumeSource),
  awsElasticBlockStore: optional(2, AWSElasticBlockStoreVolumeSource),
  hostPath: optional(3, HostPathVolumeSource),
  glusterfs: optional(4, GlusterfsPersistentVolumeSource),
  nfs: optional(5, NFSVolumeSource),
  rbd: optional(6, RBDPersistentVolumeSource),
  iscsi: optional(7, ISCSIPersistentVolumeSource),
  cinder: optional(8, CinderPersistentVolumeSource),
  cephfs: optional(9, CephFSPersistentVolumeSource),
  fc: optional(10, FCVolumeSource),
  flocker: optional(11, FlockerVolumeSource),
  flexVolume: optional(12, FlexPersistentVolumeSource),
  azureFile: optional(13, AzureFilePersistentVolumeSource),
  vsphereVolume: optional(14, VsphereVirtualDiskVolumeSource),
  quobyte: optional(15, QuobyteVolumeSource),
  azureDisk: optional(16, AzureDiskVolumeSource),
  photonPersistentDisk: optional(17, PhotonPersistentDiskVolumeSource),
  portworxVolume: optional(18, PortworxVolumeSource),
  scaleIO: optional(19, ScaleIOPersistentVolumeSource),
  local: optional(20, LocalVolumeSource),
  storageos: optional(21, StorageOSPersistentVolumeSource),
  csi: optional(22, CSIPersistentVolumeSource),
});

export interface VolumeNodeAffinity extends Shape<typeof VolumeNodeAffinity>, Plain {}
export const VolumeNodeAffinity = message<VolumeNodeAffinity>("VolumeNodeAffinity")({
  required: optional(1, NodeSelector),
});

export type PersistentVolumeReclaimPolicy = Value<typeof PersistentVolumeReclaimPolicy>;
export const PersistentVolumeReclaimPolicy = enumOf("Delete", "Recycle", "Retain");

export interface PersistentVolumeSpec extends Shape<typeof PersistentVolumeSpec>, Plain {}
export const PersistentVolumeSpec = message<PersistentVolumeSpec>("PersistentVolumeSpec")(
  {
    capacity: omitempty(1, map(quantity)),
    ...inline(2, PersistentVolumeSource),
    accessModes: omitempty(3, atomic(PersistentVolumeAccessMode)),
    claimRef: optional(4, ObjectReference, { topology: "granular" }),
    persistentVolumeReclaimPolicy: omitempty(5, PersistentVolumeReclaimPolicy),
    storageClassName: omitempty(6, string),
    mountOptions: omitempty(7, atomic(string)),
    volumeMode: optional(8, PersistentVolumeMode),
    nodeAffinity: optional(9, VolumeNodeAffinity),
    volumeAttributesClassName: optional(10, string, { gate: "VolumeAttributesClass" }),
  },
  { default: defaultVolumeSpec },
);

export type PersistentVolumePhase = Value<typeof PersistentVolumePhase>;
export const PersistentVolumePhase = enumOf("Available", "Bound", "Failed", "Pending", "Released");

export interface PersistentVolumeStatus extends Shape<typeof PersistentVolumeStatus>, Plain {}
export const PersistentVolumeStatus = message<PersistentVolumeStatus>("PersistentVolumeStatus")(
  {
    phase: omitempty(1, PersistentVolumePhase),
    message: omitempty(2, string),
    reason: omitempty(3, string),
    lastPhaseTransitionTime: optional(4, time),
  },
  { default: defaultVolumeStatus },
);

export interface PersistentVolume extends Shape<typeof PersistentVolume>, Plain {}
export const PersistentVolume = kind<PersistentVolume>(
  "v1",
  "PersistentVolume",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, PersistentVolumeSpec),
  status: struct(3, PersistentVolumeStatus),
});

export type PersistentVolumeList = KubeList<PersistentVolume>;
export const PersistentVolumeList = kindList(PersistentVolume);
