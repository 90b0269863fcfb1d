/**
 * What the machine and its pods use, measured: memory and processes by the kernel, file systems by `statfs`,
 * volumes and logs by `du`, which walks in a process of its own.
 */
import { readFile, stat, statfs } from "node:fs/promises";
import type { Pod } from "#api";
import { type Processes, runToEnd } from "#base";
import { podCgroup } from "../cgroup/pod-cgroups.ts";
import { containersOf } from "../pod/containers.ts";
import { podLogDirectory } from "../pod/config/sandbox-config.ts";
import { containerNameLabel, podUidLabel } from "../runtime/labels.ts";
import type { ContainerStats, RuntimeService } from "../runtime/runtime.ts";
import type {
  ContainerUsage,
  DiskUsage,
  FileSystemState,
  NodeStats,
  NodeUsage,
  PodUsage,
} from "./node-usage.ts";

/** Where things are. */
export interface MachineStatsOptions {
  readonly rootDirectory: string;
  readonly podLogsDirectory: string;
  /** On the file system of images; asked for each time. */
  readonly imageDirectory: () => string;
  readonly searchPath: string;
}

const maxOutputBytes = 1_000_000;
const cgroupRoot = "/sys/fs/cgroup";

export class MachineStats implements NodeStats {
  readonly #deps: {
    readonly processes: Processes;
    readonly runtime: Pick<RuntimeService, "listContainerStats">;
  };
  readonly #options: MachineStatsOptions;

  constructor(
    deps: { readonly processes: Processes; readonly runtime: Pick<RuntimeService, "listContainerStats"> },
    options: MachineStatsOptions,
  ) {
    this.#deps = deps;
    this.#options = options;
  }

  async node(_signal: AbortSignal): Promise<NodeUsage> {
    const directories = [this.#options.rootDirectory, this.#options.imageDirectory()] as const;
    const [memory, nodefs, imagefs, nodeDevice, imageDevice, most, load] = await Promise.all([
      textOf("/proc/meminfo"),
      fileSystem(directories[0]),
      fileSystem(directories[1]),
      deviceOf(directories[0]),
      deviceOf(directories[1]),
      Promise.all(["pid_max", "threads-max"].map((name) => textOf(`/proc/sys/kernel/${name}`))),
      textOf("/proc/loadavg"),
    ]);
    const kibibytes = (name: string): number =>
      Number(new RegExp(`^${name}: +(\\d+)`, "m").exec(memory)?.[1] ?? 0);
    const limit = Math.min(...most.map(Number));
    const running = Number(/\/(\d+)/.exec(load)?.[1] ?? 0);
    return {
      memory: {
        availableBytes: kibibytes("MemAvailable") * 1024,
        capacityBytes: kibibytes("MemTotal") * 1024,
      },
      nodefs,
      imagefs,
      imagefsApart: nodeDevice !== imageDevice,
      processes: { available: Math.max(0, limit - running), most: limit },
    };
  }

  async pods(
    pods: readonly Pod[],
    { inodes: counted }: { readonly inodes: boolean },
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, PodUsage>> {
    const directories = pods.flatMap((pod) => this.#directories(pod));
    const [stats, bytes, inodes] = await Promise.all([
      this.#deps.runtime.listContainerStats({}, signal),
      this.#diskUsage(directories, "--block-size=1", signal),
      counted ? this.#diskUsage(directories, "--inodes", signal) : new Map<string, number>(),
    ]);
    const disk = (path: string): DiskUsage => ({
      bytes: bytes.get(path) ?? 0,
      inodes: inodes.get(path) ?? 0,
    });
    const byPod = Map.groupBy(stats, (one) => one.labels[podUidLabel] ?? "");
    const rows = pods.map(async (pod) => {
      const { uid = "" } = pod.metadata;
      return [uid, await this.#pod(pod, byPod.get(uid) ?? [], disk)] as const;
    });
    return new Map(await Promise.all(rows));
  }

  async #pod(
    pod: Pod,
    stats: readonly ContainerStats[],
    disk: (path: string) => DiskUsage,
  ): Promise<PodUsage> {
    const containers = containersOf(pod).map(({ spec: { name } }): readonly [string, ContainerUsage] => {
      const own = stats.find((one) => one.labels[containerNameLabel] === name);
      const logs = podLogDirectory(pod, { logDirectory: this.#options.podLogsDirectory });
      const writable = {
        bytes: own?.writableLayerUsedBytes ?? 0,
        inodes: own?.writableLayerInodesUsed ?? 0,
      };
      const memoryBytes = own?.memoryWorkingSetBytes ?? 0;
      return [name, { memoryBytes, writable, logs: disk(`${logs}/${name}`) }];
    });
    const volumes = emptyDirs(pod).map((name) => [name, disk(this.#volume(pod, name))] as const);
    const cgroup = podCgroup(pod);
    return {
      memoryBytes: await memoryOf(cgroup),
      processes: Number(await firstOf(`/pids${cgroup}/pids.current`, `${cgroup}/pids.current`)),
      containers: new Map(containers),
      volumes: new Map(volumes),
    };
  }

  #directories(pod: Pod): readonly string[] {
    const logs = podLogDirectory(pod, { logDirectory: this.#options.podLogsDirectory });
    return [
      ...containersOf(pod).map(({ spec }) => `${logs}/${spec.name}`),
      ...emptyDirs(pod).map((name) => this.#volume(pod, name)),
    ];
  }

  #volume(pod: Pod, name: string): string {
    return `${this.#options.rootDirectory}/pods/${pod.metadata.uid}/volumes/kubernetes.io~empty-dir/${name}`;
  }

  /** Bytes or inodes by directory; those that are not there are absent. */
  async #diskUsage(
    directories: readonly string[],
    unit: "--block-size=1" | "--inodes",
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, number>> {
    if (directories.length === 0) return new Map();
    const command = {
      program: "du",
      arguments: ["--summarize", "--one-file-system", unit, "--", ...directories],
      environment: { PATH: this.#options.searchPath },
    };
    // A file that goes while it walks is no failure.
    const { output } = await runToEnd(this.#deps.processes, command, { maxOutputBytes }, signal);
    const lines = Buffer.from(output).toString("utf8").split("\n");
    return new Map(
      lines.map((line) => {
        const tab = line.indexOf("\t");
        return [line.slice(tab + 1), Number(line.slice(0, Math.max(0, tab)))];
      }),
    );
  }
}

/** Disk volumes only: memory is the pod's memory. */
function emptyDirs(pod: Pod): readonly string[] {
  const volumes = pod.spec.volumes ?? [];
  return volumes
    .filter((one) => one.emptyDir !== undefined && (one.emptyDir.medium ?? "") === "")
    .map((one) => one.name);
}

/** What cannot be taken back: all but the file cache that nobody has looked at for a while. */
async function memoryOf(cgroup: string): Promise<number> {
  const used = await firstOf(`/memory${cgroup}/memory.usage_in_bytes`, `${cgroup}/memory.current`);
  const stat = await firstOf(`/memory${cgroup}/memory.stat`, `${cgroup}/memory.stat`);
  const inactive =
    /^total_inactive_file (\d+)/m.exec(stat)?.[1] ?? /^inactive_file (\d+)/m.exec(stat)?.[1] ?? "0";
  return Math.max(0, Number(used) - Number(inactive));
}

/** Of version 1, else of version 2. */
async function firstOf(...paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    const text = await textOf(`${cgroupRoot}${path}`);
    if (text !== "") return text;
  }
  return "";
}

async function deviceOf(path: string): Promise<number> {
  return (await stat(path)).dev;
}

async function fileSystem(path: string): Promise<FileSystemState> {
  const { bsize, bavail, blocks, ffree, files } = await statfs(path);
  return { availableBytes: bavail * bsize, capacityBytes: blocks * bsize, inodesFree: ffree, inodes: files };
}

async function textOf(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch {
    // The pod has just ended, or the machine has cgroups of the other version.
    return "";
  }
}
