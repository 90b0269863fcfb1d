/** A claim that names no class gets the default one: the newest, when several are marked. */
import { type KubeObject, type PersistentVolumeClaim, type StorageClass, parseTime } from "#api";
import type { AdmissionPlugin } from "./admission.ts";

const IS_DEFAULT = "storageclass.kubernetes.io/is-default-class";
const IS_DEFAULT_BETA = "storageclass.beta.kubernetes.io/is-default-class";
const CLASS_BETA = "volume.beta.kubernetes.io/storage-class";

export const defaultStorageClass: AdmissionPlugin = {
  operations: ["CREATE"],
  resources: ["persistentvolumeclaims"],
  mutate({ object }, { objects }) {
    const claim = object as PersistentVolumeClaim;
    if (claim.spec.storageClassName !== undefined || claim.metadata.annotations?.[CLASS_BETA] !== undefined)
      return;
    let newest: (KubeObject & StorageClass) | undefined;
    for (const one of objects.list<KubeObject & StorageClass>("storage.k8s.io", "storageclasses")) {
      const annotations = one.metadata.annotations ?? {};
      if (annotations[IS_DEFAULT] !== "true" && annotations[IS_DEFAULT_BETA] !== "true") continue;
      if (newest === undefined || created(one) > created(newest)) newest = one;
    }
    if (newest?.metadata.name !== undefined) claim.spec.storageClassName = newest.metadata.name;
  },
};

function created(object: KubeObject): number {
  return parseTime(object.metadata.creationTimestamp) ?? 0;
}
