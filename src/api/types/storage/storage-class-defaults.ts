/** Defaults of storage classes. */
import type { StorageClass } from "./storage-class.ts";

export function defaultStorageClass(storageClass: StorageClass): void {
  storageClass.reclaimPolicy ??= "Delete";
  storageClass.volumeBindingMode ??= "Immediate";
}
