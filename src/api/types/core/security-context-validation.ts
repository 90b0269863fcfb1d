/** Validation of security contexts, of pods and of containers. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { relativePath } from "../../names/file-path.ts";
import type { PodSpec } from "./pod.ts";
import type {
  AppArmorProfile,
  PodSecurityContext,
  SeccompProfile,
  SecurityContext,
  WindowsSecurityContextOptions,
} from "./security-context.ts";

const maxId = 2 ** 31 - 1;
const seccompTypes = ["Localhost", "RuntimeDefault", "Unconfined"];
const sysctlName = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;
const maxSysctlBytes = 253;
const maxCredentialSpecBytes = 64 * 1024;

function validateId(id: number | undefined, path: string, errors: FieldErrors): void {
  if (id !== undefined && (id < 0 || id > maxId))
    errors.invalid(path, id, `must be between 0 and ${maxId}, inclusive`);
}

function validateChoice(
  value: string | undefined,
  choices: readonly string[],
  path: string,
  errors: FieldErrors,
): void {
  if (value !== undefined && !choices.includes(value)) errors.notSupported(path, value, choices);
}

export interface SecurityRules {
  /** Whether the pod shares the host's user namespace (the default). */
  readonly hostUsers: boolean;
}

export function validateSecurityContext(
  context: SecurityContext | undefined,
  path: string,
  errors: FieldErrors,
  rules: SecurityRules,
): void {
  if (context === undefined) return;
  validateId(context.runAsUser, at(path, "runAsUser"), errors);
  validateId(context.runAsGroup, at(path, "runAsGroup"), errors);
  validateChoice(context.procMount, ["Default", "Unmasked"], at(path, "procMount"), errors);
  if (context.procMount === "Unmasked" && rules.hostUsers) {
    errors.invalid(at(path, "procMount"), context.procMount, "needs `hostUsers` to be false");
  }
  validateSeccomp(context.seccompProfile, at(path, "seccompProfile"), errors);
  validateAppArmor(context.appArmorProfile, at(path, "appArmorProfile"), errors);
  validateWindows(context.windowsOptions, at(path, "windowsOptions"), errors);
  if (context.allowPrivilegeEscalation !== false) return;
  if (context.privileged) {
    errors.invalid(path, context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
  }
  if (context.capabilities?.add?.some((one) => one === "CAP_SYS_ADMIN")) {
    errors.invalid(path, context, "cannot set `allowPrivilegeEscalation` to false and add CAP_SYS_ADMIN");
  }
}

/** Users of its own have no rights over namespaces of the node. */
export function validateHostUsers(spec: PodSpec, path: string, errors: FieldErrors): void {
  if (spec.hostUsers !== false) return;
  for (const field of ["hostNetwork", "hostPID", "hostIPC"] as const)
    if (spec[field] === true) errors.forbidden(at(path, field), "when `hostUsers` is false");
}

export function validatePodSecurityContext(
  context: PodSecurityContext | undefined,
  spec: PodSpec,
  path: string,
  errors: FieldErrors,
): void {
  if (spec.hostPID && spec.shareProcessNamespace) {
    errors.invalid(at(path, "shareProcessNamespace"), true, "cannot be true together with `hostPID`");
  }
  if (context === undefined) return;
  validateId(context.fsGroup, at(path, "fsGroup"), errors);
  validateId(context.runAsUser, at(path, "runAsUser"), errors);
  validateId(context.runAsGroup, at(path, "runAsGroup"), errors);
  for (const [i, id] of (context.supplementalGroups ?? []).entries()) {
    validateId(id, at(at(path, "supplementalGroups"), i), errors);
  }
  validateSysctls(context, spec, at(path, "sysctls"), errors);
  validateChoice(
    context.fsGroupChangePolicy,
    ["Always", "OnRootMismatch"],
    at(path, "fsGroupChangePolicy"),
    errors,
  );
  validateChoice(
    context.supplementalGroupsPolicy,
    ["Merge", "Strict"],
    at(path, "supplementalGroupsPolicy"),
    errors,
  );
  validateChoice(
    context.seLinuxChangePolicy,
    ["MountOption", "Recursive"],
    at(path, "seLinuxChangePolicy"),
    errors,
  );
  validateSeccomp(context.seccompProfile, at(path, "seccompProfile"), errors);
  validateAppArmor(context.appArmorProfile, at(path, "appArmorProfile"), errors);
  validateWindows(context.windowsOptions, at(path, "windowsOptions"), errors);
}

function validateSysctls(
  context: PodSecurityContext,
  spec: PodSpec,
  path: string,
  errors: FieldErrors,
): void {
  const seen = new Set<string>();
  for (const [i, { name }] of (context.sysctls ?? []).entries()) {
    const here = at(path, i);
    const dotted = name.replaceAll("/", ".");
    if (name === "") errors.required(at(here, "name"));
    else if (name.length > maxSysctlBytes || !sysctlName.test(name)) {
      errors.invalid(at(here, "name"), name, "must be words joined by '.' or '/'");
    } else if (seen.has(dotted)) errors.duplicate(at(here, "name"), name);
    seen.add(dotted);
    const clash = (spec.hostNetwork && dotted.startsWith("net.")) || (spec.hostIPC && isIpc(dotted));
    if (clash)
      errors.invalid(at(here, "name"), name, "belongs to a namespace that the pod shares with the host");
  }
}

function isIpc(name: string): boolean {
  return (
    name.startsWith("kernel.shm") ||
    name.startsWith("kernel.msg") ||
    name.startsWith("fs.mqueue.") ||
    name === "kernel.sem"
  );
}

function validateSeccomp(profile: SeccompProfile | undefined, path: string, errors: FieldErrors): void {
  if (profile !== undefined) validateProfile(profile, path, errors, (file) => relativePath(file));
}

function validateAppArmor(profile: AppArmorProfile | undefined, path: string, errors: FieldErrors): void {
  if (profile === undefined) return;
  validateProfile(profile, path, errors, (name) => {
    if (name.trim() === "") return ["must be set"];
    return name.trim() === name ? [] : ["must not be padded with whitespace"];
  });
}

function validateProfile(
  profile: { readonly type: string; readonly localhostProfile?: string },
  path: string,
  errors: FieldErrors,
  check: (name: string) => readonly string[],
): void {
  const local = at(path, "localhostProfile");
  if (profile.type === "") errors.required(at(path, "type"), `one of ${seccompTypes.join(", ")}`);
  else validateChoice(profile.type, seccompTypes, at(path, "type"), errors);
  if (profile.type === "Localhost") {
    if (profile.localhostProfile === undefined) errors.required(local, "must be set when type is Localhost");
    else errors.invalidEach(local, profile.localhostProfile, check(profile.localhostProfile));
  } else if (profile.localhostProfile !== undefined) {
    errors.invalid(local, profile.localhostProfile, "can only be set when type is Localhost");
  }
}

function validateWindows(
  options: WindowsSecurityContextOptions | undefined,
  path: string,
  errors: FieldErrors,
): void {
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName: user } = options ?? {};
  if (name !== undefined && name === "")
    errors.invalid(at(path, "gmsaCredentialSpecName"), name, "must not be empty");
  if (spec !== undefined && (spec === "" || spec.length > maxCredentialSpecBytes)) {
    errors.invalid(
      at(path, "gmsaCredentialSpec"),
      spec.length,
      `must have 1 to ${maxCredentialSpecBytes} bytes`,
    );
  }
  if (
    user !== undefined &&
    !/^[^\s"/[\]:;|=,+*?<>\\][^"/[\]:;|=,+*?<>]*$/.test(user.replace(/^[^\\]*\\/, ""))
  ) {
    errors.invalid(
      at(path, "runAsUserName"),
      user,
      "must be a user name, with a domain and '\\' before it if any",
    );
  }
}
