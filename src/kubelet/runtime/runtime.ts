/**
 * What the kubelet needs of a container runtime, in the shape of CRI v1 (`runtime.v1.RuntimeService` and
 * `ImageService`): the same calls, states and idempotence, so that containerd and CRI-O fit behind a codec
 * and a simulated twin (`sim/`) behind none. Names are CRI's; times are milliseconds since the epoch (CRI
 * has nanoseconds), absent optional fields are left out. `runtime.contract.ts` is the suite all of them
 * pass.
 *
 * Invariants: a sandbox and its containers outlive the kubelet; stop and remove of what is gone succeed;
 * labels and annotations come back exactly as given.
 */
import type { ContainerConfig, LinuxResources, PodSandboxConfig } from "./config.ts";

export type SandboxState = "SANDBOX_READY" | "SANDBOX_NOTREADY";

export type ContainerState =
  | "CONTAINER_CREATED"
  | "CONTAINER_RUNNING"
  | "CONTAINER_EXITED"
  | "CONTAINER_UNKNOWN";

/** Labels and annotations, carried for the kubelet and never read by the runtime. */
export type StringMap = Readonly<Record<string, string>>;

/** Both given: both must match. An absent filter matches everything. */
export interface RuntimeFilter {
  readonly id?: string;
  readonly labels?: StringMap;
}

/** A row of `listPodSandbox`. */
export interface Sandbox {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** 0 for the first sandbox of a pod, then one more for each that replaced it. */
  readonly attempt: number;
  readonly state: SandboxState;
  readonly createdAtMs: number;
  readonly labels: StringMap;
  readonly annotations: StringMap;
  readonly runtimeHandler: string;
}

/** What one sandbox is now. */
export interface SandboxStatus extends Sandbox {
  /** Of the pod's network, IPv4 or IPv6; empty with host network or before the network is up. */
  readonly ips: readonly string[];
  readonly hostNetwork: boolean;
}

/** A row of `listContainers`. */
export interface ContainerSummary {
  readonly id: string;
  readonly podSandboxId: string;
  readonly name: string;
  readonly attempt: number;
  readonly state: ContainerState;
  readonly createdAtMs: number;
  readonly image: string;
  readonly imageRef: string;
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

/** What one container is now, or how it ended. */
export interface ContainerStatus extends ContainerSummary {
  /** 0 until it has started. */
  readonly startedAtMs: number;
  /** 0 until it has ended. */
  readonly finishedAtMs: number;
  /** Set once exited; 128 + n after signal n. */
  readonly exitCode: number;
  /** `Completed`, `Error`, `OOMKilled`, `StartError`, or empty. */
  readonly reason: string;
  /**
   * The runtime's own word on the end, or what the container left at its termination message path (or, after
   * a failure and if its policy says so, last printed): at most 4,096 bytes. CRI leaves the file to its
   * caller; here it belongs to the implementation, which alone sees the container's files. Path and policy
   * are annotations of the container.
   */
  readonly message: string;
  readonly logPath: string;
  /** Whom its first process runs as, where the runtime tells. */
  readonly user?: {
    readonly uid: number;
    readonly gid: number;
    readonly supplementalGroups: readonly number[];
  };
  /** Where it has mounts that are read-only with all that is below. */
  readonly recursiveReadOnly: readonly string[];
}

/** What a command printed, and its end. */
export interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** What a container uses. */
export interface ContainerStats {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly labels: StringMap;
  readonly atMs: number;
  /** Nanoseconds of CPU since the start. */
  readonly cpuUsageNanoseconds: number;
  readonly memoryWorkingSetBytes: number;
  readonly writableLayerUsedBytes: number;
  /** Where the runtime measures it. */
  readonly memory?: MemoryDetail;
  readonly writableLayerInodesUsed?: number;
}

/** What a runtime may tell of memory beside the working set. */
export interface MemoryDetail {
  readonly usageBytes: number;
  readonly rssBytes: number;
  /** 0: without a limit. */
  readonly availableBytes: number;
  readonly pageFaults: number;
  readonly majorPageFaults: number;
}

/** What went through a network interface. */
export interface InterfaceStats {
  readonly name: string;
  readonly rxBytes: number;
  readonly rxErrors: number;
  readonly txBytes: number;
  readonly txErrors: number;
}

/** What a whole pod uses. */
export interface SandboxStats {
  readonly id: string;
  readonly labels: StringMap;
  readonly atMs: number;
  readonly cpuUsageNanoseconds: number;
  readonly memoryWorkingSetBytes: number;
  readonly memory: MemoryDetail;
  /** Undefined with host network. */
  readonly network?: InterfaceStats;
  readonly processes: number;
}

/** A change of state; `containerId` is empty for events of the sandbox itself. */
export interface ContainerEvent {
  readonly type: "CREATED" | "STARTED" | "STOPPED" | "DELETED";
  readonly containerId: string;
  readonly sandboxId: string;
  /** Labels of the container or sandbox: enough to find the pod. */
  readonly labels: StringMap;
  readonly atMs: number;
}

/** Who the runtime is. */
export interface RuntimeVersion {
  readonly runtimeName: string;
  readonly runtimeVersion: string;
  readonly runtimeApiVersion: string;
}

/** A condition of the runtime: `RuntimeReady` or `NetworkReady`. */
export interface RuntimeCondition {
  readonly type: string;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}

/** A way to run containers (a RuntimeClass names one). */
export interface RuntimeHandler {
  /** Empty for the default handler. */
  readonly name: string;
  readonly recursiveReadOnlyMounts: boolean;
  readonly userNamespaces: boolean;
}

/** How the runtime is. */
export interface RuntimeStatus {
  readonly conditions: readonly RuntimeCondition[];
  readonly handlers: readonly RuntimeHandler[];
  readonly supplementalGroupsPolicy: boolean;
}

/** Every method rejects with `RuntimeError`; `signal` abandons the call, not what it has begun. */
export interface RuntimeService {
  version(signal: AbortSignal): Promise<RuntimeVersion>;
  status(signal: AbortSignal): Promise<RuntimeStatus>;
  updateRuntimeConfig(config: { readonly podCidr: string }, signal: AbortSignal): Promise<void>;

  /** Creates and starts a sandbox with its network; resolves with its id once it is ready. */
  runPodSandbox(config: PodSandboxConfig, signal: AbortSignal): Promise<string>;
  /** Ends what still runs in it (at once) and gives its network back. Idempotent. */
  stopPodSandbox(id: string, signal: AbortSignal): Promise<void>;
  /** Removes it with its containers. Idempotent. */
  removePodSandbox(id: string, signal: AbortSignal): Promise<void>;
  podSandboxStatus(id: string, signal: AbortSignal): Promise<SandboxStatus>;
  listPodSandbox(
    filter: RuntimeFilter & { readonly state?: SandboxState },
    signal: AbortSignal,
  ): Promise<readonly Sandbox[]>;

  createContainer(
    sandboxId: string,
    config: ContainerConfig,
    sandbox: PodSandboxConfig,
    signal: AbortSignal,
  ): Promise<string>;
  startContainer(id: string, signal: AbortSignal): Promise<void>;
  /**
   * Sends the stop signal, then SIGKILL after `timeoutSeconds` (0: at once); resolves when it has ended.
   * Idempotent.
   */
  stopContainer(id: string, timeoutSeconds: number, signal: AbortSignal): Promise<void>;
  /** Removes a container, ending it first if need be. Idempotent. */
  removeContainer(id: string, signal: AbortSignal): Promise<void>;
  /** Of a container that runs; zeros leave what is. */
  updateContainerResources(id: string, resources: LinuxResources, signal: AbortSignal): Promise<void>;
  listContainers(
    filter: RuntimeFilter & { readonly podSandboxId?: string; readonly state?: ContainerState },
    signal: AbortSignal,
  ): Promise<readonly ContainerSummary[]>;
  containerStatus(id: string, signal: AbortSignal): Promise<ContainerStatus>;
  /** Runs a command to its end; rejects with code `timeout` after `timeoutSeconds` (0: none). */
  execSync(
    id: string,
    command: readonly string[],
    timeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<ExecResult>;
  listContainerStats(
    filter: RuntimeFilter & { readonly podSandboxId?: string },
    signal: AbortSignal,
  ): Promise<readonly ContainerStats[]>;

  /**
   * Changes from now on, in order; ends on abort, throws when the link to the runtime breaks. After
   * (re)opening the kubelet lists once, since events in between are lost. The subscription stands when
   * `open` has been called.
   */
  containerEvents(open: () => void, signal: AbortSignal): AsyncIterable<ContainerEvent>;
}

/** An image on the node. */
export interface Image {
  /** The content's id, `sha256:...`. */
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly sizeBytes: number;
  /** Never collected (the sandbox image). */
  readonly pinned: boolean;
  /** The image's user by number, or by name. */
  readonly uid?: number;
  readonly userName?: string;
}

/** Registry credentials, one of several that are tried in order. */
export interface ImageAuth {
  readonly username?: string;
  readonly password?: string;
  readonly serverAddress?: string;
  readonly identityToken?: string;
  readonly registryToken?: string;
}

/** What images take of a file system. */
export interface FilesystemUsage {
  readonly atMs: number;
  readonly mountpoint: string;
  readonly usedBytes: number;
  readonly inodesUsed: number;
}

/** Images on the node and their registries. Every method rejects with `RuntimeError`. */
export interface ImageService {
  /**
   * Resolves with the reference to create containers by (`imageRef`). Rejects with `image-not-found`,
   * `registry-unavailable` or `pull-failed`.
   */
  pullImage(
    image: string,
    auth: ImageAuth | undefined,
    sandbox: PodSandboxConfig,
    signal: AbortSignal,
  ): Promise<string>;
  /** `undefined` when it is not on the node. */
  imageStatus(image: string, signal: AbortSignal): Promise<Image | undefined>;
  listImages(signal: AbortSignal): Promise<readonly Image[]>;
  /** Idempotent. */
  removeImage(image: string, signal: AbortSignal): Promise<void>;
  imageFsInfo(signal: AbortSignal): Promise<readonly FilesystemUsage[]>;
}
