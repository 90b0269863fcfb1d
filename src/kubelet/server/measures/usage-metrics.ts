/** `/metrics/resource`, under upstream's names: pure. */
import { parseTime } from "#api";
import type { ContainerStats, SandboxStats } from "../../runtime/runtime.ts";
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

function startSeconds(pod: PodReading, one: ContainerStats): number | undefined {
  const at = parseTime(startedAt(pod, one));
  return at === undefined ? undefined : at / 1000;
}
