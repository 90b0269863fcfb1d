/**
 * Security contexts of pod and container as the runtime takes them; what the container says goes before the
 * pod's.
 */
import type { Container, core, Pod, SecurityContext } from "#api";
import type {
  ContainerSecurityContext,
  IdRange,
  NamespaceOptions,
  SandboxSecurityContext,
  SeccompOrApparmor,
} from "../../runtime/config.ts";

/** Where local seccomp profiles lie, below the kubelet's directory. */
const seccompDirectory = "seccomp";

const maskedPaths = [
  "/proc/asound",
  "/proc/acpi",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/sys/firmware",
  "/sys/devices/virtual/powercap",
];
const readonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/** Which namespaces the pod shares with its node; `users` are its own ones. */
function namespacesOf(pod: Pod, users: IdRange | undefined): NamespaceOptions {
  const { spec } = pod;
  return {
    network: spec.hostNetwork === true ? "NODE" : "POD",
    ipc: spec.hostIPC === true ? "NODE" : "POD",
    pid: spec.hostPID === true ? "NODE" : spec.shareProcessNamespace === true ? "POD" : "CONTAINER",
    ...(users === undefined ? {} : { users }),
  };
}

/** Of the sandbox: the pod's own context. Its runtime reads it again with each container, so one that came later counts. */
export function sandboxSecurity(
  pod: Pod,
  rootDirectory: string,
  users: IdRange | undefined,
): SandboxSecurityContext {
  const context = pod.spec.securityContext;
  const { initContainers = [], containers, ephemeralContainers = [] } = pod.spec;
  const all = [...initContainers, ...containers, ...ephemeralContainers];
  return {
    namespaces: namespacesOf(pod, users),
    privileged: all.some((one) => one.securityContext?.privileged === true),
    readonlyRootfs: false,
    ...identity(context?.runAsUser, context?.runAsGroup),
    ...groups(pod),
    ...profiles(pod, undefined, rootDirectory),
    ...selinux(context?.seLinuxOptions),
  };
}

/** Of one container; `targetId` for an ephemeral one that looks into another. */
export function containerSecurity(
  pod: Pod,
  container: Container | core.EphemeralContainer,
  more: {
    readonly rootDirectory: string;
    readonly targetId: string | undefined;
    readonly users: IdRange | undefined;
  },
): ContainerSecurityContext {
  const context = pod.spec.securityContext;
  const own: SecurityContext = container.securityContext ?? {};
  const privileged = own.privileged === true;
  const unmasked = privileged || own.procMount === "Unmasked";
  const { targetId } = more;
  const namespaces = namespacesOf(pod, more.users);
  return {
    namespaces: targetId === undefined ? namespaces : { ...namespaces, pid: "TARGET", targetId },
    privileged,
    readonlyRootfs: own.readOnlyRootFilesystem === true,
    ...identity(own.runAsUser ?? context?.runAsUser, own.runAsGroup ?? context?.runAsGroup),
    ...groups(pod),
    ...profiles(pod, own, more.rootDirectory),
    ...selinux(own.seLinuxOptions ?? context?.seLinuxOptions),
    addCapabilities: own.capabilities?.add ?? [],
    dropCapabilities: own.capabilities?.drop ?? [],
    noNewPrivs: own.allowPrivilegeEscalation === false,
    maskedPaths: unmasked ? [] : maskedPaths,
    readonlyPaths: unmasked ? [] : readonlyPaths,
  };
}

/** The user that a container will run as, when the pod says so. */
export function runAsUserOf(pod: Pod, container: Container | core.EphemeralContainer): number | undefined {
  return container.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser;
}

/** Whether root is refused. */
export function mustRunAsNonRoot(pod: Pod, container: Container | core.EphemeralContainer): boolean {
  return container.securityContext?.runAsNonRoot ?? pod.spec.securityContext?.runAsNonRoot ?? false;
}

function identity(
  runAsUser: number | undefined,
  runAsGroup: number | undefined,
): Pick<SandboxSecurityContext, "runAsUser" | "runAsGroup"> {
  return {
    ...(runAsUser === undefined ? {} : { runAsUser }),
    ...(runAsGroup === undefined ? {} : { runAsGroup }),
  };
}

function groups(pod: Pod): Pick<SandboxSecurityContext, "supplementalGroups" | "supplementalGroupsPolicy"> {
  const context = pod.spec.securityContext;
  const fsGroup = context?.fsGroup;
  return {
    supplementalGroups: [...(fsGroup === undefined ? [] : [fsGroup]), ...(context?.supplementalGroups ?? [])],
    supplementalGroupsPolicy: context?.supplementalGroupsPolicy === "Strict" ? "Strict" : "Merge",
  };
}

function profiles(
  pod: Pod,
  own: SecurityContext | undefined,
  rootDirectory: string,
): Pick<SandboxSecurityContext, "seccomp" | "apparmor"> {
  const seccomp = own?.seccompProfile ?? pod.spec.securityContext?.seccompProfile;
  const apparmor = own?.appArmorProfile ?? pod.spec.securityContext?.appArmorProfile;
  return {
    seccomp: profile(seccomp, (name) => `${rootDirectory}/${seccompDirectory}/${name}`) ?? {
      type: "Unconfined",
      localhostRef: "",
    },
    ...(apparmor === undefined
      ? {}
      : { apparmor: profile(apparmor, (name) => name) ?? { type: "RuntimeDefault", localhostRef: "" } }),
  };
}

function profile(
  given: { readonly type: string; readonly localhostProfile?: string } | undefined,
  path: (name: string) => string,
): SeccompOrApparmor | undefined {
  switch (given?.type) {
    case "RuntimeDefault":
    case "Unconfined":
      return { type: given.type, localhostRef: "" };
    case "Localhost":
      return { type: "Localhost", localhostRef: path(given.localhostProfile ?? "") };
    default:
      return undefined;
  }
}

function selinux(options: core.SELinuxOptions | undefined): Pick<SandboxSecurityContext, "selinux"> {
  if (options === undefined) return {};
  const { user = "", role = "", type = "", level = "" } = options;
  return { selinux: { user, role, type, level } };
}
