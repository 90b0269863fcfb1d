/** `/metrics/resource` and `/metrics/cadvisor`, under upstream's names: pure. */
import { parseTime, Quantity } from "#api";
import type { ContainerStats, SandboxStats } from "../runtime/runtime.ts";
import type { NodeFigures } from "./node-measures.ts";
import { type Family, metricsText, type Sample } from "./metrics-text.ts";
import { nameOf, type PodReading, podsOf, type Reading, startedAt, sum } from "./stats.ts";

/** What metrics-server reads. */
export function resourceMetrics(reading: Reading): string {
  const pods = podsOf(reading);
  const ofContainers = (value: (one: ContainerStats, pod: PodReading) => number | undefined): Sample[] =>
    pods.flatMap((pod) =>
      pod.containers.flatMap((one) => sampleOf(containerLabels(pod, one), value(one, pod), one.atMs)),
    );
  const ofPods = (value: (pod: PodReading) => number): Sample[] =>
    pods.map((pod) => ({
      labels: { namespace: pod.namespace, pod: pod.name },
      value: value(pod),
      atMs: pod.containers[0]?.atMs ?? reading.nowMs,
    }));
  const ofNode = (value: number): Sample[] => [{ labels: {}, value, atMs: reading.nowMs }];
  const cpu = (one: ContainerStats | SandboxStats): number => one.cpuUsageNanoseconds / 1e9;
  const memory = (one: ContainerStats | SandboxStats): number => one.memoryWorkingSetBytes;
  const { node, containers } = reading;
  const families: readonly Family[] = [
    {
      name: "container_cpu_usage_seconds_total",
      type: "counter",
      help: "[STABLE] Cumulative cpu time consumed by the container in core-seconds",
      samples: ofContainers(cpu),
    },
    {
      name: "container_memory_working_set_bytes",
      type: "gauge",
      help: "[STABLE] Current working set of the container in bytes",
      samples: ofContainers(memory),
    },
    {
      name: "container_start_time_seconds",
      type: "gauge",
      help: "[STABLE] Start time of the container since unix epoch in seconds",
      samples: ofContainers((one, pod) => startSeconds(pod, one)),
    },
    {
      name: "node_cpu_usage_seconds_total",
      type: "counter",
      help: "[STABLE] Cumulative cpu time consumed by the node in core-seconds",
      samples: ofNode(node === undefined ? sum(containers, cpu) : node.cpuUsageNanoseconds / 1e9),
    },
    {
      name: "node_memory_working_set_bytes",
      type: "gauge",
      help: "[STABLE] Current working set of the node in bytes",
      samples: ofNode(node?.memoryWorkingSetBytes ?? sum(containers, memory)),
    },
    {
      name: "pod_cpu_usage_seconds_total",
      type: "counter",
      help: "[STABLE] Cumulative cpu time consumed by the pod in core-seconds",
      samples: ofPods((pod) => (pod.sandbox && cpu(pod.sandbox)) || sum(pod.containers, cpu)),
    },
    {
      name: "pod_memory_working_set_bytes",
      type: "gauge",
      help: "[STABLE] Current working set of the pod in bytes",
      samples: ofPods((pod) => (pod.sandbox && memory(pod.sandbox)) || sum(pod.containers, memory)),
    },
    {
      name: "resource_scrape_error",
      type: "gauge",
      help: "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise",
      samples: [{ labels: {}, value: 0 }],
    },
  ];
  return metricsText(families);
}

/** The main series of cAdvisor, as far as the runtime measures. */
export function cadvisorMetrics(reading: Reading): string {
  const pods = podsOf(reading);
  const { node } = reading;
  const ofContainers = containerSeries.map(({ value, more, ...family }): Family => {
    const samples = pods.flatMap((pod) =>
      pod.containers.flatMap((one) =>
        sampleOf({ ...cadvisorLabels(pod, one), ...more }, value(one, pod, node), one.atMs),
      ),
    );
    return { ...family, samples };
  });
  const ofNetworks = networkSeries.map(({ of, ...family }): Family => {
    const samples = pods.flatMap(({ sandbox, name: pod, namespace }) => {
      if (sandbox?.network === undefined) return [];
      const { name, [of]: value } = sandbox.network;
      const labels = { container: "", id: sandbox.id, image: "", interface: name, name: "", namespace, pod };
      return sampleOf(labels, value, sandbox.atMs);
    });
    return { ...family, type: "counter", samples };
  });
  const ofMachine: readonly Family[] = [
    {
      name: "machine_cpu_cores",
      type: "gauge",
      help: "Number of logical CPU cores.",
      samples: sampleOf({}, node?.cpuCores),
    },
    {
      name: "machine_memory_bytes",
      type: "gauge",
      help: "Amount of memory installed on the machine.",
      samples: sampleOf({}, node?.memoryCapacityBytes),
    },
  ];
  return metricsText([...ofContainers, ...ofNetworks, ...ofMachine]);
}

interface ContainerSeries extends Pick<Family, "name" | "type" | "help"> {
  readonly value: (one: ContainerStats, pod: PodReading, node: NodeFigures | undefined) => number | undefined;
  readonly more?: Readonly<Record<string, string>>;
}

const containerSeries: readonly ContainerSeries[] = [
  {
    name: "container_cpu_usage_seconds_total",
    type: "counter",
    help: "Cumulative cpu time consumed in seconds.",
    value: (one) => one.cpuUsageNanoseconds / 1e9,
    more: { cpu: "total" },
  },
  {
    name: "container_fs_inodes_total",
    type: "gauge",
    help: "Number of Inodes",
    value: (_one, _pod, node) => node?.imagefs.inodes,
  },
  {
    name: "container_fs_limit_bytes",
    type: "gauge",
    help: "Number of bytes that can be consumed by the container on this filesystem.",
    value: (_one, _pod, node) => node?.imagefs.capacityBytes,
  },
  {
    name: "container_fs_usage_bytes",
    type: "gauge",
    help: "Number of bytes that are consumed by the container on this filesystem.",
    value: (one) => one.writableLayerUsedBytes,
  },
  {
    name: "container_last_seen",
    type: "gauge",
    help: "Last time a container was seen by the exporter",
    value: (one) => Math.floor(one.atMs / 1000),
  },
  {
    name: "container_memory_failures_total",
    type: "counter",
    help: "Cumulative count of memory allocation failures.",
    value: (one) => one.memory?.pageFaults,
    more: { failure_type: "pgfault", scope: "container" },
  },
  {
    name: "container_memory_rss",
    type: "gauge",
    help: "Size of RSS in bytes.",
    value: (one) => one.memory?.rssBytes,
  },
  {
    name: "container_memory_usage_bytes",
    type: "gauge",
    help: "Current memory usage in bytes, including all memory regardless of when it was accessed",
    value: (one) => one.memory?.usageBytes,
  },
  {
    name: "container_memory_working_set_bytes",
    type: "gauge",
    help: "Current working set in bytes.",
    value: (one) => one.memoryWorkingSetBytes,
  },
  {
    name: "container_spec_cpu_period",
    type: "gauge",
    help: "CPU period of the container.",
    value: (one, pod) => (limitOf(pod, one, "cpu") === undefined ? undefined : cpuPeriod),
  },
  {
    name: "container_spec_cpu_quota",
    type: "gauge",
    help: "CPU quota of the container.",
    value: (one, pod) => scaled(limitOf(pod, one, "cpu"), cpuPeriod),
  },
  {
    name: "container_spec_memory_limit_bytes",
    type: "gauge",
    help: "Memory limit for the container.",
    value: (one, pod) => limitOf(pod, one, "memory") ?? 0,
  },
  {
    name: "container_start_time_seconds",
    type: "gauge",
    help: "Start time of the container since unix epoch in seconds.",
    value: (one, pod) => startSeconds(pod, one),
  },
];

const networkSeries = [
  {
    name: "container_network_receive_bytes_total",
    help: "Cumulative count of bytes received",
    of: "rxBytes",
  },
  {
    name: "container_network_receive_errors_total",
    help: "Cumulative count of errors encountered while receiving",
    of: "rxErrors",
  },
  {
    name: "container_network_transmit_bytes_total",
    help: "Cumulative count of bytes transmitted",
    of: "txBytes",
  },
  {
    name: "container_network_transmit_errors_total",
    help: "Cumulative count of errors encountered while transmitting",
    of: "txErrors",
  },
] as const;

/** Microseconds in which a quota counts. */
const cpuPeriod = 100_000;

function scaled(cores: number | undefined, by: number): number | undefined {
  return cores === undefined ? undefined : Math.round(cores * by);
}

/** In cores or bytes. */
function limitOf({ pod }: PodReading, one: ContainerStats, resource: string): number | undefined {
  const containers = [...(pod?.spec.initContainers ?? []), ...(pod?.spec.containers ?? [])];
  const limit = containers.find(({ name }) => name === nameOf(one))?.resources?.limits?.[resource];
  return limit === undefined ? undefined : Quantity.parse(limit).toMillis() / 1000;
}

function sampleOf(
  labels: Readonly<Record<string, string>>,
  value: number | undefined,
  atMs?: number,
): Sample[] {
  if (value === undefined) return [];
  return [{ labels, value, ...(atMs === undefined ? {} : { atMs }) }];
}

function containerLabels(pod: PodReading, one: ContainerStats): Readonly<Record<string, string>> {
  return { container: nameOf(one), namespace: pod.namespace, pod: pod.name };
}

function cadvisorLabels(pod: PodReading, one: ContainerStats): Readonly<Record<string, string>> {
  const container = nameOf(one);
  const statuses = [
    ...(pod.pod?.status.containerStatuses ?? []),
    ...(pod.pod?.status.initContainerStatuses ?? []),
  ];
  const image = statuses.find((status) => status.name === container)?.image ?? "";
  return { container, id: one.id, image, name: one.id, namespace: pod.namespace, pod: pod.name };
}

function startSeconds(pod: PodReading, one: ContainerStats): number | undefined {
  const at = parseTime(startedAt(pod, one));
  return at === undefined ? undefined : at / 1000;
}
