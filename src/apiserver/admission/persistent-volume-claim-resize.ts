/** A claim may ask for more only when it is bound, and its class says that its volumes can grow. */
import { forbidden, type PersistentVolumeClaim, Quantity, type StorageClass } from "#api";
import type { AdmissionPlugin } from "./admission.ts";

const classBeta = "volume.beta.kubernetes.io/storage-class";

export const persistentVolumeClaimResize: AdmissionPlugin = {
  operations: ["UPDATE"],
  resources: ["persistentvolumeclaims"],
  validate({ object, old, resource, name }, { objects }) {
    const [claim, before] = [object as PersistentVolumeClaim, old as PersistentVolumeClaim];
    const [size, oldSize] = [sizeOf(claim), sizeOf(before)];
    if (size === undefined || oldSize === undefined || size.compare(oldSize) <= 0) return;
    if (before.status?.phase !== "Bound")
      throw forbidden(resource, name, "Only bound persistent volume claims can be expanded");
    const className = claim.metadata.annotations?.[classBeta] ?? claim.spec.storageClassName ?? "";
    const found =
      className === ""
        ? undefined
        : objects.get<StorageClass>("storage.k8s.io", "storageclasses", "", className);
    if (found?.allowVolumeExpansion === true) return;
    const rule =
      "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
    throw forbidden(resource, name, rule);
  },
};

function sizeOf({ spec }: PersistentVolumeClaim): Quantity | undefined {
  const text = spec.resources?.requests?.["storage"];
  return text === undefined ? undefined : Quantity.tryParse(text);
}
