/**
 * What a cgroup counts beside CPU time and memory in use, read from its files: pure. Both versions say the same in
 * different words; where one does not count something it is absent.
 */
import type { CgroupVersion } from "../../cgroup/cgroup-writes.ts";

/** Of a container, or of a pod with all that is in it. */
export interface CgroupFigures {
  /** From the root of the tree: `/kubepods/burstable/pod<uid>`. */
  readonly path: string;
  readonly userSeconds?: number;
  readonly systemSeconds?: number;
  /** Periods of its quota: all, and those in which it was held back. */
  readonly periods?: number;
  readonly throttledPeriods?: number;
  readonly throttledSeconds?: number;
  readonly cacheBytes?: number;
  readonly rssBytes?: number;
  readonly mappedBytes?: number;
  readonly swapBytes?: number;
  readonly kernelBytes?: number;
  readonly mostBytes?: number;
  /** How often it wanted more memory than its limit. */
  readonly memoryFailures?: number;
  readonly oomKills?: number;
  readonly threads?: number;
  /** Undefined: not looked at. */
  readonly processes?: ProcessFigures;
  readonly disks: readonly DiskFigures[];
}

/** Of all its processes together. */
export interface ProcessFigures {
  readonly processes: number;
  readonly fileDescriptors: number;
  readonly sockets: number;
}

/** What went to and from one disk. */
export interface DiskFigures {
  /** `8:0`. */
  readonly device: string;
  readonly reads: number;
  readonly writes: number;
  readonly readBytes: number;
  readonly writeBytes: number;
}

/** The files that say it: `controller/name` in version 1, names in version 2. */
export const figureFiles: Readonly<Record<CgroupVersion, readonly string[]>> = {
  1: [
    "cpu/cpu.stat",
    "cpuacct/cpuacct.stat",
    "memory/memory.stat",
    "memory/memory.failcnt",
    "memory/memory.max_usage_in_bytes",
    "memory/memory.kmem.usage_in_bytes",
    "memory/memory.oom_control",
    "pids/pids.current",
    "blkio/blkio.throttle.io_serviced_recursive",
    "blkio/blkio.throttle.io_service_bytes_recursive",
  ],
  2: [
    "cpu.stat",
    "memory.stat",
    "memory.events",
    "memory.peak",
    "memory.swap.current",
    "pids.current",
    "io.stat",
  ],
};

/** The kernel counts in hundredths of a second. */
const ticksPerSecond = 100;

/** `texts`: by the names of `figureFiles`; empty ones are not there. */
export function cgroupFigures(
  path: string,
  version: CgroupVersion,
  texts: ReadonlyMap<string, string>,
): Omit<CgroupFigures, "processes"> {
  const text = (name: string): string => texts.get(name) ?? "";
  const found = version === 1 ? ofVersion1(text) : ofVersion2(text);
  const known = Object.entries(found.numbers).filter(([, value]) => value !== undefined);
  return { path, ...Object.fromEntries(known), disks: found.disks };
}

type Numbers = Readonly<Record<string, number | undefined>>;
type Found = { readonly numbers: Numbers; readonly disks: readonly DiskFigures[] };

function ofVersion1(text: (name: string) => string): Found {
  const cpu = fieldsOf(text("cpu/cpu.stat"));
  const used = fieldsOf(text("cpuacct/cpuacct.stat"));
  const memory = fieldsOf(text("memory/memory.stat"));
  return {
    numbers: {
      userSeconds: over(used["user"], ticksPerSecond),
      systemSeconds: over(used["system"], ticksPerSecond),
      periods: cpu["nr_periods"],
      throttledPeriods: cpu["nr_throttled"],
      throttledSeconds: over(cpu["throttled_time"], 1e9),
      cacheBytes: memory["total_cache"],
      rssBytes: memory["total_rss"],
      mappedBytes: memory["total_mapped_file"],
      swapBytes: memory["total_swap"],
      kernelBytes: numberOf(text("memory/memory.kmem.usage_in_bytes")),
      mostBytes: numberOf(text("memory/memory.max_usage_in_bytes")),
      memoryFailures: numberOf(text("memory/memory.failcnt")),
      oomKills: fieldsOf(text("memory/memory.oom_control"))["oom_kill"],
      threads: numberOf(text("pids/pids.current")),
    },
    disks: disksOf([
      ...rowsOf(text("blkio/blkio.throttle.io_serviced_recursive"), { Read: "reads", Write: "writes" }),
      ...rowsOf(text("blkio/blkio.throttle.io_service_bytes_recursive"), {
        Read: "readBytes",
        Write: "writeBytes",
      }),
    ]),
  };
}

function ofVersion2(text: (name: string) => string): Found {
  const cpu = fieldsOf(text("cpu.stat"));
  const memory = fieldsOf(text("memory.stat"));
  const events = fieldsOf(text("memory.events"));
  const names: Readonly<Record<string, Field>> = {
    rios: "reads",
    wios: "writes",
    rbytes: "readBytes",
    wbytes: "writeBytes",
  };
  const rows = linesOf(text("io.stat")).flatMap(([device = "", ...pairs]) =>
    pairs.flatMap((pair): Row[] => {
      const [name = "", value] = pair.split("=");
      const field = names[name];
      return field === undefined ? [] : [{ device, field, value: Number(value) }];
    }),
  );
  return {
    numbers: {
      userSeconds: over(cpu["user_usec"], 1e6),
      systemSeconds: over(cpu["system_usec"], 1e6),
      periods: cpu["nr_periods"],
      throttledPeriods: cpu["nr_throttled"],
      throttledSeconds: over(cpu["throttled_usec"], 1e6),
      cacheBytes: memory["file"],
      rssBytes: memory["anon"],
      mappedBytes: memory["file_mapped"],
      swapBytes: numberOf(text("memory.swap.current")),
      kernelBytes: memory["kernel"],
      mostBytes: numberOf(text("memory.peak")),
      memoryFailures: events["max"],
      oomKills: events["oom_kill"],
      threads: numberOf(text("pids.current")),
    },
    disks: disksOf(rows),
  };
}

type Field = Exclude<keyof DiskFigures, "device">;

interface Row {
  readonly device: string;
  readonly field: Field;
  readonly value: number;
}

/** `8:0 Read 123`, and lines of other kinds. */
function rowsOf(text: string, names: Readonly<Record<string, Field>>): readonly Row[] {
  return linesOf(text).flatMap(([device = "", name = "", value]): Row[] => {
    const field = names[name];
    return field === undefined ? [] : [{ device, field, value: Number(value) }];
  });
}

function disksOf(rows: readonly Row[]): readonly DiskFigures[] {
  const none = { reads: 0, writes: 0, readBytes: 0, writeBytes: 0 };
  return [...Map.groupBy(rows, ({ device }) => device)].map(([device, own]) => ({
    device,
    ...none,
    ...Object.fromEntries(own.map(({ field, value }) => [field, value])),
  }));
}

/** `name value` by line. */
function fieldsOf(text: string): Readonly<Record<string, number>> {
  return Object.fromEntries(linesOf(text).map(([name = "", value]) => [name, Number(value)]));
}

function linesOf(text: string): readonly (readonly string[])[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" "));
}

function numberOf(text: string): number | undefined {
  return text === "" ? undefined : Number(text);
}

function over(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : value / by;
}
