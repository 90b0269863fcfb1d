/** Fields that a pod for one operating system may not have, since they mean something only on the other. */
import { at, type FieldErrors } from "../../field-errors.ts";
import type { PodSpec } from "./pod.ts";

const names = ["linux", "windows"];

const linuxPod = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "fsGroup",
  "fsGroupChangePolicy",
  "sysctls",
  "runAsUser",
  "runAsGroup",
  "supplementalGroups",
  "supplementalGroupsPolicy",
] as const;
const linuxContainer = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "capabilities",
  "readOnlyRootFilesystem",
  "privileged",
  "allowPrivilegeEscalation",
  "procMount",
  "runAsUser",
  "runAsGroup",
] as const;
const linuxSpec = ["hostPID", "hostIPC", "shareProcessNamespace"] as const;

export function validateOs(spec: PodSpec, path: string, errors: FieldErrors): void {
  if (spec.os === undefined) return;
  const { name } = spec.os;
  const here = at(at(path, "os"), "name");
  if (name === "") return errors.required(here);
  if (!names.includes(name)) return errors.notSupported(here, name, names);
  const securityPath = at(path, "securityContext");
  const forbidden = name === "windows" ? linuxPod : (["windowsOptions"] as const);
  forbid(spec.securityContext, forbidden, securityPath, errors, name);
  if (name === "windows") {
    for (const field of linuxSpec)
      if (spec[field]) errors.forbidden(at(securityPath, field), `cannot be set for a ${name} pod`);
  }
  for (const list of ["initContainers", "containers"] as const) {
    for (const [i, container] of (spec[list] ?? []).entries()) {
      const fields = name === "windows" ? linuxContainer : (["windowsOptions"] as const);
      forbid(container.securityContext, fields, at(at(at(path, list), i), "securityContext"), errors, name);
    }
  }
}

function forbid<T extends object>(
  value: T | undefined,
  fields: readonly (keyof T & string)[],
  path: string,
  errors: FieldErrors,
  os: string,
): void {
  for (const field of fields) {
    if (value?.[field] !== undefined) errors.forbidden(at(path, field), `cannot be set for a ${os} pod`);
  }
}
