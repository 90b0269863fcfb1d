/** What a simulated node uses: next to nothing, unless a test says otherwise. */
import type { Pod } from "#api";
import type { NodeStats, NodeUsage, PodUsage } from "../../eviction/node-usage.ts";
import type { MachineInfo } from "../../machine.ts";

const mostProcesses = 4_194_304;

export class SimStats implements NodeStats {
  usage: NodeUsage;
  /** By uid. */
  readonly podUsage = new Map<string, PodUsage>();

  constructor({
    memoryBytes,
    ephemeralStorageBytes,
  }: Pick<MachineInfo, "memoryBytes" | "ephemeralStorageBytes">) {
    const disk = {
      availableBytes: ephemeralStorageBytes / 2,
      capacityBytes: ephemeralStorageBytes,
      inodesFree: 1_000_000,
      inodes: 1_000_000,
    };
    this.usage = {
      memory: { availableBytes: memoryBytes / 2, capacityBytes: memoryBytes },
      nodefs: disk,
      imagefs: disk,
      imagefsApart: false,
      processes: { available: mostProcesses, most: mostProcesses },
    };
  }

  async node(): Promise<NodeUsage> {
    return this.usage;
  }

  async pods(pods: readonly Pod[]): Promise<ReadonlyMap<string, PodUsage>> {
    const asked = new Set(pods.map((pod) => pod.metadata.uid ?? ""));
    return new Map([...this.podUsage].filter(([uid]) => asked.has(uid)));
  }
}
