/** Defaults of volumes and claims. */
import type { PersistentVolumeSpec, PersistentVolumeStatus } from "./persistent-volume.ts";
import type { PersistentVolumeClaimSpec, PersistentVolumeClaimStatus } from "./persistent-volume-claim.ts";

export function defaultVolumeSpec(spec: PersistentVolumeSpec): void {
  spec.persistentVolumeReclaimPolicy ||= "Retain";
  spec.volumeMode ??= "Filesystem";
}

export function defaultVolumeStatus(status: PersistentVolumeStatus): void {
  status.phase ||= "Pending";
}

export function defaultClaimSpec(spec: PersistentVolumeClaimSpec): void {
  spec.volumeMode ??= "Filesystem";
}

export function defaultClaimStatus(status: PersistentVolumeClaimStatus): void {
  status.phase ||= "Pending";
}
