/** Validation of a container's volume mounts and block devices against the pod's volumes. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { noBacksteps, relativePath } from "../../names/file-path.ts";
import type { Container, EphemeralContainer } from "./container.ts";
import type { Volume, VolumeMount } from "./volume.ts";

/** The pod's valid volumes by name; a mount of another name finds nothing. */
export type KnownVolumes = ReadonlyMap<string, Volume>;

type Owner = Pick<Container | EphemeralContainer, "volumeMounts" | "volumeDevices" | "securityContext">;

const propagations = ["Bidirectional", "HostToContainer", "None"];
const recursions = ["Disabled", "Enabled", "IfPossible"];

export function validateVolumeMounts(
  owner: Owner,
  path: string,
  errors: FieldErrors,
  volumes: KnownVolumes,
): void {
  const devices = owner.volumeDevices ?? [];
  const seen = new Set<string>();
  for (const [i, mount] of (owner.volumeMounts ?? []).entries()) {
    const here = at(path, i);
    if (mount.name === "") errors.required(at(here, "name"));
    if (!volumes.has(mount.name)) errors.notFound(at(here, "name"), mount.name);
    if (mount.mountPath === "") errors.required(at(here, "mountPath"));
    if (seen.has(mount.mountPath)) errors.invalid(at(here, "mountPath"), mount.mountPath, "must be unique");
    seen.add(mount.mountPath);
    if (devices.some((device) => device.name === mount.name)) {
      errors.invalid(at(here, "name"), mount.name, "must not be in volumeDevices too");
    }
    if (devices.some((device) => device.devicePath === mount.mountPath)) {
      errors.invalid(at(here, "mountPath"), mount.mountPath, "must not be a path in volumeDevices too");
    }
    validateSubPath(mount, path, here, errors);
    validatePropagation(mount, owner, path, errors);
    validateRecursion(mount, here, errors);
  }
}

/** Upstream reports these paths on the list, without an index. */
function validateSubPath(mount: VolumeMount, list: string, here: string, errors: FieldErrors): void {
  if (mount.subPath) errors.invalidEach(at(list, "subPath"), mount.subPath, relativePath(mount.subPath));
  if (!mount.subPathExpr) return;
  if (mount.subPath) errors.invalid(at(here, "subPathExpr"), mount.subPathExpr, "excludes subPath");
  errors.invalidEach(at(list, "subPathExpr"), mount.subPathExpr, relativePath(mount.subPathExpr));
}

function validatePropagation(mount: VolumeMount, owner: Owner, list: string, errors: FieldErrors): void {
  const { mountPropagation: value } = mount;
  if (value === undefined) return;
  const path = at(list, "mountPropagation");
  if (!propagations.includes(value)) errors.notSupported(path, value, propagations);
  if (value === "Bidirectional" && !owner.securityContext?.privileged) {
    errors.forbidden(path, "Bidirectional mount propagation needs a privileged container");
  }
}

function validateRecursion(mount: VolumeMount, path: string, errors: FieldErrors): void {
  const { recursiveReadOnly: value } = mount;
  if (value === undefined) return;
  const here = at(path, "recursiveReadOnly");
  if (!recursions.includes(value)) return errors.notSupported(here, value, recursions);
  if (value === "Disabled") return;
  if (!mount.readOnly) errors.forbidden(here, "may only be set when readOnly is true");
  if (mount.mountPropagation !== undefined && mount.mountPropagation !== "None") {
    errors.forbidden(here, "needs mountPropagation None");
  }
}

export function validateVolumeDevices(
  owner: Owner,
  path: string,
  errors: FieldErrors,
  volumes: KnownVolumes,
): void {
  const mounts = owner.volumeMounts ?? [];
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const [i, device] of (owner.volumeDevices ?? []).entries()) {
    const here = at(path, i);
    const volume = volumes.get(device.name);
    if (device.name === "") errors.required(at(here, "name"));
    if (names.has(device.name)) errors.invalid(at(here, "name"), device.name, "must be unique");
    if (volume !== undefined && !volume.persistentVolumeClaim && !volume.ephemeral) {
      errors.invalid(at(here, "name"), device.name, "block devices need a claim as their volume");
    }
    if (volume === undefined) errors.notFound(at(here, "name"), device.name);
    if (device.devicePath === "") errors.required(at(here, "devicePath"));
    if (paths.has(device.devicePath))
      errors.invalid(at(here, "devicePath"), device.devicePath, "must be unique");
    if (device.devicePath !== "")
      errors.invalidEach(at(here, "devicePath"), device.devicePath, noBacksteps(device.devicePath));
    if (mounts.some((mount) => mount.name === device.name)) {
      errors.invalid(at(here, "name"), device.name, "must not be in volumeMounts too");
    }
    if (mounts.some((mount) => mount.mountPath === device.devicePath)) {
      errors.invalid(at(here, "devicePath"), device.devicePath, "must not be a path in volumeMounts too");
    }
    names.add(device.name);
    paths.add(device.devicePath);
  }
}
