/**
 * Resident memory of `navarch up`: at rest, and after the common load. Run: `npm run bench -- memory
 * [--small]`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { commonLoad, commonLoadExists, type CommonLoadSize } from "./harness/common-load.ts";
import { type Figure, main, type Report } from "./harness/report.ts";
import { ServerProcess } from "./harness/server-process.ts";

export interface MemoryBenchSize {
  readonly waitMs: number;
  readonly common: CommonLoadSize;
}

const phases = ["create", "get", "patch", "smp", "ssa", "status", "list", "watch"];

export async function memoryBench({ waitMs, common }: MemoryBenchSize): Promise<Report> {
  await using server = await ServerProcess.start({ controllers: true, scheduler: true, virtualNodes: 1 });
  const idle = await server.measure(() => sleep(waitMs), "rest");
  const share = (100 * idle.usage.allCpuMs) / idle.usage.wallMs;
  const figures: Figure[] = [
    { name: `idle after ${waitMs / 1_000} s`, value: idle.usage.residentMb, unit: "MB", budget: 120 },
    { name: "CPU while idle", value: share, unit: "% of a core", budget: 1 },
  ];
  if (commonLoadExists) {
    const load = await server.measure(async () => {
      for (const phase of phases) await commonLoad(server.target, phase, common);
    });
    const { usage } = await server.measure(() => sleep(waitMs), "rest");
    const name = `after the common load with ${common.objects} pods`;
    figures.push({ name: `${name}, at once`, value: load.usage.residentMb, unit: "MB", usage: load.usage });
    figures.push({
      name: `${name} and ${waitMs / 1_000} s`,
      value: usage.residentMb,
      unit: "MB",
      budget: 300,
    });
  }
  return { figures, work: common };
}

if (import.meta.main) {
  await main("Memory", memoryBench, {
    full: { waitMs: 60_000, common: { objects: 5_000, connections: 32, watchers: 100, events: 500 } },
    small: { waitMs: 500, common: { objects: 100, connections: 8, watchers: 5, events: 20 } },
  });
}
