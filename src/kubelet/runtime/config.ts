/**
 * What the kubelet hands to a runtime to make sandboxes and containers: CRI v1's configuration messages,
 * without Windows. Pure data; made by `pod/config/sandbox-config.ts` and
 * `pod/config/container-config.ts`.
 */
import type { StringMap } from "./runtime.ts";

/** What goes into resolv.conf. */
export interface DnsConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** A port of the host that leads into the pod. */
export interface PortMapping {
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIp: string;
}

/** Which namespace of the kernel a sandbox or container joins. */
export type NamespaceMode = "POD" | "CONTAINER" | "NODE" | "TARGET";

/** The node's ids that stand for a pod's own, which begin with 0: `{ first: 65536, count: 65536 }`. */
export interface IdRange {
  readonly first: number;
  readonly count: number;
}

/** The kernel namespaces of a sandbox or container. */
export interface NamespaceOptions {
  readonly network: NamespaceMode;
  readonly pid: NamespaceMode;
  readonly ipc: NamespaceMode;
  /** With `pid: "TARGET"`, the container whose namespace is joined. */
  readonly targetId?: string;
  /** Undefined: users are the node's. Otherwise files of mounts belong to the pod's users, whose ids they have. */
  readonly users?: IdRange;
}

/** A profile that confines programs. */
export interface SeccompOrApparmor {
  readonly type: "RuntimeDefault" | "Unconfined" | "Localhost";
  /** Of a local profile, an absolute path (seccomp) or a name (AppArmor). */
  readonly localhostRef: string;
}

/** A label of SELinux. */
export interface SeLinuxOptions {
  readonly user: string;
  readonly role: string;
  readonly type: string;
  readonly level: string;
}

/** What confines a whole pod. */
export interface SandboxSecurityContext {
  readonly namespaces: NamespaceOptions;
  readonly privileged: boolean;
  readonly readonlyRootfs: boolean;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly supplementalGroups: readonly number[];
  readonly supplementalGroupsPolicy: "Merge" | "Strict";
  readonly seccomp?: SeccompOrApparmor;
  readonly apparmor?: SeccompOrApparmor;
  readonly selinux?: SeLinuxOptions;
}

/** What confines one container. */
export interface ContainerSecurityContext extends SandboxSecurityContext {
  readonly addCapabilities: readonly string[];
  readonly dropCapabilities: readonly string[];
  readonly runAsUserName?: string;
  readonly noNewPrivs: boolean;
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
}

/** cgroup values; 0 leaves the runtime's default. */
export interface LinuxResources {
  readonly cpuPeriod: number;
  readonly cpuQuota: number;
  readonly cpuShares: number;
  readonly memoryLimitBytes: number;
  readonly oomScoreAdj: number;
  /** Files of a cgroup of version 2 and what is written to them. */
  readonly unified?: Readonly<Record<string, string>>;
  readonly hugepageLimits: readonly { readonly pageSize: string; readonly limitBytes: number }[];
}

/** A directory or file of the host inside the container. */
export interface Mount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readonly: boolean;
  readonly recursiveReadOnly: boolean;
  readonly selinuxRelabel: boolean;
  readonly propagation: "PRIVATE" | "HOST_TO_CONTAINER" | "BIDIRECTIONAL";
  /** Its file system cannot give its files to a pod's own users: they belong to nobody there. */
  readonly unmappable?: boolean;
}

/** Where a container has mounts that are read-only with all that is below. */
export function recursiveOf(
  mounts: readonly Pick<Mount, "containerPath" | "recursiveReadOnly">[],
): readonly string[] {
  return mounts.flatMap((one) => (one.recursiveReadOnly ? [one.containerPath] : []));
}

/** Everything that makes a sandbox. */
export interface PodSandboxConfig {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly attempt: number;
  /** Empty with host network. */
  readonly hostname: string;
  readonly logDirectory: string;
  readonly dns?: DnsConfig;
  readonly portMappings: readonly PortMapping[];
  readonly labels: StringMap;
  readonly annotations: StringMap;
  readonly runtimeHandler: string;
  readonly cgroupParent: string;
  readonly sysctls: StringMap;
  readonly security: SandboxSecurityContext;
  readonly overhead: LinuxResources;
  readonly resources: LinuxResources;
}

/** Everything that makes a container. */
export interface ContainerConfig {
  readonly name: string;
  readonly attempt: number;
  /** The reference that `pullImage` or `imageStatus` gave. */
  readonly imageRef: string;
  /** As the user wrote it, for status. */
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly Mount[];
  readonly labels: StringMap;
  readonly annotations: StringMap;
  /** Below the sandbox's log directory. */
  readonly logPath: string;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly resources: LinuxResources;
  readonly security: ContainerSecurityContext;
  /** A signal's name (`SIGUSR1`); default the image's, else SIGTERM. */
  readonly stopSignal?: string;
}
