/** PersistentVolumeClaim: a request for storage by a namespace. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { PersistentVolumeClaim, type PersistentVolumeClaimSpec } from "../../types/core/mod.ts";
import {
  validateClaim,
  validateClaimStatus,
  validateClaimUpdate,
} from "../../types/core/persistent-volume-claim-validation.ts";
import { age, name, text, wide } from "../columns.ts";
import { clearStatus, define, keepStatus, statusResetFields, statusSubresource } from "../define.ts";
import { claimWarnings } from "./volume-warnings.ts";
import { accessModesText, phaseText, storageClassOf } from "./volume-columns.ts";

export const persistentVolumeClaims: Resource<PersistentVolumeClaim> = define({
  type: PersistentVolumeClaim,
  plural: "persistentvolumeclaims",
  namespaced: true,
  shortNames: ["pvc"],
  strategy: {
    warnings: claimWarnings,
    name: subdomainName,
    resetFields: statusResetFields,
    prepareForCreate(draft) {
      clearStatus(draft);
      draft.status.phase = "Pending";
      if (!isOldSource(draft.spec.dataSource)) delete draft.spec.dataSource;
      followDataSource(draft.spec);
    },
    prepareForUpdate(draft, old) {
      keepStatus(draft, old);
      followDataSource(draft.spec);
    },
    rereads: true,
    metadataOnUpdate: ["whole", "changes"],
    validateCreate: validateClaim,
    validateUpdate: validateClaimUpdate,
  },
  status: statusSubresource<PersistentVolumeClaim>({ validateUpdate: validateClaimStatus }),
  columns: [
    name,
    text("Status", (object) => phaseText(object)),
    text("Volume", ({ spec }) => spec.volumeName ?? ""),
    text("Capacity", ({ spec, status }) => (spec.volumeName ? (status.capacity?.storage ?? "0") : "")),
    text("Access Modes", ({ spec, status }) => (spec.volumeName ? accessModesText(status.accessModes) : "")),
    text("StorageClass", (object) => storageClassOf(object)),
    text("VolumeAttributesClass", ({ spec }) => spec.volumeAttributesClassName ?? "<unset>"),
    age,
    wide("VolumeMode", ({ spec }) => spec.volumeMode ?? "<unset>"),
  ],
});

/** What `dataSource` could always name; anything else in it is dropped, and belongs into `dataSourceRef`. */
function isOldSource(source: PersistentVolumeClaimSpec["dataSource"]): boolean {
  if (source === undefined) return false;
  const group = source.apiGroup ?? "";
  if (group === "") return source.kind === "PersistentVolumeClaim";
  return group === "snapshot.storage.k8s.io" && source.kind === "VolumeSnapshot";
}

/** The two fields name one source as long as it is in the claim's namespace. */
function followDataSource(spec: PersistentVolumeClaimSpec): void {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource !== undefined && dataSourceRef === undefined) spec.dataSourceRef = { ...dataSource };
  if (dataSource === undefined && dataSourceRef !== undefined && !dataSourceRef.namespace) {
    const { apiGroup, kind, name: of } = dataSourceRef;
    spec.dataSource = { apiGroup, kind, name: of };
  }
}
