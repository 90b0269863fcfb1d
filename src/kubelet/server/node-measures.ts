/** What a machine can tell of itself and its pods beside what its containers use; a twin has none of it. */
import type { FileSystemState } from "../eviction/node-usage.ts";
import type { InterfaceStats, MemoryDetail, SandboxStats } from "../runtime/runtime.ts";

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

export interface NodeMeasures {
  node(signal: AbortSignal): Promise<NodeFigures>;
  sandboxes(signal: AbortSignal): Promise<readonly SandboxStats[]>;
}
