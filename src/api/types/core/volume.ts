/**
 * Volumes of a pod and their mounts.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  bool,
  enumOf,
  known,
  field,
  inline,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  type Value,
} from "../../schema/mod.ts";
import {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  AzureFileVolumeSource,
  CephFSVolumeSource,
  CinderVolumeSource,
  ConfigMapVolumeSource,
  CSIVolumeSource,
  DownwardAPIVolumeSource,
  EmptyDirVolumeSource,
  EphemeralVolumeSource,
  FCVolumeSource,
  FlexVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  GitRepoVolumeSource,
  GlusterfsVolumeSource,
  HostPathVolumeSource,
  ImageVolumeSource,
  ISCSIVolumeSource,
  NFSVolumeSource,
  PersistentVolumeClaimVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  ProjectedVolumeSource,
  QuobyteVolumeSource,
  RBDVolumeSource,
  ScaleIOVolumeSource,
  SecretVolumeSource,
  StorageOSVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from "./volume-source.ts";
import { defaultVolume } from "./volume-defaults.ts";

export interface ImageVolumeStatus extends Shape<typeof ImageVolumeStatus>, Plain {}
export const ImageVolumeStatus = message<ImageVolumeStatus>("ImageVolumeStatus")({
  imageRef: omitempty(1, string, { required: true }),
});

export interface VolumeSource extends Shape<typeof VolumeSource>, Plain {}
export const VolumeSource = message<VolumeSource>("VolumeSource")({
  hostPath: optional(1, HostPathVolumeSource),
  emptyDir: optional(2, EmptyDirVolumeSource),
  gcePersistentDisk: optional(3, GCEPersistentDiskVolumeSource),
  awsElasticBlockStore: optional(4, AWSElasticBlockStoreVolumeSource),
  gitRepo: optional(5, GitRepoVolumeSource),
  secret: optional(6, SecretVolumeSource),
  nfs: optional(7, NFSVolumeSource),
  iscsi: optional(8, ISCSIVolumeSource),
  glusterfs: optional(9, GlusterfsVolumeSource),
  persistentVolumeClaim: optional(10, PersistentVolumeClaimVolumeSource),
  rbd: optional(11, RBDVolumeSource),
  flexVolume: optional(12, FlexVolumeSource),
  cinder: optional(13, CinderVolumeSource),
  cephfs: optional(14, CephFSVolumeSource),
  flocker: optional(15, FlockerVolumeSource),
  downwardAPI: optional(16, DownwardAPIVolumeSource),
  fc: optional(17, FCVolumeSource),
  azureFile: optional(18, AzureFileVolumeSource),
  configMap: optional(19, ConfigMapVolumeSource),
  vsphereVolume: optional(20, VsphereVirtualDiskVolumeSource),
  quobyte: optional(21, QuobyteVolumeSource),
  azureDisk: optional(22, AzureDiskVolumeSource),
  photonPersistentDisk: optional(23, PhotonPersistentDiskVolumeSource),
  projected: optional(26, ProjectedVolumeSource),
  portworxVolume: optional(24, PortworxVolumeSource),
  scaleIO: optional(25, ScaleIOVolumeSource),
  storageos: optional(27, StorageOSVolumeSource),
  csi: optional(28, CSIVolumeSource),
  ephemeral: optional(29, EphemeralVolumeSource),
  image: optional(30, ImageVolumeSource),
});

export interface Volume extends Shape<typeof Volume>, Plain {}
export const Volume = message<Volume>("Volume")(
  {
    name: field(1, string),
    ...inline(2, VolumeSource),
  },
  { default: defaultVolume },
);

export interface VolumeDevice extends Shape<typeof VolumeDevice>, Plain {}
export const VolumeDevice = message<VolumeDevice>("VolumeDevice")({
  name: field(1, string),
  devicePath: field(2, string),
});

export type RecursiveReadOnlyMode = Value<typeof RecursiveReadOnlyMode>;
export const RecursiveReadOnlyMode = known("Disabled", "Enabled", "IfPossible");

export type MountPropagationMode = Value<typeof MountPropagationMode>;
export const MountPropagationMode = enumOf("Bidirectional", "HostToContainer", "None");

export interface VolumeMount extends Shape<typeof VolumeMount>, Plain {}
export const VolumeMount = message<VolumeMount>("VolumeMount")({
  name: field(1, string),
  readOnly: omitempty(2, bool),
  recursiveReadOnly: optional(7, RecursiveReadOnlyMode),
  mountPath: field(3, string),
  subPath: omitempty(4, string),
  mountPropagation: optional(5, MountPropagationMode),
  subPathExpr: omitempty(6, string),
});

export interface VolumeStatus extends Shape<typeof VolumeStatus>, Plain {}
export const VolumeStatus = message<VolumeStatus>("VolumeStatus")({
  image: optional(1, ImageVolumeStatus, { gate: "ImageVolumeWithDigest" }),
});

export interface VolumeMountStatus extends Shape<typeof VolumeMountStatus>, Plain {}
export const VolumeMountStatus = message<VolumeMountStatus>("VolumeMountStatus")({
  name: field(1, string),
  mountPath: field(2, string),
  readOnly: omitempty(3, bool),
  recursiveReadOnly: optional(4, RecursiveReadOnlyMode),
  volumeStatus: optional(5, VolumeStatus),
});
