/** `/metrics/cadvisor`, by the series of `cadvisor-series.ts`, for the machine, its pods and its containers: pure. */
import type { ContainerStats } from "../../runtime/runtime.ts";
import {
  diskSeries,
  type InterfaceCount,
  type Labels,
  networkSeries,
  type Row,
  series,
} from "./cadvisor-series.ts";
import { type Family, metricsText, type Sample } from "./metrics-text.ts";
import type { PodFigures } from "./node-measures.ts";
import { nameOf, type PodReading, podsOf, type Reading } from "./stats.ts";

/** `figures`: by pod uid and container id. */
export function cadvisorMetrics(reading: Reading, figures: ReadonlyMap<string, PodFigures>): string {
  const rows = rowsOf(reading, figures);
  const { node } = reading;
  const ofRows = series.map(({ value, more, ...family }): Family => {
    const samples = rows.flatMap((row) => sampleOf({ ...row.labels, ...more }, value(row), row.atMs));
    return { ...family, samples };
  });
  const ofNetworks = networkSeries.map(({ of, ...family }): Family => {
    const samples = podsOf(reading).flatMap((pod) => networkSamples(pod, figures.get(pod.uid), of));
    return { ...family, type: "counter", samples };
  });
  const ofDisks = diskSeries.map(({ of, ...family }): Family => {
    const samples = rows.flatMap((row) =>
      (row.figures?.disks ?? []).flatMap((disk) =>
        sampleOf({ ...row.labels, device: disk.device }, disk[of], row.atMs),
      ),
    );
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
  return metricsText([...ofRows, ...ofDisks, ...ofNetworks, ...ofMachine]);
}

function rowsOf(reading: Reading, figures: ReadonlyMap<string, PodFigures>): readonly Row[] {
  const { node, nowMs } = reading;
  const pods = podsOf(reading).flatMap((pod): Row[] => {
    const { name, namespace, uid, sandbox } = pod;
    const own = figures.get(uid);
    const id = own?.path ?? sandbox?.id ?? "";
    const labels = { container: "", id, image: "", name: "", namespace, pod: name };
    const containers = pod.containers.map((stats): Row => {
      const { atMs, cpuUsageNanoseconds, memoryWorkingSetBytes, memory } = stats;
      const used = { atMs, cpuUsageNanoseconds, memoryWorkingSetBytes, memory };
      const counted = figures.get(stats.id);
      return {
        labels: containerLabels(pod, stats, counted),
        ...used,
        figures: counted,
        container: { stats, pod },
        node,
      };
    });
    return sandbox === undefined
      ? containers
      : [{ ...sandbox, labels, figures: own, node, atMs: sandbox.atMs || nowMs }, ...containers];
  });
  if (node === undefined) return pods;
  const labels = { container: "", id: "/", image: "", name: "", namespace: "", pod: "" };
  const { cpuUsageNanoseconds, memoryWorkingSetBytes, memory } = node;
  return [{ labels, atMs: nowMs, cpuUsageNanoseconds, memoryWorkingSetBytes, memory, node }, ...pods];
}

function containerLabels(pod: PodReading, one: ContainerStats, figures: PodFigures | undefined): Labels {
  const container = nameOf(one);
  const { containerStatuses = [], initContainerStatuses = [] } = pod.pod?.status ?? {};
  const statuses = [...containerStatuses, ...initContainerStatuses];
  const image = statuses.find((status) => status.name === container)?.image ?? "";
  const id = figures?.path ?? one.id;
  return { container, id, image, name: one.id, namespace: pod.namespace, pod: pod.name };
}

/** By the kernel where it was asked; else the one interface that the runtime tells of. */
function networkSamples(
  { sandbox, name: pod, namespace }: PodReading,
  figures: PodFigures | undefined,
  of: InterfaceCount,
): Sample[] {
  if (sandbox?.network === undefined) return [];
  const id = figures?.path ?? sandbox.id;
  const counted = figures?.interfaces ?? [];
  const all: readonly Partial<PodFigures["interfaces"][number]>[] =
    counted.length > 0 ? counted : [sandbox.network];
  return all.flatMap((one) => {
    const labels = { container: "", id, image: "", interface: one.name ?? "", name: "", namespace, pod };
    return sampleOf(labels, one[of], sandbox.atMs);
  });
}

function sampleOf(labels: Labels, value: number | undefined, atMs?: number): Sample[] {
  if (value === undefined) return [];
  return [{ labels, value, ...(atMs === undefined ? {} : { atMs }) }];
}
