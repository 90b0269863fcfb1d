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
  /** Of images and what containers write; perhaps the same. */
  readonly imagefs: FileSystemState;
  readonly processes: { readonly available: number; readonly most: number };
}

/** A container's part of its pod's use. */
export interface ContainerUsage {
  readonly memoryBytes: number;
  /** Its writable layer and its logs. */
  readonly storageBytes: number;
}

/** A pod now. */
export interface PodUsage {
  readonly memoryBytes: number;
  readonly processes: number;
  readonly containers: ReadonlyMap<string, ContainerUsage>;
  /** Bytes on the disk of each emptyDir, by name. */
  readonly volumes: ReadonlyMap<string, number>;
}

/** Who measures. */
export interface NodeStats {
  node(signal: AbortSignal): Promise<NodeUsage>;
  /** By uid; a pod that has nothing to measure is absent. May take seconds. */
  pods(pods: readonly Pod[], signal: AbortSignal): Promise<ReadonlyMap<string, PodUsage>>;
}

/** All that a pod has on the node's disks. */
export function storageOf({ containers, volumes }: PodUsage): number {
  let bytes = 0;
  for (const one of containers.values()) bytes += one.storageBytes;
  for (const one of volumes.values()) bytes += one;
  return bytes;
}
