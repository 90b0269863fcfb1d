/** Measures of the machine that we run on, from the kernel: the same files with cgroups of version 1 and 2. */
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import type { Pod } from "#api";
import type { NodeStats } from "../../eviction/node-usage.ts";
import type { ContainerStats, InterfaceStats, SandboxStats } from "../../runtime/runtime.ts";
import type { CgroupReadings } from "./cgroup-readings-node.ts";
import { interfaceCounters } from "./interface-counters.ts";
import type { NodeFigures, NodeMeasures, PodFigures, PodStorage } from "./node-measures.ts";
import type { StorageReadings } from "./storage-readings-node.ts";

/** Who knows the rest. */
export interface MachineMeasuresDeps {
  readonly stats: Pick<NodeStats, "node">;
  readonly runtime: { listSandboxStats(signal: AbortSignal): Promise<readonly SandboxStats[]> };
  readonly cgroups: CgroupReadings;
  readonly storage: StorageReadings;
}

/** The kernel counts CPU time in hundredths of a second. */
const nanosecondsPerTick = 10_000_000;
/** Interfaces that lead to containers. */
const podInterface = /^(?:lo|veth|cni|docker|br-|virbr)/;

export class MachineMeasures implements NodeMeasures {
  readonly #deps: MachineMeasuresDeps;

  constructor(deps: MachineMeasuresDeps) {
    this.#deps = deps;
  }

  sandboxes(signal: AbortSignal): Promise<readonly SandboxStats[]> {
    return this.#deps.runtime.listSandboxStats(signal);
  }

  figures(
    pods: readonly Pod[],
    containers: readonly ContainerStats[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, PodFigures>> {
    return this.#deps.cgroups.read(pods, containers, signal);
  }

  storage(pods: readonly Pod[], signal: AbortSignal): Promise<ReadonlyMap<string, PodStorage>> {
    return this.#deps.storage.read(pods, signal);
  }

  async node(signal: AbortSignal): Promise<NodeFigures> {
    const [usage, stat, meminfo, vmstat, devices, routes] = await Promise.all([
      this.#deps.stats.node(signal),
      ...["stat", "meminfo", "vmstat", "net/dev", "net/route"].map((name) =>
        readFile(`/proc/${name}`, "utf8"),
      ),
    ]);
    const kibibytes = (name: string): number =>
      1024 * numberAt(meminfo, new RegExp(`^${name}: +(\\d+)`, "m"));
    const usageBytes = kibibytes("MemTotal") - kibibytes("MemFree");
    const memoryWorkingSetBytes = Math.max(0, usageBytes - kibibytes("Inactive\\(file\\)"));
    const { nodefs, imagefs, processes } = usage;
    return {
      bootedAtMs: numberAt(stat, /^btime (\d+)/m) * 1000,
      cpuCores: cpus().length,
      cpuUsageNanoseconds: busyTicks(stat) * nanosecondsPerTick,
      memoryCapacityBytes: kibibytes("MemTotal"),
      memoryWorkingSetBytes,
      memory: {
        usageBytes,
        rssBytes: kibibytes("AnonPages"),
        availableBytes: kibibytes("MemTotal") - memoryWorkingSetBytes,
        pageFaults: numberAt(vmstat, /^pgfault (\d+)/m),
        majorPageFaults: numberAt(vmstat, /^pgmajfault (\d+)/m),
      },
      interfaces: interfacesOf(devices ?? "", routes ?? ""),
      nodefs,
      imagefs,
      processes: { most: processes.most, running: processes.most - processes.available },
    };
  }
}

/** All but idle and waiting for disks; guests are counted as user time already. */
function busyTicks(stat = ""): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] =
    /^cpu +(.*)$/m.exec(stat)?.[1]?.split(" ").map(Number) ?? [];
  return user + nice + system + irq + softirq + steal;
}

function interfacesOf(devices: string, routes: string): readonly InterfaceStats[] {
  const main = routes
    .split("\n")
    .map((line) => line.split("\t"))
    .find((fields) => fields[1] === "00000000")?.[0];
  const all = interfaceCounters(devices)
    .filter(({ name }) => !podInterface.test(name))
    .map(({ name, rxBytes, rxErrors, txBytes, txErrors }) => ({
      name,
      rxBytes,
      rxErrors,
      txBytes,
      txErrors,
    }));
  return all.toSorted((a, b) => Number(b.name === main) - Number(a.name === main));
}

function numberAt(text: string | undefined, pattern: RegExp): number {
  return Number(pattern.exec(text ?? "")?.[1] ?? 0);
}
