/** PersistentVolume: a piece of storage of the cluster. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { rfc3339 } from "../../time.ts";
import { PersistentVolume } from "../../types/core/mod.ts";
import {
  validatePersistentVolume,
  validatePersistentVolumeUpdate,
} from "../../types/core/persistent-volume-validation.ts";
import { age, name, text, wide } from "../columns.ts";
import { persistentVolumeWarnings } from "./volume-warnings.ts";
import { define, keepStatus, statusResetFields } from "../define.ts";
import { accessModesText, phaseText, storageClassOf } from "./volume-columns.ts";

export const persistentVolumes: Resource<PersistentVolume> = define({
  type: PersistentVolume,
  plural: "persistentvolumes",
  namespaced: false,
  shortNames: ["pv"],
  strategy: {
    warnings: persistentVolumeWarnings,
    name: subdomainName,
    resetFields: statusResetFields,
    prepareForCreate(draft, { now }) {
      draft.status = { phase: "Pending", lastPhaseTransitionTime: rfc3339(now) };
    },
    prepareForUpdate: keepStatus,
    rereads: true,
    metadataOnUpdate: ["whole"],
    validateCreate: validatePersistentVolume,
    validateUpdate: validatePersistentVolumeUpdate,
  },
  status: {
    verbs: ["get", "patch", "update"],
    prepareForUpdate(draft, old, { now }) {
      draft.spec = old.spec;
      const { phase, lastPhaseTransitionTime: moved } = draft.status;
      if (phase !== old.status.phase && (!moved || moved === old.status.lastPhaseTransitionTime))
        draft.status.lastPhaseTransitionTime = rfc3339(now);
    },
  },
  columns: [
    name,
    text("Capacity", ({ spec }) => spec.capacity?.storage ?? "0"),
    text("Access Modes", ({ spec }) => accessModesText(spec.accessModes)),
    text("Reclaim Policy", ({ spec }) => spec.persistentVolumeReclaimPolicy ?? ""),
    text("Status", (object) => phaseText(object)),
    text("Claim", ({ spec: { claimRef } }) =>
      claimRef ? `${claimRef.namespace ?? ""}/${claimRef.name ?? ""}` : "",
    ),
    text("StorageClass", (object) => storageClassOf(object)),
    text("VolumeAttributesClass", ({ spec }) => spec.volumeAttributesClassName ?? "<unset>"),
    text("Reason", ({ status }) => status.reason ?? ""),
    age,
    wide("VolumeMode", ({ spec }) => spec.volumeMode ?? "<unset>"),
  ],
});
