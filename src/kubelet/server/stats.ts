/** What the node's containers use, as `/stats/summary` and `/metrics/resource` say it: pure. */
import { rfc3339 } from "#api";
import type { ContainerStats } from "../runtime/runtime.ts";
import { containerNameLabel, podNameLabel, podNamespaceLabel, podUidLabel } from "../runtime/labels.ts";

interface PodUse {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly containers: readonly ContainerStats[];
}

/** `GET /stats/summary`: node, pods and containers, as far as the runtime measures. */
export function statsSummary(nodeName: string, all: readonly ContainerStats[], nowMs: number): unknown {
  const time = rfc3339(nowMs);
  const use = (containers: readonly ContainerStats[]): object => ({
    cpu: { time, usageCoreNanoSeconds: sum(containers, (one) => one.cpuUsageNanoseconds) },
    memory: { time, workingSetBytes: sum(containers, (one) => one.memoryWorkingSetBytes) },
  });
  return {
    node: { nodeName, startTime: time, ...use(all) },
    pods: byPod(all).map(({ name, namespace, uid, containers }) => ({
      podRef: { name, namespace, uid },
      startTime: time,
      containers: containers.map((one) => ({
        name: one.labels[containerNameLabel] ?? one.name,
        startTime: time,
        ...use([one]),
        rootfs: { time, usedBytes: one.writableLayerUsedBytes },
      })),
      ...use(containers),
    })),
  };
}

/** `GET /metrics/resource`, in Prometheus' text format. */
export function resourceMetrics(all: readonly ContainerStats[]): string {
  const cpu = (containers: readonly ContainerStats[]): number =>
    sum(containers, (one) => one.cpuUsageNanoseconds) / 1e9;
  const memory = (containers: readonly ContainerStats[]): number =>
    sum(containers, (one) => one.memoryWorkingSetBytes);
  const pods = byPod(all);
  const ofPods = (value: typeof cpu): readonly string[] =>
    pods.map(
      ({ name, namespace, containers }) => `{namespace="${namespace}",pod="${name}"} ${value(containers)}`,
    );
  const ofContainers = (value: typeof cpu): readonly string[] =>
    pods.flatMap(({ name, namespace, containers }) =>
      containers.map((one) => {
        const container = one.labels[containerNameLabel] ?? one.name;
        return `{container="${container}",namespace="${namespace}",pod="${name}"} ${value([one])}`;
      }),
    );
  const families: readonly (readonly [name: string, type: string, rows: readonly string[]])[] = [
    ["container_cpu_usage_seconds_total", "counter", ofContainers(cpu)],
    ["container_memory_working_set_bytes", "gauge", ofContainers(memory)],
    ["node_cpu_usage_seconds_total", "counter", [` ${cpu(all)}`]],
    ["node_memory_working_set_bytes", "gauge", [` ${memory(all)}`]],
    ["pod_cpu_usage_seconds_total", "counter", ofPods(cpu)],
    ["pod_memory_working_set_bytes", "gauge", ofPods(memory)],
    ["resource_scrape_error", "gauge", [" 0"]],
  ];
  return families
    .map(([name, type, rows]) =>
      [`# TYPE ${name} ${type}`, ...rows.map((row) => `${name}${row}`), ""].join("\n"),
    )
    .join("");
}

function byPod(all: readonly ContainerStats[]): readonly PodUse[] {
  const groups = Map.groupBy(all, (one) => one.labels[podUidLabel] ?? "");
  return [...groups].map(([uid, containers]) => {
    const labels = containers[0]?.labels ?? {};
    return { name: labels[podNameLabel] ?? "", namespace: labels[podNamespaceLabel] ?? "", uid, containers };
  });
}

function sum(all: readonly ContainerStats[], value: (one: ContainerStats) => number): number {
  return all.reduce((total, one) => total + value(one), 0);
}
