/** What the node's containers use, as `/stats/summary` says it (`stats/v1alpha1`): pure. */
import { type Pod, rfc3339 } from "#api";
import type { FileSystemState } from "../../eviction/node-usage.ts";
import type { ContainerStats, InterfaceStats, MemoryDetail, SandboxStats } from "../../runtime/runtime.ts";
import { containerNameLabel, podNameLabel, podNamespaceLabel, podUidLabel } from "../../runtime/labels.ts";
import type { DiskUse, NodeFigures, PodStorage } from "./node-measures.ts";

/** All that was measured, at about one time. */
export interface Reading {
  readonly nodeName: string;
  readonly nowMs: number;
  readonly containers: readonly ContainerStats[];
  readonly sandboxes: readonly SandboxStats[];
  /** Undefined on a node that cannot measure itself. */
  readonly node: NodeFigures | undefined;
  readonly pods: readonly Pod[];
  /** Billionths of a core by id, where there are two readings to tell them from; the node's is `""`. */
  readonly nanoCores: ReadonlyMap<string, number>;
}

/** One pod's part of a reading. */
export interface PodReading {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly containers: readonly ContainerStats[];
  readonly sandbox: SandboxStats | undefined;
  /** Of the API; its name and namespace are enough. */
  readonly pod: Pod | undefined;
}

/** `GET /stats/summary`: node, pods and containers, as far as the node measures. `storage`: by pod uid. */
export function statsSummary(reading: Reading, storage: ReadonlyMap<string, PodStorage>): unknown {
  const pods = podsOf(reading).map((pod) => podStats(reading, pod, storage.get(pod.uid)));
  return { node: nodeStats(reading), pods };
}

/** The containers of a reading by their pods. One that has ended uses nothing, and was measured at no time. */
export function podsOf({ containers, sandboxes, pods }: Reading): readonly PodReading[] {
  const measured = containers.filter(({ atMs }) => atMs > 0);
  const groups = Map.groupBy(measured, (one) => one.labels[podUidLabel] ?? "");
  return [...groups].map(([uid, own]) => {
    const labels = own[0]?.labels ?? {};
    const [name, namespace] = [labels[podNameLabel] ?? "", labels[podNamespaceLabel] ?? ""];
    const sandbox = sandboxes.find((one) => one.labels[podUidLabel] === uid);
    const pod = pods.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
    return { name, namespace, uid, containers: own, sandbox, pod };
  });
}

export function nameOf(container: ContainerStats): string {
  return container.labels[containerNameLabel] ?? container.name;
}

/** RFC 3339; undefined while it has not started. */
export function startedAt({ pod }: PodReading, container: ContainerStats): string | undefined {
  const {
    containerStatuses = [],
    initContainerStatuses = [],
    ephemeralContainerStatuses = [],
  } = pod?.status ?? {};
  const all = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses];
  return all.find((one) => one.name === nameOf(container))?.state?.running?.startedAt ?? undefined;
}

export function sum<T>(all: readonly T[], value: (one: T) => number): number {
  return all.reduce((total, one) => total + value(one), 0);
}

function nodeStats({ nodeName, nowMs, containers, node, nanoCores }: Reading): object {
  const time = rfc3339(nowMs);
  if (node === undefined) {
    const cpu = { time, usageCoreNanoSeconds: sum(containers, (one) => one.cpuUsageNanoseconds) };
    const memory = { time, workingSetBytes: sum(containers, (one) => one.memoryWorkingSetBytes) };
    return { nodeName, startTime: time, cpu, memory };
  }
  const imageFs = fileSystem(node.imagefs, time);
  return {
    nodeName,
    startTime: rfc3339(node.bootedAtMs),
    cpu: cpuStats(time, node.cpuUsageNanoseconds, nanoCores.get("")),
    memory: memoryStats(time, node.memoryWorkingSetBytes, node.memory),
    ...(node.interfaces.length === 0 ? {} : { network: networkStats(time, node.interfaces) }),
    fs: fileSystem(node.nodefs, time),
    runtime: { imageFs, containerFs: imageFs },
    rlimit: { time, maxpid: node.processes.most, curproc: node.processes.running },
  };
}

function podStats(reading: Reading, pod: PodReading, storage: PodStorage | undefined): object {
  const { name, namespace, uid, containers, sandbox } = pod;
  const time = rfc3339(reading.nowMs);
  const startTime = pod.pod?.status.startTime ?? time;
  const cpuNanoseconds = sandbox?.cpuUsageNanoseconds || sum(containers, (one) => one.cpuUsageNanoseconds);
  const working = sandbox?.memoryWorkingSetBytes || sum(containers, (one) => one.memoryWorkingSetBytes);
  const nanoCores = containers.map(({ id }) => reading.nanoCores.get(id));
  const known = nanoCores.filter((one) => one !== undefined);
  return {
    podRef: { name, namespace, uid },
    startTime,
    containers: containers.map((one) => containerStats(reading, pod, one, storage)),
    cpu: cpuStats(time, cpuNanoseconds, known.length === 0 ? undefined : sum(known, (one) => one)),
    memory: memoryStats(time, working, sandbox?.memory),
    ...(sandbox?.network === undefined ? {} : { network: networkStats(time, [sandbox.network]) }),
    ...(storage === undefined ? {} : storageStats(time, pod, storage)),
    ...(sandbox === undefined ? {} : { process_stats: { process_count: sandbox.processes } }),
  };
}

/** Its volumes one by one, and all that it has on the node's own disk together. */
function storageStats(time: string, { containers, pod }: PodReading, { volumes, logs }: PodStorage): object {
  const local = new Set(pod?.spec.volumes?.filter(isLocal).map(({ name }) => name));
  const onDisk = [...volumes].filter(([name]) => local.has(name)).map(([, use]) => use);
  const uses = [...onDisk, ...logs.values()];
  const [first] = uses;
  return {
    volume: [...volumes].map(([name, use]) => ({ ...diskStats(time, use), name })),
    ...(first === undefined
      ? {}
      : {
          "ephemeral-storage": diskStats(time, {
            fs: first.fs,
            usedBytes:
              sum(uses, (one) => one.usedBytes) + sum(containers, (one) => one.writableLayerUsedBytes),
            inodesUsed:
              sum(uses, (one) => one.inodesUsed) + sum(containers, (one) => one.writableLayerInodesUsed ?? 0),
          }),
        }),
  };
}

/** Counted as the pod's own use of the node's disk. */
function isLocal({ emptyDir, configMap }: NonNullable<Pod["spec"]["volumes"]>[number]): boolean {
  return configMap !== undefined || (emptyDir !== undefined && (emptyDir.medium ?? "") === "");
}

function diskStats(time: string, { fs, usedBytes, inodesUsed }: DiskUse): object {
  return { time, ...room(fs), usedBytes, inodesUsed };
}

function containerStats(
  reading: Reading,
  pod: PodReading,
  one: ContainerStats,
  storage: PodStorage | undefined,
): object {
  const time = rfc3339(one.atMs || reading.nowMs);
  const { imagefs } = reading.node ?? {};
  const inodes = one.writableLayerInodesUsed;
  const logs = storage?.logs.get(nameOf(one));
  return {
    name: nameOf(one),
    startTime: startedAt(pod, one) ?? time,
    cpu: cpuStats(time, one.cpuUsageNanoseconds, reading.nanoCores.get(one.id)),
    memory: memoryStats(time, one.memoryWorkingSetBytes, one.memory),
    rootfs: {
      time,
      ...(imagefs === undefined ? {} : room(imagefs)),
      usedBytes: one.writableLayerUsedBytes,
      ...(inodes === undefined ? {} : { inodesUsed: inodes }),
    },
    ...(logs === undefined ? {} : { logs: diskStats(time, logs) }),
  };
}

function cpuStats(time: string, nanoseconds: number, nanoCores: number | undefined): object {
  const rate = nanoCores === undefined ? {} : { usageNanoCores: Math.round(nanoCores) };
  return { time, ...rate, usageCoreNanoSeconds: nanoseconds };
}

function memoryStats(time: string, workingSetBytes: number, detail: MemoryDetail | undefined): object {
  if (detail === undefined) return { time, workingSetBytes };
  const { availableBytes, usageBytes, rssBytes, pageFaults, majorPageFaults } = detail;
  const available = availableBytes === 0 ? {} : { availableBytes };
  return { time, ...available, usageBytes, workingSetBytes, rssBytes, pageFaults, majorPageFaults };
}

/** The first interface is the main one. */
function networkStats(time: string, interfaces: readonly InterfaceStats[]): object {
  return { time, ...interfaces[0], interfaces };
}

function fileSystem(state: FileSystemState, time: string): object {
  const { capacityBytes, availableBytes, inodes, inodesFree } = state;
  return { time, ...room(state), usedBytes: capacityBytes - availableBytes, inodesUsed: inodes - inodesFree };
}

function room({ availableBytes, capacityBytes, inodesFree, inodes }: FileSystemState): object {
  return { availableBytes, capacityBytes, inodesFree, inodes };
}
