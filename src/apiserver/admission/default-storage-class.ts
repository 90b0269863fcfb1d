/** DefaultStorageClass: a claim that names no class gets the cluster's default, the newest when there are several. */
import type { core, storage } from "#api";
import type { AdmissionPlugin } from "./admission.ts";
import { newestDefault } from "./newest-default.ts";

const annotations = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];
const legacyClass = "volume.beta.kubernetes.io/storage-class";

export const defaultStorageClass: AdmissionPlugin = {
  operations: ["CREATE"],
  resources: ["persistentvolumeclaims"],
  mutate({ object }, { objects }) {
    const claim = object as core.PersistentVolumeClaim;
    if (claim.spec.storageClassName !== undefined || claim.metadata.annotations?.[legacyClass] !== undefined)
      return;
    const chosen = newestDefault(
      objects.list<storage.StorageClass>("storage.k8s.io", "storageclasses"),
      annotations,
    );
    if (chosen?.metadata.name !== undefined) claim.spec.storageClassName = chosen.metadata.name;
  },
};
