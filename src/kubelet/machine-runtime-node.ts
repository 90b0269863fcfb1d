/**
 * The machine's own runtime for pods: containerd, the pod network and mounts. While it runs, nobody else may
 * run the machine's pods (`machine-lock-node.ts`). A runtime that was left behind by a killed program is
 * adopted by its start, and taken down by its dispose.
 *
 *   containers --(their grace)--> sandboxes --> mounts --> cgroups --> rules --> containerd        dispose
 */
import { type Component, type Env, messageOf, type Processes, type TaskGroup } from "#base";
import { SystemCgroupFiles } from "./cgroup/cgroup-files-node.ts";
import { MachineCgroups } from "./cgroup/machine-cgroups.ts";
import { MachineStats } from "./eviction/machine-stats-node.ts";
import { maxGraceAtShutdownSeconds } from "./limits.ts";
import type { MachineInfo } from "./machine.ts";
import { lifeEvents } from "./runtime/containerd/containerd-events.ts";
import { Containerd, sandboxImage } from "./runtime/containerd/containerd-node.ts";
import { ImageMounts } from "./runtime/containerd/image-mounts-node.ts";
import { PodNetwork } from "./runtime/containerd/pod-network-node.ts";
import type { NodeTools } from "./runtime/containerd/tools-node.ts";
import { ContainerFiles } from "./runtime/cri/container-files-node.ts";
import { CriImages } from "./runtime/cri/cri-images.ts";
import { CriRuntime } from "./runtime/cri/cri-runtime.ts";
import { CriStreams } from "./runtime/cri/cri-streams.ts";
import { LogKeeper } from "./runtime/cri/log-keeper-node.ts";
import { LogFiles } from "./runtime/cri/log-files-node.ts";
import { dialStream } from "./runtime/cri/stream-dialer-node.ts";
import { podTerminationGraceAnnotation } from "./runtime/labels.ts";
import { Mounts } from "./volumes/mounts-node.ts";

/** How it is set up. */
export interface MachineRuntimeOptions {
  readonly tools: NodeTools;
  /** Holds containerd's files; short, since a socket is in it. */
  readonly containerdDirectory: string;
  /** Of all nodes' pods. Default 10.244.0.0/16. */
  readonly clusterCidr?: string;
  /** Default `/var/lib/kubelet`. */
  readonly rootDirectory?: string;
  /** Default `/var/log/pods`. */
  readonly podLogsDirectory?: string;
  /** Processes that each pod may have. Default: no limit. */
  readonly podPidsLimit?: number;
}

/** Dispose ends containers with their grace; what they wrote stays. */
export class MachineRuntime implements Component {
  readonly runtime: CriRuntime;
  readonly images: CriImages;
  readonly streams: CriStreams;
  readonly logs: LogFiles;
  readonly mounts: Mounts;
  readonly imageMounts: ImageMounts;
  readonly cgroups: MachineCgroups;
  readonly stats: MachineStats;
  readonly #env: Env;
  readonly #tasks: TaskGroup;
  readonly #logKeeper: LogKeeper;
  readonly #containerd: Containerd;
  readonly #network: PodNetwork;
  readonly #rootDirectory: string;
  #disposed: Promise<void> | undefined;

  constructor(
    env: Env,
    deps: { readonly processes: Processes; readonly machine: Pick<MachineInfo, "bootId" | "architecture"> },
    options: MachineRuntimeOptions,
  ) {
    const { rootDirectory = "/var/lib/kubelet", podLogsDirectory = "/var/log/pods", tools } = options;
    const { processes } = deps;
    const { bootId, architecture } = deps.machine;
    const { searchPath } = tools;
    this.#env = env;
    this.#rootDirectory = rootDirectory;
    this.#containerd = new Containerd(
      env.child("containerd"),
      { processes },
      { ...tools, directory: options.containerdDirectory, bootId, architecture },
    );
    const { rpc, paths } = this.#containerd;
    const { clusterCidr = "10.244.0.0/16" } = options;
    this.#network = new PodNetwork(env, { processes }, { paths, clusterCidr, searchPath });
    this.imageMounts = new ImageMounts({ processes }, { socket: paths.socket, searchPath });
    this.mounts = new Mounts({ processes }, { searchPath });
    const { podPidsLimit } = options;
    this.cgroups = new MachineCgroups(
      env.child("cgroups"),
      { files: new SystemCgroupFiles() },
      podPidsLimit === undefined ? {} : { podPidsLimit },
    );
    this.images = new CriImages({ rpc }, { pinned: [sandboxImage] });
    this.runtime = new CriRuntime(env, {
      rpc,
      files: new ContainerFiles({ rootDirectory, podLogsDirectory }),
      hints: (signal) => lifeEvents(rpc, signal),
      configureNetwork: (podCidr, signal) => this.#network.configure(podCidr, signal),
    });
    this.streams = new CriStreams(env, { rpc, dial: dialStream });
    this.logs = new LogFiles(env, { runtime: this.runtime });
    this.stats = new MachineStats(
      { processes, runtime: this.runtime },
      { rootDirectory, podLogsDirectory, imageDirectory: options.containerdDirectory, searchPath },
    );
    this.#tasks = env.tasks.group("runtime");
    this.#logKeeper = new LogKeeper(env, {
      openLogs: (signal) => this.runtime.openLogs(signal),
      reopen: (id, signal) => this.runtime.reopenLog(id, signal),
    });
  }

  ready(): string | undefined {
    return this.#containerd.ready();
  }

  /** Pods get networks when the API has said where their addresses are, or had said so before. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#containerd.start(signal);
    this.#tasks.spawn("logs", (ending) => this.#logKeeper.run(ending));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #dispose(): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]();
    const signal = new AbortController().signal;
    try {
      if (this.#containerd.ready() === undefined) {
        await this.#stopPods(signal);
        await this.cgroups.removeAll(signal);
      }
      await this.#network.remove(signal);
    } catch (error) {
      this.#env.log.warn("Cannot stop all pods of the node", { error: messageOf(error) });
    }
    await this.#containerd[Symbol.asyncDispose]();
  }

  /** Containers end with their grace, sandboxes give their networks back, mounts go; all else stays. */
  async #stopPods(signal: AbortSignal): Promise<void> {
    const running = await this.runtime.listContainers({ state: "CONTAINER_RUNNING" }, signal);
    await Promise.all(
      running.map(({ id, annotations }) => {
        const grace = Number(annotations[podTerminationGraceAnnotation] ?? 30);
        return this.runtime.stopContainer(id, Math.min(grace, maxGraceAtShutdownSeconds), signal);
      }),
    );
    const sandboxes = await this.runtime.listPodSandbox({ state: "SANDBOX_READY" }, signal);
    await Promise.all(sandboxes.map(({ id }) => this.runtime.stopPodSandbox(id, signal)));
    for (const { uid } of await this.runtime.listPodSandbox({}, signal)) {
      const mounted = await this.mounts.below(`${this.#rootDirectory}/pods/${uid}`);
      for (const path of mounted.toReversed()) await this.mounts.unmount(path, signal);
    }
  }
}
