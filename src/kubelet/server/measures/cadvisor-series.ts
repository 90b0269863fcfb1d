/** cAdvisor's series of a container, under its names and with its words, each a function of one row: pure. */
import { parseTime, Quantity } from "#api";
import type { ContainerStats, MemoryDetail } from "../../runtime/runtime.ts";
import type { DiskFigures } from "./cgroup-figures.ts";
import type { Family } from "./metrics-text.ts";
import type { NodeFigures, PodFigures } from "./node-measures.ts";
import { nameOf, type PodReading, startedAt } from "./stats.ts";

export type Labels = Readonly<Record<string, string>>;

/** One cgroup: the machine's (`/`), a pod's, or a container's. */
export interface Row {
  readonly labels: Labels;
  readonly atMs: number;
  readonly cpuUsageNanoseconds: number;
  readonly memoryWorkingSetBytes: number;
  readonly memory?: MemoryDetail | undefined;
  readonly figures?: PodFigures | undefined;
  /** What only containers have. */
  readonly container?: { readonly stats: ContainerStats; readonly pod: PodReading };
  readonly node: NodeFigures | undefined;
}

/** What the kernel counts of an interface, in either direction. */
export type InterfaceCount = keyof PodFigures["interfaces"][number] & `${"rx" | "tx"}${string}`;

/** A value of every row. */
interface Series extends Pick<Family, "name" | "type" | "help"> {
  readonly value: (row: Row) => number | undefined;
  readonly more?: Labels;
}

function counter(name: string, help: string, value: Series["value"], more?: Labels): Series {
  return { name, type: "counter", help, value, ...(more === undefined ? {} : { more }) };
}

function gauge(name: string, help: string, value: Series["value"]): Series {
  return { name, type: "gauge", help, value };
}

/** Of those with a quota, as cAdvisor tells it. */
function ofQuota(row: Row, value: number | undefined): number | undefined {
  return (row.figures?.periods ?? 0) > 0 ? value : undefined;
}

/** Of every row; absent values are left out. */
export const series: readonly Series[] = [
  counter(
    "container_cpu_usage_seconds_total",
    "Cumulative cpu time consumed in seconds.",
    (row) => row.cpuUsageNanoseconds / 1e9,
    { cpu: "total" },
  ),
  counter(
    "container_cpu_user_seconds_total",
    "Cumulative user cpu time consumed in seconds.",
    (row) => row.figures?.userSeconds,
  ),
  counter(
    "container_cpu_system_seconds_total",
    "Cumulative system cpu time consumed in seconds.",
    (row) => row.figures?.systemSeconds,
  ),
  counter("container_cpu_cfs_periods_total", "Number of elapsed enforcement period intervals.", (row) =>
    ofQuota(row, row.figures?.periods),
  ),
  counter("container_cpu_cfs_throttled_periods_total", "Number of throttled period intervals.", (row) =>
    ofQuota(row, row.figures?.throttledPeriods),
  ),
  counter(
    "container_cpu_cfs_throttled_seconds_total",
    "Total time duration the container has been throttled.",
    (row) => ofQuota(row, row.figures?.throttledSeconds),
  ),
  gauge("container_file_descriptors", "Number of open file descriptors for the container.", (row) =>
    row.container === undefined ? undefined : row.figures?.processes?.fileDescriptors,
  ),
  gauge("container_fs_inodes_total", "Number of Inodes", (row) => ofFiles(row, row.node?.imagefs.inodes)),
  gauge(
    "container_fs_limit_bytes",
    "Number of bytes that can be consumed by the container on this filesystem.",
    (row) => ofFiles(row, row.node?.imagefs.capacityBytes),
  ),
  gauge(
    "container_fs_usage_bytes",
    "Number of bytes that are consumed by the container on this filesystem.",
    (row) => row.container?.stats.writableLayerUsedBytes,
  ),
  gauge("container_last_seen", "Last time a container was seen by the exporter", (row) =>
    Math.floor(row.atMs / 1000),
  ),
  gauge("container_memory_cache", "Number of bytes of page cache memory.", (row) => row.figures?.cacheBytes),
  counter(
    "container_memory_failcnt",
    "Number of memory usage hits limits",
    (row) => row.figures?.memoryFailures,
  ),
  counter(
    "container_memory_failures_total",
    "Cumulative count of memory allocation failures.",
    (row) => row.memory?.pageFaults,
    { failure_type: "pgfault", scope: "container" },
  ),
  gauge(
    "container_memory_kernel_usage",
    "Size of kernel memory allocated in bytes.",
    (row) => row.figures?.kernelBytes,
  ),
  gauge(
    "container_memory_mapped_file",
    "Size of memory mapped files in bytes.",
    (row) => row.figures?.mappedBytes,
  ),
  gauge(
    "container_memory_max_usage_bytes",
    "Maximum memory usage recorded in bytes",
    (row) => row.figures?.mostBytes,
  ),
  gauge(
    "container_memory_rss",
    "Size of RSS in bytes.",
    (row) => row.figures?.rssBytes ?? row.memory?.rssBytes,
  ),
  gauge("container_memory_swap", "Container swap usage in bytes.", (row) => row.figures?.swapBytes),
  gauge(
    "container_memory_usage_bytes",
    "Current memory usage in bytes, including all memory regardless of when it was accessed",
    (row) => row.memory?.usageBytes,
  ),
  gauge(
    "container_memory_working_set_bytes",
    "Current working set in bytes.",
    (row) => row.memoryWorkingSetBytes,
  ),
  counter(
    "container_oom_events_total",
    "Count of out of memory events observed for the container",
    (row) => row.figures?.oomKills,
  ),
  gauge("container_processes", "Number of processes running inside the container.", (row) =>
    row.container === undefined ? undefined : row.figures?.processes?.processes,
  ),
  gauge("container_sockets", "Number of open sockets for the container.", (row) =>
    row.container === undefined ? undefined : row.figures?.processes?.sockets,
  ),
  gauge("container_spec_cpu_period", "CPU period of the container.", (row) =>
    limitOf(row, "cpu") === undefined ? undefined : cpuPeriod,
  ),
  gauge("container_spec_cpu_quota", "CPU quota of the container.", (row) => {
    const cores = limitOf(row, "cpu");
    return cores === undefined ? undefined : Math.round(cores * cpuPeriod);
  }),
  gauge("container_spec_memory_limit_bytes", "Memory limit for the container.", (row) =>
    row.container === undefined ? undefined : (limitOf(row, "memory") ?? 0),
  ),
  gauge(
    "container_start_time_seconds",
    "Start time of the container since unix epoch in seconds.",
    ({ container }) => {
      const at = container && parseTime(startedAt(container.pod, container.stats));
      return at === undefined ? undefined : at / 1000;
    },
  ),
  gauge("container_threads", "Number of threads running inside the container", (row) => row.figures?.threads),
];

/** Of every interface of a pod. */
export const networkSeries = [
  ["receive_bytes", "Cumulative count of bytes received", "rxBytes"],
  ["receive_errors", "Cumulative count of errors encountered while receiving", "rxErrors"],
  ["receive_packets", "Cumulative count of packets received", "rxPackets"],
  ["receive_packets_dropped", "Cumulative count of packets dropped while receiving", "rxDropped"],
  ["transmit_bytes", "Cumulative count of bytes transmitted", "txBytes"],
  ["transmit_errors", "Cumulative count of errors encountered while transmitting", "txErrors"],
  ["transmit_packets", "Cumulative count of packets transmitted", "txPackets"],
  ["transmit_packets_dropped", "Cumulative count of packets dropped while transmitting", "txDropped"],
].map(([name, help = "", of]) => ({
  name: `container_network_${name}_total`,
  help,
  of: of as InterfaceCount,
}));

/** Of every disk that a row uses. */
export const diskSeries = [
  ["reads", "Cumulative count of reads completed", "reads"],
  ["reads_bytes", "Cumulative count of bytes read", "readBytes"],
  ["writes", "Cumulative count of writes completed", "writes"],
  ["writes_bytes", "Cumulative count of bytes written", "writeBytes"],
].map(([name, help = "", of]) => ({
  name: `container_fs_${name}_total`,
  help,
  of: of as Exclude<keyof DiskFigures, "device">,
}));

/** Microseconds in which a quota counts. */
const cpuPeriod = 100_000;

function ofFiles(row: Row, value: number | undefined): number | undefined {
  return row.container === undefined ? undefined : value;
}

/** In cores or bytes. */
function limitOf({ container }: Row, resource: string): number | undefined {
  if (container === undefined) return undefined;
  const { spec } = container.pod.pod ?? {};
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const limit = all.find(({ name }) => name === nameOf(container.stats))?.resources?.limits?.[resource];
  return limit === undefined ? undefined : Quantity.parse(limit).toMillis() / 1000;
}
