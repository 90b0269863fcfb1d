/** What a machine can tell of itself and its pods beside what its containers use; a twin has none of it. */
import type { Pod } from "#api";
import type { FileSystemState } from "../../eviction/node-usage.ts";
import type { ContainerStats, InterfaceStats, MemoryDetail, SandboxStats } from "../../runtime/runtime.ts";
import type { CgroupFigures } from "./cgroup-figures.ts";
import type { InterfaceCounters } from "./interface-counters.ts";

/** A machine now. */
export interface NodeFigures {
  readonly bootedAtMs: number;
  readonly cpuCores: number;
  readonly cpuUsageNanoseconds: number;
  readonly memoryCapacityBytes: number;
  readonly memoryWorkingSetBytes: number;
  readonly memory: MemoryDetail;
  /** The one with the default route first. */
  readonly interfaces: readonly InterfaceStats[];
  readonly nodefs: FileSystemState;
  readonly imagefs: FileSystemState;
  readonly processes: { readonly most: number; readonly running: number };
}

/** What the kernel counts for a pod or a container; only pods have interfaces. */
export interface PodFigures extends CgroupFigures {
  readonly interfaces: readonly InterfaceCounters[];
}

/** What one volume, or the logs of a container, take of a disk. */
export interface DiskUse {
  readonly usedBytes: number;
  readonly inodesUsed: number;
  /** The file system that it is on. */
  readonly fs: FileSystemState;
}

/** What a pod takes of disks, by names of volumes and of containers. */
export interface PodStorage {
  readonly volumes: ReadonlyMap<string, DiskUse>;
  readonly logs: ReadonlyMap<string, DiskUse>;
}

export interface NodeMeasures {
  node(signal: AbortSignal): Promise<NodeFigures>;
  sandboxes(signal: AbortSignal): Promise<readonly SandboxStats[]>;
  /** By pod uid and container id. */
  figures(
    pods: readonly Pod[],
    containers: readonly ContainerStats[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, PodFigures>>;
  /** By pod uid; up to a minute old. */
  storage(pods: readonly Pod[], signal: AbortSignal): Promise<ReadonlyMap<string, PodStorage>>;
}
