/**
 * What a persistent volume can be made of, beside what pods mount directly.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  field,
  int32,
  map,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
} from "../../schema/mod.ts";
import { ObjectReference, SecretReference } from "./reference.ts";

export interface AzureFilePersistentVolumeSource
  extends Shape<typeof AzureFilePersistentVolumeSource>,
    Plain {}
export const AzureFilePersistentVolumeSource = message<AzureFilePersistentVolumeSource>(
  "AzureFilePersistentVolumeSource",
)({
  secretName: field(1, string),
  shareName: field(2, string),
  readOnly: omitempty(3, bool),
  secretNamespace: nullable(4, string),
});

export interface CSIPersistentVolumeSource extends Shape<typeof CSIPersistentVolumeSource>, Plain {}
export const CSIPersistentVolumeSource = message<CSIPersistentVolumeSource>("CSIPersistentVolumeSource")({
  driver: field(1, string),
  volumeHandle: field(2, string),
  readOnly: omitempty(3, bool),
  fsType: omitempty(4, string),
  volumeAttributes: omitempty(5, map(string)),
  controllerPublishSecretRef: optional(6, SecretReference),
  nodeStageSecretRef: optional(7, SecretReference),
  nodePublishSecretRef: optional(8, SecretReference),
  controllerExpandSecretRef: optional(9, SecretReference),
  nodeExpandSecretRef: optional(10, SecretReference),
});

export interface CephFSPersistentVolumeSource extends Shape<typeof CephFSPersistentVolumeSource>, Plain {}
export const CephFSPersistentVolumeSource = message<CephFSPersistentVolumeSource>(
  "CephFSPersistentVolumeSource",
)({
  monitors: nullable(1, atomic(string), { required: true }),
  path: omitempty(2, string),
  user: omitempty(3, string),
  secretFile: omitempty(4, string),
  secretRef: optional(5, SecretReference),
  readOnly: omitempty(6, bool),
});

export interface CinderPersistentVolumeSource extends Shape<typeof CinderPersistentVolumeSource>, Plain {}
export const CinderPersistentVolumeSource = message<CinderPersistentVolumeSource>(
  "CinderPersistentVolumeSource",
)({
  volumeID: field(1, string),
  fsType: omitempty(2, string),
  readOnly: omitempty(3, bool),
  secretRef: optional(4, SecretReference),
});

export interface FlexPersistentVolumeSource extends Shape<typeof FlexPersistentVolumeSource>, Plain {}
export const FlexPersistentVolumeSource = message<FlexPersistentVolumeSource>("FlexPersistentVolumeSource")({
  driver: field(1, string),
  fsType: omitempty(2, string),
  secretRef: optional(3, SecretReference),
  readOnly: omitempty(4, bool),
  options: omitempty(5, map(string)),
});

export interface GlusterfsPersistentVolumeSource
  extends Shape<typeof GlusterfsPersistentVolumeSource>,
    Plain {}
export const GlusterfsPersistentVolumeSource = message<GlusterfsPersistentVolumeSource>(
  "GlusterfsPersistentVolumeSource",
)({
  endpoints: field(1, string),
  path: field(2, string),
  readOnly: omitempty(3, bool),
  endpointsNamespace: optional(4, string),
});

export interface ISCSIPersistentVolumeSource extends Shape<typeof ISCSIPersistentVolumeSource>, Plain {}
export const ISCSIPersistentVolumeSource = message<ISCSIPersistentVolumeSource>(
  "ISCSIPersistentVolumeSource",
)({
  targetPortal: field(1, string),
  iqn: field(2, string),
  lun: field(3, int32),
  iscsiInterface: omitempty(4, string, { default: "default" }),
  fsType: omitempty(5, string),
  readOnly: omitempty(6, bool),
  portals: omitempty(7, atomic(string)),
  chapAuthDiscovery: omitempty(8, bool),
  chapAuthSession: omitempty(11, bool),
  secretRef: optional(10, SecretReference),
  initiatorName: optional(12, string),
});

export interface LocalVolumeSource extends Shape<typeof LocalVolumeSource>, Plain {}
export const LocalVolumeSource = message<LocalVolumeSource>("LocalVolumeSource")({
  path: field(1, string),
  fsType: optional(2, string),
});

export interface RBDPersistentVolumeSource extends Shape<typeof RBDPersistentVolumeSource>, Plain {}
export const RBDPersistentVolumeSource = message<RBDPersistentVolumeSource>("RBDPersistentVolumeSource")({
  monitors: nullable(1, atomic(string), { required: true }),
  image: field(2, string),
  fsType: omitempty(3, string),
  pool: omitempty(4, string, { default: "rbd" }),
  user: omitempty(5, string, { default: "admin" }),
  keyring: omitempty(6, string, { default: "/etc/ceph/keyring" }),
  secretRef: optional(7, SecretReference),
  readOnly: omitempty(8, bool),
});

export interface ScaleIOPersistentVolumeSource extends Shape<typeof ScaleIOPersistentVolumeSource>, Plain {}
export const ScaleIOPersistentVolumeSource = message<ScaleIOPersistentVolumeSource>(
  "ScaleIOPersistentVolumeSource",
)({
  gateway: field(1, string),
  system: field(2, string),
  secretRef: nullable(3, SecretReference, { required: true }),
  sslEnabled: omitempty(4, bool),
  protectionDomain: omitempty(5, string),
  storagePool: omitempty(6, string),
  storageMode: omitempty(7, string, { default: "ThinProvisioned" }),
  volumeName: omitempty(8, string),
  fsType: omitempty(9, string, { default: "xfs" }),
  readOnly: omitempty(10, bool),
});

export interface StorageOSPersistentVolumeSource
  extends Shape<typeof StorageOSPersistentVolumeSource>,
    Plain {}
export const StorageOSPersistentVolumeSource = message<StorageOSPersistentVolumeSource>(
  "StorageOSPersistentVolumeSource",
)({
  volumeName: omitempty(1, string),
  volumeNamespace: omitempty(2, string),
  fsType: omitempty(3, string),
  readOnly: omitempty(4, bool),
  secretRef: optional(5, ObjectReference),
});
