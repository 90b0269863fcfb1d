/**
 * What a pod's volume can be made of.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  enumOf,
  known,
  field,
  inline,
  int32,
  int64,
  map,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  quantity,
  type Shape,
  string,
  type Value,
} from "../../schema/mod.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { PersistentVolumeClaimTemplate } from "./persistent-volume-claim.ts";
import { KeyToPath, LocalObjectReference, ObjectFieldSelector, ResourceFieldSelector } from "./reference.ts";
import {
  defaultSecretVolume,
  defaultConfigMapVolume,
  defaultDownwardVolume,
  defaultProjectedVolume,
  defaultHostPath,
  defaultImageVolume,
  defaultTokenProjection,
} from "./volume-defaults.ts";

export interface AWSElasticBlockStoreVolumeSource
  extends Shape<typeof AWSElasticBlockStoreVolumeSource>,
    Plain {}
export const AWSElasticBlockStoreVolumeSource = message<AWSElasticBlockStoreVolumeSource>(
  "AWSElasticBlockStoreVolumeSource",
)({
  volumeID: field(1, string),
  fsType: omitempty(2, string),
  partition: omitempty(3, int32),
  readOnly: omitempty(4, bool),
});

export type AzureDataDiskCachingMode = Value<typeof AzureDataDiskCachingMode>;
export const AzureDataDiskCachingMode = enumOf("None", "ReadOnly", "ReadWrite");

export type AzureDataDiskKind = Value<typeof AzureDataDiskKind>;
export const AzureDataDiskKind = enumOf("Dedicated", "Managed", "Shared");

export interface AzureDiskVolumeSource extends Shape<typeof AzureDiskVolumeSource>, Plain {}
export const AzureDiskVolumeSource = message<AzureDiskVolumeSource>("AzureDiskVolumeSource")({
  diskName: field(1, string),
  diskURI: field(2, string),
  cachingMode: optional(3, AzureDataDiskCachingMode, { default: "ReadWrite" }),
  fsType: optional(4, string, { default: "ext4" }),
  readOnly: optional(5, bool, { default: false }),
  kind: optional(6, AzureDataDiskKind, { default: "Shared" }),
});

export interface AzureFileVolumeSource extends Shape<typeof AzureFileVolumeSource>, Plain {}
export const AzureFileVolumeSource = message<AzureFileVolumeSource>("AzureFileVolumeSource")({
  secretName: field(1, string),
  shareName: field(2, string),
  readOnly: omitempty(3, bool),
});

export interface CSIVolumeSource extends Shape<typeof CSIVolumeSource>, Plain {}
export const CSIVolumeSource = message<CSIVolumeSource>("CSIVolumeSource")({
  driver: field(1, string),
  readOnly: optional(2, bool),
  fsType: optional(3, string),
  volumeAttributes: omitempty(4, map(string)),
  nodePublishSecretRef: optional(5, LocalObjectReference),
});

export interface CephFSVolumeSource extends Shape<typeof CephFSVolumeSource>, Plain {}
export const CephFSVolumeSource = message<CephFSVolumeSource>("CephFSVolumeSource")({
  monitors: nullable(1, atomic(string), { required: true }),
  path: omitempty(2, string),
  user: omitempty(3, string),
  secretFile: omitempty(4, string),
  secretRef: optional(5, LocalObjectReference),
  readOnly: omitempty(6, bool),
});

export interface CinderVolumeSource extends Shape<typeof CinderVolumeSource>, Plain {}
export const CinderVolumeSource = message<CinderVolumeSource>("CinderVolumeSource")({
  volumeID: field(1, string),
  fsType: omitempty(2, string),
  readOnly: omitempty(3, bool),
  secretRef: optional(4, LocalObjectReference),
});

export interface ClusterTrustBundleProjection extends Shape<typeof ClusterTrustBundleProjection>, Plain {}
export const ClusterTrustBundleProjection = message<ClusterTrustBundleProjection>(
  "ClusterTrustBundleProjection",
)({
  name: optional(1, string),
  signerName: optional(2, string),
  labelSelector: optional(3, LabelSelector),
  optional: optional(5, bool),
  path: field(4, string),
});

export interface ConfigMapProjection extends Shape<typeof ConfigMapProjection>, Plain {}
export const ConfigMapProjection = message<ConfigMapProjection>("ConfigMapProjection")({
  ...inline(1, LocalObjectReference),
  items: omitempty(2, atomic(KeyToPath)),
  optional: optional(4, bool),
});

export interface ConfigMapVolumeSource extends Shape<typeof ConfigMapVolumeSource>, Plain {}
export const ConfigMapVolumeSource = message<ConfigMapVolumeSource>("ConfigMapVolumeSource")(
  {
    ...inline(1, LocalObjectReference),
    items: omitempty(2, atomic(KeyToPath)),
    defaultMode: optional(3, int32),
    optional: optional(4, bool),
  },
  { default: defaultConfigMapVolume },
);

export interface DownwardAPIVolumeFile extends Shape<typeof DownwardAPIVolumeFile>, Plain {}
export const DownwardAPIVolumeFile = message<DownwardAPIVolumeFile>("DownwardAPIVolumeFile")({
  path: field(1, string),
  fieldRef: optional(2, ObjectFieldSelector),
  resourceFieldRef: optional(3, ResourceFieldSelector),
  mode: optional(4, int32),
});

export interface DownwardAPIProjection extends Shape<typeof DownwardAPIProjection>, Plain {}
export const DownwardAPIProjection = message<DownwardAPIProjection>("DownwardAPIProjection")({
  items: omitempty(1, atomic(DownwardAPIVolumeFile)),
});

export interface DownwardAPIVolumeSource extends Shape<typeof DownwardAPIVolumeSource>, Plain {}
export const DownwardAPIVolumeSource = message<DownwardAPIVolumeSource>("DownwardAPIVolumeSource")(
  {
    items: omitempty(1, atomic(DownwardAPIVolumeFile)),
    defaultMode: optional(2, int32),
  },
  { default: defaultDownwardVolume },
);

export type StorageMedium = Value<typeof StorageMedium>;
export const StorageMedium = known("", "HugePages", "HugePages-", "Memory");

export interface EmptyDirVolumeSource extends Shape<typeof EmptyDirVolumeSource>, Plain {}
export const EmptyDirVolumeSource = message<EmptyDirVolumeSource>("EmptyDirVolumeSource")({
  medium: omitempty(1, StorageMedium),
  sizeLimit: optional(2, quantity),
});

export interface EphemeralVolumeSource extends Shape<typeof EphemeralVolumeSource>, Plain {}
export const EphemeralVolumeSource = message<EphemeralVolumeSource>("EphemeralVolumeSource")({
  volumeClaimTemplate: optional(1, PersistentVolumeClaimTemplate),
});

export interface FCVolumeSource extends Shape<typeof FCVolumeSource>, Plain {}
export const FCVolumeSource = message<FCVolumeSource>("FCVolumeSource")({
  targetWWNs: omitempty(1, atomic(string)),
  lun: optional(2, int32),
  fsType: omitempty(3, string),
  readOnly: omitempty(4, bool),
  wwids: omitempty(5, atomic(string)),
});

export interface FlexVolumeSource extends Shape<typeof FlexVolumeSource>, Plain {}
export const FlexVolumeSource = message<FlexVolumeSource>("FlexVolumeSource")({
  driver: field(1, string),
  fsType: omitempty(2, string),
  secretRef: optional(3, LocalObjectReference),
  readOnly: omitempty(4, bool),
  options: omitempty(5, map(string)),
});

export interface FlockerVolumeSource extends Shape<typeof FlockerVolumeSource>, Plain {}
export const FlockerVolumeSource = message<FlockerVolumeSource>("FlockerVolumeSource")({
  datasetName: omitempty(1, string),
  datasetUUID: omitempty(2, string),
});

export interface GCEPersistentDiskVolumeSource extends Shape<typeof GCEPersistentDiskVolumeSource>, Plain {}
export const GCEPersistentDiskVolumeSource = message<GCEPersistentDiskVolumeSource>(
  "GCEPersistentDiskVolumeSource",
)({
  pdName: field(1, string),
  fsType: omitempty(2, string),
  partition: omitempty(3, int32),
  readOnly: omitempty(4, bool),
});

export interface GitRepoVolumeSource extends Shape<typeof GitRepoVolumeSource>, Plain {}
export const GitRepoVolumeSource = message<GitRepoVolumeSource>("GitRepoVolumeSource")({
  repository: field(1, string),
  revision: omitempty(2, string),
  directory: omitempty(3, string),
});

export interface GlusterfsVolumeSource extends Shape<typeof GlusterfsVolumeSource>, Plain {}
export const GlusterfsVolumeSource = message<GlusterfsVolumeSource>("GlusterfsVolumeSource")({
  endpoints: field(1, string),
  path: field(2, string),
  readOnly: omitempty(3, bool),
});

export type HostPathType = Value<typeof HostPathType>;
export const HostPathType = enumOf(
  "",
  "BlockDevice",
  "CharDevice",
  "Directory",
  "DirectoryOrCreate",
  "File",
  "FileOrCreate",
  "Socket",
);

export interface HostPathVolumeSource extends Shape<typeof HostPathVolumeSource>, Plain {}
export const HostPathVolumeSource = message<HostPathVolumeSource>("HostPathVolumeSource")(
  {
    path: field(1, string),
    type: optional(2, HostPathType),
  },
  { default: defaultHostPath },
);

export interface ISCSIVolumeSource extends Shape<typeof ISCSIVolumeSource>, Plain {}
export const ISCSIVolumeSource = message<ISCSIVolumeSource>("ISCSIVolumeSource")({
  targetPortal: field(1, string),
  iqn: field(2, string),
  lun: field(3, int32),
  iscsiInterface: omitempty(4, string, { default: "default" }),
  fsType: omitempty(5, string),
  readOnly: omitempty(6, bool),
  portals: omitempty(7, atomic(string)),
  chapAuthDiscovery: omitempty(8, bool),
  chapAuthSession: omitempty(11, bool),
  secretRef: optional(10, LocalObjectReference),
  initiatorName: optional(12, string),
});

export type PullPolicy = Value<typeof PullPolicy>;
export const PullPolicy = enumOf("Always", "IfNotPresent", "Never");

export interface ImageVolumeSource extends Shape<typeof ImageVolumeSource>, Plain {}
export const ImageVolumeSource = message<ImageVolumeSource>("ImageVolumeSource")(
  {
    reference: omitempty(1, string),
    pullPolicy: omitempty(2, PullPolicy),
  },
  { default: defaultImageVolume },
);

export interface NFSVolumeSource extends Shape<typeof NFSVolumeSource>, Plain {}
export const NFSVolumeSource = message<NFSVolumeSource>("NFSVolumeSource")({
  server: field(1, string),
  path: field(2, string),
  readOnly: omitempty(3, bool),
});

export interface PersistentVolumeClaimVolumeSource
  extends Shape<typeof PersistentVolumeClaimVolumeSource>,
    Plain {}
export const PersistentVolumeClaimVolumeSource = message<PersistentVolumeClaimVolumeSource>(
  "PersistentVolumeClaimVolumeSource",
)({
  claimName: field(1, string),
  readOnly: omitempty(2, bool),
});

export interface PhotonPersistentDiskVolumeSource
  extends Shape<typeof PhotonPersistentDiskVolumeSource>,
    Plain {}
export const PhotonPersistentDiskVolumeSource = message<PhotonPersistentDiskVolumeSource>(
  "PhotonPersistentDiskVolumeSource",
)({
  pdID: field(1, string),
  fsType: omitempty(2, string),
});

export interface PodCertificateProjection extends Shape<typeof PodCertificateProjection>, Plain {}
export const PodCertificateProjection = message<PodCertificateProjection>("PodCertificateProjection")({
  signerName: omitempty(1, string, { required: true }),
  keyType: omitempty(2, string, { required: true }),
  maxExpirationSeconds: optional(3, int32),
  credentialBundlePath: omitempty(4, string),
  keyPath: omitempty(5, string),
  certificateChainPath: omitempty(6, string),
  userAnnotations: omitempty(7, map(string)),
});

export interface PortworxVolumeSource extends Shape<typeof PortworxVolumeSource>, Plain {}
export const PortworxVolumeSource = message<PortworxVolumeSource>("PortworxVolumeSource")({
  volumeID: field(1, string),
  fsType: omitempty(2, string),
  readOnly: omitempty(3, bool),
});

export interface SecretProjection extends Shape<typeof SecretProjection>, Plain {}
export const SecretProjection = message<SecretProjection>("SecretProjection")({
  ...inline(1, LocalObjectReference),
  items: omitempty(2, atomic(KeyToPath)),
  optional: optional(4, bool),
});

export interface ServiceAccountTokenProjection extends Shape<typeof ServiceAccountTokenProjection>, Plain {}
export const ServiceAccountTokenProjection = message<ServiceAccountTokenProjection>(
  "ServiceAccountTokenProjection",
)(
  {
    audience: omitempty(1, string),
    expirationSeconds: optional(2, int64),
    path: field(3, string),
  },
  { default: defaultTokenProjection },
);

export interface VolumeProjection extends Shape<typeof VolumeProjection>, Plain {}
export const VolumeProjection = message<VolumeProjection>("VolumeProjection")({
  secret: optional(1, SecretProjection),
  downwardAPI: optional(2, DownwardAPIProjection),
  configMap: optional(3, ConfigMapProjection),
  serviceAccountToken: optional(4, ServiceAccountTokenProjection),
  clusterTrustBundle: optional(5, ClusterTrustBundleProjection, { gate: "ClusterTrustBundleProjection" }),
  podCertificate: optional(6, PodCertificateProjection, { gate: "PodCertificateProjection" }),
});

export interface ProjectedVolumeSource extends Shape<typeof ProjectedVolumeSource>, Plain {}
export const ProjectedVolumeSource = message<ProjectedVolumeSource>("ProjectedVolumeSource")(
  {
    sources: nullable(1, atomic(VolumeProjection)),
    defaultMode: optional(2, int32),
  },
  { default: defaultProjectedVolume },
);

export interface QuobyteVolumeSource extends Shape<typeof QuobyteVolumeSource>, Plain {}
export const QuobyteVolumeSource = message<QuobyteVolumeSource>("QuobyteVolumeSource")({
  registry: field(1, string),
  volume: field(2, string),
  readOnly: omitempty(3, bool),
  user: omitempty(4, string),
  group: omitempty(5, string),
  tenant: omitempty(6, string),
});

export interface RBDVolumeSource extends Shape<typeof RBDVolumeSource>, Plain {}
export const RBDVolumeSource = message<RBDVolumeSource>("RBDVolumeSource")({
  monitors: nullable(1, atomic(string), { required: true }),
  image: field(2, string),
  fsType: omitempty(3, string),
  pool: omitempty(4, string, { default: "rbd" }),
  user: omitempty(5, string, { default: "admin" }),
  keyring: omitempty(6, string, { default: "/etc/ceph/keyring" }),
  secretRef: optional(7, LocalObjectReference),
  readOnly: omitempty(8, bool),
});

export interface ScaleIOVolumeSource extends Shape<typeof ScaleIOVolumeSource>, Plain {}
export const ScaleIOVolumeSource = message<ScaleIOVolumeSource>("ScaleIOVolumeSource")({
  gateway: field(1, string),
  system: field(2, string),
  secretRef: nullable(3, LocalObjectReference, { required: true }),
  sslEnabled: omitempty(4, bool),
  protectionDomain: omitempty(5, string),
  storagePool: omitempty(6, string),
  storageMode: omitempty(7, string, { default: "ThinProvisioned" }),
  volumeName: omitempty(8, string),
  fsType: omitempty(9, string, { default: "xfs" }),
  readOnly: omitempty(10, bool),
});

export interface SecretVolumeSource extends Shape<typeof SecretVolumeSource>, Plain {}
export const SecretVolumeSource = message<SecretVolumeSource>("SecretVolumeSource")(
  {
    secretName: omitempty(1, string),
    items: omitempty(2, atomic(KeyToPath)),
    defaultMode: optional(3, int32),
    optional: optional(4, bool),
  },
  { default: defaultSecretVolume },
);

export interface StorageOSVolumeSource extends Shape<typeof StorageOSVolumeSource>, Plain {}
export const StorageOSVolumeSource = message<StorageOSVolumeSource>("StorageOSVolumeSource")({
  volumeName: omitempty(1, string),
  volumeNamespace: omitempty(2, string),
  fsType: omitempty(3, string),
  readOnly: omitempty(4, bool),
  secretRef: optional(5, LocalObjectReference),
});

export interface VsphereVirtualDiskVolumeSource extends Shape<typeof VsphereVirtualDiskVolumeSource>, Plain {}
export const VsphereVirtualDiskVolumeSource = message<VsphereVirtualDiskVolumeSource>(
  "VsphereVirtualDiskVolumeSource",
)({
  volumePath: field(1, string),
  fsType: omitempty(2, string),
  storagePolicyName: omitempty(3, string),
  storagePolicyID: omitempty(4, string),
});
