/** CRI's answers as the kubelet's interface has them: nanoseconds become milliseconds, numbers names. Pure. */
import type { Decoded } from "#base/rpc";
import type {
  ContainerStats,
  ContainerStatus,
  ContainerSummary,
  FilesystemUsage,
  Image,
  InterfaceStats,
  MemoryDetail,
  RuntimeStatus,
  Sandbox,
  SandboxStats,
  SandboxStatus,
} from "../runtime.ts";
import { recursiveOf } from "../config.ts";
import { containerStates, namespaceModes, sandboxStates } from "./enums.ts";
import type { imageFsInfoResponse, imageMessage } from "./image-messages.ts";
import type {
  containerRow,
  containerStatusResponse,
  podSandboxStatusResponse,
  sandboxRow,
  statusResponse,
} from "./messages.ts";
import type { listContainerStatsResponse, sandboxStatsResponse } from "./stats-messages.ts";

/** Absent answers read as the least that a runtime can do. */
export function decodeRuntimeStatus(answer: Decoded<typeof statusResponse>): RuntimeStatus {
  return {
    conditions: answer.status?.conditions ?? [],
    handlers: answer.handlers.map(({ name, features }) => ({
      name,
      recursiveReadOnlyMounts: features?.recursiveReadOnlyMounts ?? false,
      userNamespaces: features?.userNamespaces ?? false,
    })),
    supplementalGroupsPolicy: answer.features?.supplementalGroupsPolicy ?? false,
  };
}

/** A row, or the part of a status that rows have too. */
export function decodeSandbox(
  row: Decoded<typeof sandboxRow> | NonNullable<Decoded<typeof podSandboxStatusResponse>["status"]>,
): Sandbox {
  const { id, metadata, state, createdAt, labels, annotations, runtimeHandler } = row;
  return {
    id,
    name: metadata?.name ?? "",
    namespace: metadata?.namespace ?? "",
    uid: metadata?.uid ?? "",
    attempt: metadata?.attempt ?? 0,
    state: sandboxStates[state] ?? "SANDBOX_NOTREADY",
    createdAtMs: milliseconds(createdAt),
    labels,
    annotations,
    runtimeHandler,
  };
}

/** With all addresses, the first one first. */
export function decodeSandboxStatus(
  status: NonNullable<Decoded<typeof podSandboxStatusResponse>["status"]>,
): SandboxStatus {
  const { network, linux } = status;
  const ips = [network?.ip ?? "", ...(network?.additional ?? []).map((one) => one.ip)];
  return {
    ...decodeSandbox(status),
    ips: ips.filter((ip) => ip !== ""),
    hostNetwork: namespaceModes[linux?.namespaces?.options?.network ?? 0] === "NODE",
  };
}

/** A row of a list. */
export function decodeContainer(row: Decoded<typeof containerRow>): ContainerSummary {
  const { id, podSandboxId, metadata, image, imageRef, state, createdAt, labels, annotations } = row;
  return {
    id,
    podSandboxId,
    name: metadata?.name ?? "",
    attempt: metadata?.attempt ?? 0,
    state: containerStates[state] ?? "CONTAINER_UNKNOWN",
    createdAtMs: milliseconds(createdAt),
    image: image?.image ?? "",
    imageRef,
    labels,
    annotations,
  };
}

/** `message` and `podSandboxId` are not in the answer as the kubelet wants them. */
export function decodeContainerStatus(
  status: NonNullable<Decoded<typeof containerStatusResponse>["status"]>,
  more: Pick<ContainerStatus, "podSandboxId" | "message">,
): ContainerStatus {
  const { startedAt, finishedAt, exitCode, reason, logPath, mounts, user } = status;
  return {
    ...decodeContainer({ ...status, podSandboxId: more.podSandboxId }),
    startedAtMs: milliseconds(startedAt),
    finishedAtMs: milliseconds(finishedAt),
    exitCode,
    reason,
    message: more.message,
    logPath,
    recursiveReadOnly: recursiveOf(mounts),
    ...(user?.linux === undefined ? {} : { user: user.linux }),
  };
}

/** What was not measured is 0. */
export function decodeContainerStats(
  stats: Decoded<typeof listContainerStatsResponse>["stats"][number],
): ContainerStats {
  const { attributes, cpu, memory, writableLayer } = stats;
  return {
    id: attributes?.id ?? "",
    name: attributes?.metadata?.name ?? "",
    attempt: attributes?.metadata?.attempt ?? 0,
    labels: attributes?.labels ?? {},
    atMs: milliseconds(cpu?.timestamp ?? memory?.timestamp ?? 0n),
    cpuUsageNanoseconds: cpu?.usage?.value ?? 0,
    memoryWorkingSetBytes: memory?.workingSet?.value ?? 0,
    writableLayerUsedBytes: writableLayer?.usedBytes?.value ?? 0,
    writableLayerInodesUsed: writableLayer?.inodesUsed?.value ?? 0,
    memory: memoryDetail(memory),
  };
}

/** What was not measured is 0. */
export function decodeSandboxStats({
  attributes,
  linux,
}: NonNullable<Decoded<typeof sandboxStatsResponse>["stats"]>): SandboxStats {
  const { cpu, memory, network, process } = linux ?? {};
  const own = network?.defaultInterface;
  return {
    id: attributes?.id ?? "",
    labels: attributes?.labels ?? {},
    atMs: milliseconds(cpu?.timestamp ?? memory?.timestamp ?? 0n),
    cpuUsageNanoseconds: cpu?.usage?.value ?? 0,
    memoryWorkingSetBytes: memory?.workingSet?.value ?? 0,
    memory: memoryDetail(memory),
    processes: process?.count?.value ?? 0,
    ...(own === undefined ? {} : { network: interfaceStats(own) }),
  };
}

type SandboxUsage = NonNullable<NonNullable<Decoded<typeof sandboxStatsResponse>["stats"]>["linux"]>;

function memoryDetail(memory: SandboxUsage["memory"]): MemoryDetail {
  return {
    usageBytes: memory?.usageBytes?.value ?? 0,
    rssBytes: memory?.rssBytes?.value ?? 0,
    availableBytes: memory?.availableBytes?.value ?? 0,
    pageFaults: memory?.pageFaults?.value ?? 0,
    majorPageFaults: memory?.majorPageFaults?.value ?? 0,
  };
}

function interfaceStats(
  one: NonNullable<NonNullable<SandboxUsage["network"]>["defaultInterface"]>,
): InterfaceStats {
  return {
    name: one.name,
    rxBytes: one.rxBytes?.value ?? 0,
    rxErrors: one.rxErrors?.value ?? 0,
    txBytes: one.txBytes?.value ?? 0,
    txErrors: one.txErrors?.value ?? 0,
  };
}

/** An image without a user runs as root. */
export function decodeImage(image: Decoded<typeof imageMessage>): Image {
  const { id, repoTags, repoDigests, sizeBytes, pinned, uid, userName } = image;
  return {
    id,
    repoTags,
    repoDigests,
    sizeBytes,
    pinned,
    ...(uid === undefined ? {} : { uid: uid.value }),
    ...(userName === "" ? {} : { userName }),
  };
}

/** What images or containers take of a disk. */
export function decodeFilesystem(
  usage: Decoded<typeof imageFsInfoResponse>["filesystems"][number],
): FilesystemUsage {
  return {
    atMs: milliseconds(usage.timestamp),
    mountpoint: usage.id?.mountpoint ?? "",
    usedBytes: usage.usedBytes?.value ?? 0,
    inodesUsed: usage.inodesUsed?.value ?? 0,
  };
}

function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000_000n);
}
