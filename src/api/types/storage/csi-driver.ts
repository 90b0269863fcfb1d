/**
 * CSI drivers.
 * A table of storage.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  known,
  field,
  int64,
  kind,
  message,
  omitempty,
  optional,
  type Plain,
  set,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { defaultDriverSpec } from "./csi-driver-defaults.ts";

export interface TokenRequest extends Shape<typeof TokenRequest>, Plain {}
export const TokenRequest = message<TokenRequest>("TokenRequest")({
  audience: field(1, string),
  expirationSeconds: optional(2, int64),
});

export type VolumeLifecycleMode = Value<typeof VolumeLifecycleMode>;
export const VolumeLifecycleMode = known("Ephemeral", "Persistent");

export type FSGroupPolicy = Value<typeof FSGroupPolicy>;
export const FSGroupPolicy = known("File", "None", "ReadWriteOnceWithFSType");

export interface CSIDriverSpec extends Shape<typeof CSIDriverSpec>, Plain {}
export const CSIDriverSpec = message<CSIDriverSpec>("CSIDriverSpec")(
  {
    attachRequired: optional(1, bool),
    podInfoOnMount: optional(2, bool),
    volumeLifecycleModes: omitempty(3, set(VolumeLifecycleMode)),
    storageCapacity: optional(4, bool, { gate: "CSIStorageCapacity" }),
    fsGroupPolicy: optional(5, FSGroupPolicy),
    tokenRequests: omitempty(6, atomic(TokenRequest)),
    requiresRepublish: optional(7, bool),
    seLinuxMount: optional(8, bool, { gate: "SELinuxMountReadWriteOncePod" }),
    nodeAllocatableUpdatePeriodSeconds: optional(9, int64, { gate: "MutableCSINodeAllocatableCount" }),
    serviceAccountTokenInSecrets: optional(10, bool, { gate: "CSIServiceAccountTokenSecrets" }),
    preventPodSchedulingIfMissing: optional(11, bool, { gate: "VolumeLimitScaling" }),
  },
  { default: defaultDriverSpec },
);

export interface CSIDriver extends Shape<typeof CSIDriver>, Plain {}
export const CSIDriver = kind<CSIDriver>(
  "storage.k8s.io/v1",
  "CSIDriver",
)({
  metadata: struct(1, ObjectMeta),
  spec: field(2, CSIDriverSpec),
});

export type CSIDriverList = KubeList<CSIDriver>;
export const CSIDriverList = kindList(CSIDriver);
