/** The values of a cgroup as files of version 1 and of version 2. Pure. */
import { type CgroupValues, cpuPeriodMicroseconds } from "./cgroup-values.ts";

export type CgroupVersion = 1 | 2;

/** `text` for a file of a cgroup; `controller` says in which hierarchy, where there are several. */
export interface CgroupWrite {
  readonly controller: "cpu" | "memory" | "pids" | "hugetlb";
  readonly file: string;
  readonly text: string;
}

/** Those of controllers that the machine does not have are for nobody. */
export function cgroupWrites(version: CgroupVersion, values: CgroupValues): readonly CgroupWrite[] {
  return version === 1 ? writesOfV1(values) : writesOfV2(values);
}

function writesOfV1(values: CgroupValues): readonly CgroupWrite[] {
  const { cpuShares, cpuQuotaMicroseconds = -1, memoryLimitBytes = -1, pidsLimit, hugepageLimits } = values;
  return [
    { controller: "cpu", file: "cpu.shares", text: String(cpuShares) },
    { controller: "cpu", file: "cpu.cfs_period_us", text: String(cpuPeriodMicroseconds) },
    { controller: "cpu", file: "cpu.cfs_quota_us", text: String(cpuQuotaMicroseconds) },
    { controller: "memory", file: "memory.limit_in_bytes", text: String(memoryLimitBytes) },
    { controller: "pids", file: "pids.max", text: String(pidsLimit ?? "max") },
    ...hugepageLimits.map(({ pageSize, limitBytes }) => ({
      controller: "hugetlb" as const,
      file: `hugetlb.${pageSize}.limit_in_bytes`,
      text: String(limitBytes),
    })),
  ];
}

function writesOfV2(values: CgroupValues): readonly CgroupWrite[] {
  const { cpuShares, cpuQuotaMicroseconds, memoryLimitBytes, pidsLimit, hugepageLimits } = values;
  return [
    { controller: "cpu", file: "cpu.weight", text: String(weightOf(cpuShares)) },
    { controller: "cpu", file: "cpu.max", text: `${cpuQuotaMicroseconds ?? "max"} ${cpuPeriodMicroseconds}` },
    { controller: "memory", file: "memory.max", text: String(memoryLimitBytes ?? "max") },
    { controller: "pids", file: "pids.max", text: String(pidsLimit ?? "max") },
    ...hugepageLimits.map(({ pageSize, limitBytes }) => ({
      controller: "hugetlb" as const,
      file: `hugetlb.${pageSize}.max`,
      text: String(limitBytes),
    })),
  ];
}

/** Shares (2 to 262,144) as a weight (1 to 10,000); KEP-2254's line. */
function weightOf(shares: number): number {
  return Math.floor(((shares - 2) * 9999) / 262_142) + 1;
}
