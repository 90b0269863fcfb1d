/**
 * What a node and its pods use, as far as somebody has to be evicted for it. The machine's own measurements
 * and a simulated twin implement it.
 */
import type { Pod } from "#api";

/** A file system now. */
export interface FileSystemState {
  readonly availableBytes: number;
  readonly capacityBytes: number;
  readonly inodesFree: number;
  readonly inodes: number;
}

/** A node now. */
export interface NodeUsage {
  readonly memory: { readonly availableBytes: number; readonly capacityBytes: number };
  /** Of volumes and logs. */
  readonly nodefs: FileSystemState;
  /** Of images and what containers write. */
  readonly imagefs: FileSystemState;
  /** Whether the two are different ones. */
  readonly imagefsApart: boolean;
  readonly processes: { readonly available: number; readonly most: number };
}

/** What something takes of a file system. */
export interface DiskUsage {
  readonly bytes: number;
  /** 0 unless they were asked for. */
  readonly inodes: number;
}

/** A container's part of its pod's use. */
export interface ContainerUsage {
  readonly memoryBytes: number;
  /** What it wrote over its image: on the images' file system. */
  readonly writable: DiskUsage;
  readonly logs: DiskUsage;
}

/** A pod now. */
export interface PodUsage {
  readonly memoryBytes: number;
  readonly processes: number;
  readonly containers: ReadonlyMap<string, ContainerUsage>;
  /** Each emptyDir on the disk, by name. */
  readonly volumes: ReadonlyMap<string, DiskUsage>;
}

/** Who measures. */
export interface NodeStats {
  node(signal: AbortSignal): Promise<NodeUsage>;
  /** By uid; a pod that has nothing to measure is absent. May take seconds, and twice as many with inodes. */
  pods(
    pods: readonly Pod[],
    options: { readonly inodes: boolean },
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, PodUsage>>;
}

/** Which of a pod's uses of disks: what it has on the node's file system, on that of images, or all. */
export type DiskPart = "nodefs" | "imagefs" | "both";

/** All that a pod has there. */
export function diskUsageOf({ containers, volumes }: PodUsage, part: DiskPart = "both"): DiskUsage {
  const all = [...containers.values()];
  const node = part === "imagefs" ? [] : [...all.map((one) => one.logs), ...volumes.values()];
  const image = part === "nodefs" ? [] : all.map((one) => one.writable);
  let [bytes, inodes] = [0, 0];
  for (const one of [...node, ...image]) {
    bytes += one.bytes;
    inodes += one.inodes;
  }
  return { bytes, inodes };
}
