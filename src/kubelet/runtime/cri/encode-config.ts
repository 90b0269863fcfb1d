/** Configurations of sandboxes and containers as CRI's messages. Pure. */
import type { Given } from "#base/rpc";
import type {
  ContainerConfig,
  ContainerSecurityContext,
  IdRange,
  Mount,
  PodSandboxConfig,
  SandboxSecurityContext,
  SeccompOrApparmor,
} from "../config.ts";
import {
  groupsPolicies,
  namespaceModes,
  profileTypes,
  propagations,
  protocols,
  signalNumber,
} from "./enums.ts";
import type { containerConfigMessage, sandboxConfigMessage } from "./messages.ts";

/** For `RunPodSandbox`, and beside a container or an image in later calls. */
export function encodeSandbox(config: PodSandboxConfig): Given<typeof sandboxConfigMessage> {
  const { name, namespace, uid, attempt, security } = config;
  return {
    metadata: { name, namespace, uid, attempt },
    hostname: config.hostname,
    logDirectory: config.logDirectory,
    dns: config.dns,
    portMappings: config.portMappings.map((port) => ({
      ...port,
      protocol: protocols.indexOf(port.protocol),
    })),
    labels: config.labels,
    annotations: config.annotations,
    linux: {
      cgroupParent: config.cgroupParent,
      security: commonSecurity(security),
      sysctls: config.sysctls,
      overhead: config.overhead,
      resources: config.resources,
    },
  };
}

/** For `CreateContainer`. */
export function encodeContainer(config: ContainerConfig): Given<typeof containerConfigMessage> {
  const { name, attempt, stopSignal } = config;
  return {
    metadata: { name, attempt },
    image: { image: config.imageRef, userSpecified: config.image },
    command: config.command,
    args: config.args,
    workingDir: config.workingDir,
    env: config.env.map((one) => ({ key: one.name, value: one.value })),
    mounts: config.mounts.map((one) => encodeMount(one, config.security.namespaces.users)),
    labels: config.labels,
    annotations: config.annotations,
    logPath: config.logPath,
    stdin: config.stdin,
    stdinOnce: config.stdinOnce,
    tty: config.tty,
    linux: { resources: config.resources, security: containerSecurity(config.security) },
    ...(stopSignal === undefined ? {} : { stopSignal: signalNumber(stopSignal) }),
  };
}

type CriMount = NonNullable<Given<typeof containerConfigMessage>["mounts"]>[number];

/** `users`: of the container. */
function encodeMount(
  { unmappable = false, propagation, ...mount }: Mount,
  users: IdRange | undefined,
): CriMount {
  const mappings = unmappable ? [] : idMappings(users);
  const maps = { uidMappings: mappings, gidMappings: mappings };
  return { ...mount, propagation: propagations.indexOf(propagation), ...maps };
}

function idMappings(users: IdRange | undefined): NonNullable<CriMount["uidMappings"]> {
  return users === undefined ? [] : [{ hostId: users.first, containerId: 0, length: users.count }];
}

type SandboxSecurity = NonNullable<NonNullable<Given<typeof sandboxConfigMessage>["linux"]>["security"]>;

type ContainerSecurity = NonNullable<NonNullable<Given<typeof containerConfigMessage>["linux"]>["security"]>;

/** What both messages have, under the same names. */
function commonSecurity(context: SandboxSecurityContext): SandboxSecurity {
  const { namespaces, runAsUser, runAsGroup, seccomp, apparmor, selinux } = context;
  return {
    namespaces: {
      network: namespaceModes.indexOf(namespaces.network),
      pid: namespaceModes.indexOf(namespaces.pid),
      ipc: namespaceModes.indexOf(namespaces.ipc),
      targetId: namespaces.targetId,
      users: {
        mode: namespaceModes.indexOf(namespaces.users === undefined ? "NODE" : "POD"),
        uids: idMappings(namespaces.users),
        gids: idMappings(namespaces.users),
      },
    },
    privileged: context.privileged,
    readonlyRootfs: context.readonlyRootfs,
    supplementalGroups: context.supplementalGroups,
    supplementalGroupsPolicy: groupsPolicies.indexOf(context.supplementalGroupsPolicy),
    selinux,
    seccomp: seccomp && encodeProfile(seccomp),
    apparmor: apparmor && encodeProfile(apparmor),
    runAsUser: runAsUser === undefined ? undefined : { value: runAsUser },
    // The runtime refuses a group without a user.
    runAsGroup: runAsGroup === undefined || runAsUser === undefined ? undefined : { value: runAsGroup },
  };
}

function containerSecurity(context: ContainerSecurityContext): ContainerSecurity {
  const { runAsUserName } = context;
  return {
    ...commonSecurity(context),
    capabilities: { add: context.addCapabilities, drop: context.dropCapabilities },
    noNewPrivs: context.noNewPrivs,
    maskedPaths: context.maskedPaths,
    readonlyPaths: context.readonlyPaths,
    ...(runAsUserName === undefined ? {} : { runAsUserName }),
  };
}

function encodeProfile({ type, localhostRef }: SeccompOrApparmor): {
  readonly type: number;
  readonly localhostRef: string;
} {
  return { type: profileTypes.indexOf(type), localhostRef };
}
