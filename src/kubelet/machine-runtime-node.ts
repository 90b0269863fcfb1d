/**
 * The machine's own runtime for pods: a containerd that we run, or a runtime that was there; the pod network
 * and mounts. While it runs, nobody else may run the machine's pods (`machine-lock-node.ts`). What was left
 * behind by a killed program is adopted by its start, and taken down by its dispose.
 *
 *   containers --(their grace)--> sandboxes --> mounts --> rules --> cgroups --> our containerd        dispose
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
import type { BasicTools, NodeTools } from "./runtime/containerd/tools-node.ts";
import { ContainerFiles } from "./runtime/cri/container-files-node.ts";
import { CriImages } from "./runtime/cri/cri-images.ts";
import { CriRuntime } from "./runtime/cri/cri-runtime.ts";
import { OpenLogs } from "./runtime/cri/open-logs.ts";
import { CriStreams } from "./runtime/cri/cri-streams.ts";
import { LogKeeper, type LogKeeperOptions } from "./runtime/cri/log-keeper-node.ts";
import { PodRelays } from "./runtime/cri/pod-relays-node.ts";
import { LogFiles } from "./runtime/cri/log-files-node.ts";
import { startPatienceMs, startsPerProcessor } from "./runtime/cri/limits.ts";
import { RuntimeEndpoint } from "./runtime/cri/runtime-endpoint.ts";
import { StartTurns } from "./runtime/cri/start-turns.ts";
import { dialStream } from "./runtime/cri/stream-dialer-node.ts";
import { podTerminationGraceAnnotation } from "./runtime/labels.ts";
import { CgroupReadings } from "./server/measures/cgroup-readings-node.ts";
import { StorageReadings } from "./server/measures/storage-readings-node.ts";
import { Mounts } from "./volumes/mounts-node.ts";

/** What runs containers. */
export type RuntimeSource =
  | {
      /** A containerd of our own. */
      readonly kind: "supervised";
      readonly tools: NodeTools;
      /** Holds its files; short, since a socket is in it. */
      readonly directory: string;
    }
  | {
      /** One that was there. */
      readonly kind: "endpoint";
      readonly tools: BasicTools;
      /** The path of its socket. */
      readonly socket: string;
      /** Whose its pods are: others' are left alone. */
      readonly owner: string;
    };

/** How it is set up. */
export interface MachineRuntimeOptions {
  readonly source: RuntimeSource;
  /** Of all nodes' pods. Default 10.244.0.0/16. */
  readonly clusterCidr?: string;
  /** Default `/var/lib/kubelet`. */
  readonly rootDirectory?: string;
  /** Default `/var/log/pods`. */
  readonly podLogsDirectory?: string;
  /** Processes that each pod may have. Default: no limit. */
  readonly podPidsLimit?: number;
  /** Bounds of containers' logs. */
  readonly logs?: LogKeeperOptions;
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
  readonly cgroupReadings: CgroupReadings;
  readonly stats: MachineStats;
  readonly storage: StorageReadings;
  readonly #env: Env;
  readonly #tasks: TaskGroup;
  readonly #logKeeper: LogKeeper;
  readonly #program: Containerd | RuntimeEndpoint;
  /** Undefined: the runtime's own. */
  readonly #network: PodNetwork | undefined;
  readonly #relays: PodRelays;
  readonly #rootDirectory: string;
  #started: Promise<void> | undefined;
  #disposed: Promise<void> | undefined;

  constructor(
    env: Env,
    deps: { readonly processes: Processes; readonly machine: MachineInfo },
    options: MachineRuntimeOptions,
  ) {
    const { rootDirectory = "/var/lib/kubelet", podLogsDirectory = "/var/log/pods", source } = options;
    const { processes } = deps;
    const { searchPath } = source.tools;
    this.#env = env;
    this.#rootDirectory = rootDirectory;
    const parts =
      source.kind === "supervised" ? supervised(env, deps, source, options) : endpoint(env, source);
    this.#program = parts.program;
    this.#network = parts.network;
    const { rpc } = parts.program;
    const { socket, owner } = parts;
    this.imageMounts = new ImageMounts({ processes }, { socket, searchPath });
    this.mounts = new Mounts({ processes }, { searchPath });
    const { podPidsLimit } = options;
    const files = new SystemCgroupFiles();
    this.cgroupReadings = new CgroupReadings({ files });
    this.cgroups = new MachineCgroups(
      env.child("cgroups"),
      { files },
      { shared: source.kind === "endpoint", ...(podPidsLimit === undefined ? {} : { podPidsLimit }) },
    );
    this.runtime = new CriRuntime(
      env,
      {
        rpc,
        files: new ContainerFiles({ rootDirectory, podLogsDirectory }),
        turns: startTurns(env, deps.machine),
        get hints() {
          return parts.hinted() ? (signal: AbortSignal) => lifeEvents(rpc, signal) : undefined;
        },
        configureNetwork: async (podCidr, signal) => this.#network?.configure(podCidr, signal),
      },
      owner === undefined ? {} : { owner },
    );
    this.images = new CriImages(
      { rpc },
      owner === undefined
        ? { pinned: [sandboxImage] }
        : { used: (signal) => this.runtime.othersImages(signal) },
    );
    this.#relays = new PodRelays(env, { processes }, { directory: rootDirectory, searchPath });
    this.streams = new CriStreams(env, {
      rpc,
      dial: dialStream,
      dialPod: (network, port, signal) => this.#relays.dial(network, port, signal),
    });
    this.logs = new LogFiles(env, { runtime: this.runtime });
    this.stats = new MachineStats(
      { processes, runtime: this.runtime },
      {
        rootDirectory,
        podLogsDirectory,
        imageDirectory: () => parts.imageDirectory() ?? rootDirectory,
        searchPath,
      },
    );
    this.storage = new StorageReadings(env, { processes }, { rootDirectory, podLogsDirectory, searchPath });
    this.#tasks = env.tasks.group("runtime");
    this.#logKeeper = keeperOf(env, this.runtime, options.logs);
  }

  ready(): string | undefined {
    return this.#program.ready();
  }

  /**
   * Resolves when it answers; may be called before others are ready for it, and again. Pods get networks when the API
   * has said where their addresses are, or had said so before.
   */
  start(signal: AbortSignal): Promise<void> {
    this.#started ??= this.#start(signal);
    return this.#started;
  }

  async #start(signal: AbortSignal): Promise<void> {
    await this.#program.start(signal);
    this.#tasks.spawn("logs", (ending) => this.#logKeeper.run(ending));
  }

  /** Lets go of it: pods run on, and the next start adopts them. */
  async release(): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]();
    await this.#relays[Symbol.asyncDispose]();
    await this.#program[Symbol.asyncDispose]();
    await this.#started?.catch(() => {}); // it was broken off
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #dispose(): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]();
    await this.#relays[Symbol.asyncDispose]();
    const signal = new AbortController().signal;
    try {
      const isReady = this.#program.ready() === undefined;
      if (isReady) await this.#stopPods(signal);
      // Before what can fail for somebody else's processes.
      await this.#network?.remove(signal);
      if (isReady) await this.cgroups.removeAll(signal);
    } catch (error) {
      this.#env.log.warn("Cannot stop all pods of the node", { error: messageOf(error) });
    }
    await this.#program[Symbol.asyncDispose]();
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

/** What differs between the two sources. */
interface Parts {
  readonly program: Containerd | RuntimeEndpoint;
  readonly network: PodNetwork | undefined;
  readonly socket: string;
  readonly owner?: string;
  /** Whether it tells of changes as containerd does. */
  hinted(): boolean;
  imageDirectory(): string | undefined;
}

function supervised(
  env: Env,
  { processes, machine }: ConstructorParameters<typeof MachineRuntime>[1],
  { tools, directory }: Extract<RuntimeSource, { kind: "supervised" }>,
  { clusterCidr = "10.244.0.0/16" }: MachineRuntimeOptions,
): Parts {
  const { bootId, architecture } = machine;
  const own = { ...tools, directory, bootId, architecture };
  const program = new Containerd(env.child("containerd"), { processes }, own);
  const { paths } = program;
  const { searchPath } = tools;
  const network = new PodNetwork(env, { processes }, { paths, clusterCidr, searchPath });
  const { socket } = paths;
  return { program, network, socket, hinted: () => true, imageDirectory: () => directory };
}

function endpoint(env: Env, { socket, owner }: Extract<RuntimeSource, { kind: "endpoint" }>): Parts {
  const program = new RuntimeEndpoint(env.child("runtime"), { socket });
  return {
    program,
    network: undefined,
    socket,
    owner,
    hinted: () => program.isContainerd,
    imageDirectory: () => program.imageDirectory,
  };
}

function startTurns(env: Env, { cpuMillis }: MachineInfo): StartTurns {
  const atOnce = startsPerProcessor * Math.max(1, Math.round(cpuMillis / 1_000));
  return new StartTurns(env, { atOnce, patienceMs: startPatienceMs });
}

function keeperOf(env: Env, runtime: CriRuntime, bounds: LogKeeperOptions | undefined): LogKeeper {
  const logs = new OpenLogs(runtime);
  const deps = {
    openLogs: (signal: AbortSignal) => logs.list(signal),
    reopen: (id: string, signal: AbortSignal) => runtime.reopenLog(id, signal),
  };
  return new LogKeeper(env, deps, bounds);
}
