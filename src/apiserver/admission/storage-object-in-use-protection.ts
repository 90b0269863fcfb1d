/** Volumes and claims get the finalizer that keeps them while something uses them. */
import type { AdmissionPlugin } from "./admission.ts";

const FINALIZERS: Readonly<Record<string, string>> = {
  persistentvolumes: "kubernetes.io/pv-protection",
  persistentvolumeclaims: "kubernetes.io/pvc-protection",
  volumeattributesclasses: "kubernetes.io/vac-protection",
};

export const storageObjectInUseProtection: AdmissionPlugin = {
  operations: ["CREATE"],
  resources: ["persistentvolumes", "persistentvolumeclaims", "volumeattributesclasses.storage.k8s.io"],
  mutate({ object, resource }) {
    const finalizer = FINALIZERS[resource.plural];
    if (object === undefined || finalizer === undefined) return;
    const finalizers = object.metadata.finalizers ?? [];
    if (!finalizers.includes(finalizer)) object.metadata.finalizers = [...finalizers, finalizer];
  },
};
