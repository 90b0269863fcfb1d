/**
 * Privileges of containers and pods.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  enumOf,
  known,
  field,
  int64,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  type Value,
} from "../../schema/mod.ts";

export type AppArmorProfileType = Value<typeof AppArmorProfileType>;
export const AppArmorProfileType = enumOf("Localhost", "RuntimeDefault", "Unconfined");

export interface AppArmorProfile extends Shape<typeof AppArmorProfile>, Plain {}
export const AppArmorProfile = message<AppArmorProfile>("AppArmorProfile")({
  type: field(1, AppArmorProfileType),
  localhostProfile: optional(2, string),
});

export interface Capabilities extends Shape<typeof Capabilities>, Plain {}
export const Capabilities = message<Capabilities>("Capabilities")({
  add: omitempty(1, atomic(string)),
  drop: omitempty(2, atomic(string)),
});

export interface SELinuxOptions extends Shape<typeof SELinuxOptions>, Plain {}
export const SELinuxOptions = message<SELinuxOptions>("SELinuxOptions")({
  user: omitempty(1, string),
  role: omitempty(2, string),
  type: omitempty(3, string),
  level: omitempty(4, string),
});

export interface WindowsSecurityContextOptions extends Shape<typeof WindowsSecurityContextOptions>, Plain {}
export const WindowsSecurityContextOptions = message<WindowsSecurityContextOptions>(
  "WindowsSecurityContextOptions",
)({
  gmsaCredentialSpecName: optional(1, string),
  gmsaCredentialSpec: optional(2, string),
  runAsUserName: optional(3, string),
  hostProcess: optional(4, bool),
});

export interface Sysctl extends Shape<typeof Sysctl>, Plain {}
export const Sysctl = message<Sysctl>("Sysctl")({
  name: field(1, string),
  value: field(2, string),
});

export type SeccompProfileType = Value<typeof SeccompProfileType>;
export const SeccompProfileType = enumOf("Localhost", "RuntimeDefault", "Unconfined");

export interface SeccompProfile extends Shape<typeof SeccompProfile>, Plain {}
export const SeccompProfile = message<SeccompProfile>("SeccompProfile")({
  type: field(1, SeccompProfileType),
  localhostProfile: optional(2, string),
});

export type SupplementalGroupsPolicy = Value<typeof SupplementalGroupsPolicy>;
export const SupplementalGroupsPolicy = enumOf("Merge", "Strict");

export type PodFSGroupChangePolicy = Value<typeof PodFSGroupChangePolicy>;
export const PodFSGroupChangePolicy = enumOf("Always", "OnRootMismatch");

export type PodSELinuxChangePolicy = Value<typeof PodSELinuxChangePolicy>;
export const PodSELinuxChangePolicy = known("MountOption", "Recursive");

export interface PodSecurityContext extends Shape<typeof PodSecurityContext>, Plain {}
export const PodSecurityContext = message<PodSecurityContext>("PodSecurityContext")({
  seLinuxOptions: optional(1, SELinuxOptions),
  windowsOptions: optional(8, WindowsSecurityContextOptions),
  runAsUser: optional(2, int64),
  runAsGroup: optional(6, int64),
  runAsNonRoot: optional(3, bool),
  supplementalGroups: omitempty(4, atomic(int64)),
  supplementalGroupsPolicy: optional(12, SupplementalGroupsPolicy, { gate: "SupplementalGroupsPolicy" }),
  fsGroup: optional(5, int64),
  sysctls: omitempty(7, atomic(Sysctl)),
  fsGroupChangePolicy: optional(9, PodFSGroupChangePolicy),
  seccompProfile: optional(10, SeccompProfile),
  appArmorProfile: optional(11, AppArmorProfile),
  seLinuxChangePolicy: optional(13, PodSELinuxChangePolicy, { gate: "SELinuxChangePolicy" }),
});

export type ProcMountType = Value<typeof ProcMountType>;
export const ProcMountType = enumOf("Default", "Unmasked");

export interface SecurityContext extends Shape<typeof SecurityContext>, Plain {}
export const SecurityContext = message<SecurityContext>("SecurityContext")({
  capabilities: optional(1, Capabilities),
  privileged: optional(2, bool),
  seLinuxOptions: optional(3, SELinuxOptions),
  windowsOptions: optional(10, WindowsSecurityContextOptions),
  runAsUser: optional(4, int64),
  runAsGroup: optional(8, int64),
  runAsNonRoot: optional(5, bool),
  readOnlyRootFilesystem: optional(6, bool),
  allowPrivilegeEscalation: optional(7, bool),
  procMount: optional(9, ProcMountType),
  seccompProfile: optional(11, SeccompProfile),
  appArmorProfile: optional(12, AppArmorProfile),
});
