/** A claim that names no class gets the default one: the newest, when several are marked. */
import type { KubeObject, PersistentVolumeClaim, StorageClass } from "#api";
import type { AdmissionPlugin } from "./admission.ts";
import { newestDefault } from "./newest-default.ts";

const IS_DEFAULT = "storageclass.kubernetes.io/is-default-class";
const IS_DEFAULT_BETA = "storageclass.beta.kubernetes.io/is-default-class";
const CLASS_BETA = "volume.beta.kubernetes.io/storage-class";

export const defaultStorageClass: AdmissionPlugin = {
  operations: ["CREATE"],
  resources: ["persistentvolumeclaims"],
  mutate({ object }, { objects }) {
    const { spec, metadata } = object as PersistentVolumeClaim;
    if (spec.storageClassName !== undefined || metadata.annotations?.[CLASS_BETA] !== undefined) return;
    const classes = objects.list<KubeObject & StorageClass>("storage.k8s.io", "storageclasses");
    const name = newestDefault(classes, [IS_DEFAULT, IS_DEFAULT_BETA])?.metadata.name;
    if (name !== undefined) spec.storageClassName = name;
  },
};
