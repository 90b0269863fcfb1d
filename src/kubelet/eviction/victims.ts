/**
 * Who is evicted, and what is said of it. For want of a resource: whoever uses more than it asked for goes
 * first, then the lowest priority, then the largest excess. For limits of its own: whoever is over them.
 * Words and order are upstream's. Pure.
 */
import { type Pod, Quantity } from "#api";
import { limitsOf, requestsOf } from "../pod/requests.ts";
import {
  type ContainerUsage,
  type DiskPart,
  diskUsageOf,
  type NodeUsage,
  type PodUsage,
} from "./node-usage.ts";
import type { Shortage } from "./thresholds.ts";

/** From here on a pod is critical for its node. */
const systemCriticalPriority = 2_000_000_000;

/** One pod and why it goes. */
export interface Victim {
  readonly pod: Pod;
  readonly message: string;
}

export type UsageByUid = ReadonlyMap<string, PodUsage>;

/** What a node cannot do without. */
export function isCritical(pod: Pod): boolean {
  const source = pod.metadata.annotations?.["kubernetes.io/config.source"];
  const own = source !== undefined && source !== "api";
  return own || (pod.spec.priority ?? 0) >= systemCriticalPriority;
}

/** Which part of a pod's disk is to blame for a shortage. */
export function blamedPart({ threshold }: Shortage, imagefsApart: boolean): DiskPart {
  if (!imagefsApart) return "both";
  return threshold.signal.startsWith("imagefs.") ? "imagefs" : "nodefs";
}

/** In the order in which pods would be evicted; what cannot be is not in it. */
export function rank(
  pods: readonly Pod[],
  usage: UsageByUid,
  shortage: Shortage,
  part: DiskPart = "both",
): readonly Pod[] {
  const requestName = shortage.resource === "memory" ? "memory" : "ephemeral-storage";
  const rows = pods
    .filter((pod) => !isCritical(pod))
    .map((pod) => {
      const used = usedBy(usage.get(pod.metadata.uid ?? ""), shortage, part);
      // Nobody asks for inodes or processes: the ones are held against a pod, the others only ranked.
      const byCount = shortage.resource === "pids" || shortage.resource === "inodes";
      const asked = byCount ? 0 : (requestsOf(pod).get(requestName)?.toUnits() ?? 0);
      const exceeds = shortage.resource === "pids" ? 0 : Number(used > asked);
      return { pod, excess: used - asked, exceeds };
    });
  rows.sort(
    (a, b) =>
      b.exceeds - a.exceeds || (a.pod.spec.priority ?? 0) - (b.pod.spec.priority ?? 0) || b.excess - a.excess,
  );
  return rows.map((one) => one.pod);
}

function usedBy(usage: PodUsage | undefined, { resource }: Shortage, part: DiskPart): number {
  if (usage === undefined) return 0;
  if (resource === "memory") return usage.memoryBytes;
  if (resource === "pids") return usage.processes;
  const { bytes, inodes } = diskUsageOf(usage, part);
  return resource === "inodes" ? inodes : bytes;
}

function storageOf({ writable, logs }: ContainerUsage): number {
  return writable.bytes + logs.bytes;
}

/** `The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. Container ...`. */
export function shortageMessage(pod: Pod, usage: PodUsage | undefined, shortage: Shortage): string {
  const { resource, wanted, available } = shortage;
  const low = `The node was low on resource: ${resource}. `;
  const met = `Threshold quantity: ${wanted.toString()}, available: ${available.toString()}. `;
  if (resource !== "memory" && resource !== "ephemeral-storage") return low + met;
  const larger = pod.spec.containers.map(({ name, resources }) => {
    const own = usage?.containers.get(name);
    const used = own && (resource === "memory" ? own.memoryBytes : storageOf(own));
    const asked = Quantity.parse(resources.requests?.[resource] ?? "0");
    if (used === undefined || used <= asked.toUnits()) return "";
    const figures = `was using ${bytesText(used)}, request is ${asked.toString()}`;
    return `Container ${name} ${figures}, has larger consumption of ${resource}. `;
  });
  return low + met + larger.join("");
}

/** Whether a pod can be over limits of its own, so that it has to be measured. */
export function hasStorageLimits(pod: Pod): boolean {
  return (
    (pod.spec.volumes ?? []).some((one) => diskLimitOf(one.emptyDir) !== undefined) ||
    [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].some(
      ({ resources }) => resources.limits?.["ephemeral-storage"] !== undefined,
    )
  );
}

/** The limit of its own that a pod is over, in words. */
export function overLimit(pod: Pod, usage: PodUsage): string | undefined {
  for (const { name, emptyDir } of pod.spec.volumes ?? []) {
    const limit = diskLimitOf(emptyDir);
    if (limit !== undefined && (usage.volumes.get(name)?.bytes ?? 0) > limit.toUnits())
      return `Usage of EmptyDir volume "${name}" exceeds the limit "${limit.toString()}". `;
  }
  const total = limitsOf(pod).get("ephemeral-storage");
  if (total !== undefined && total.sign > 0 && diskUsageOf(usage).bytes > total.toUnits())
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${total.toString()}. `;
  for (const { name, resources } of pod.spec.containers) {
    const limit = resources.limits?.["ephemeral-storage"];
    const own = usage.containers.get(name);
    if (limit !== undefined && own !== undefined && storageOf(own) > Quantity.parse(limit).toUnits())
      return `Container ${name} exceeded its local ephemeral storage limit "${limit}". `;
  }
  return undefined;
}

/** Memory bounds itself. */
function diskLimitOf(
  emptyDir: { readonly medium?: string; readonly sizeLimit?: string } | undefined,
): Quantity | undefined {
  if (emptyDir?.sizeLimit === undefined || (emptyDir.medium ?? "") !== "") return undefined;
  const limit = Quantity.parse(emptyDir.sizeLimit);
  return limit.sign > 0 ? limit : undefined;
}

/** How full the images' file system is, in whole percent. */
export function imagefsPercent({ imagefs }: NodeUsage): number {
  if (imagefs.capacityBytes <= 0) return 0;
  return 100 - Math.floor((imagefs.availableBytes * 100) / imagefs.capacityBytes);
}

function bytesText(bytes: number): string {
  return Quantity.of(Math.floor(bytes / 1024) * 1024, "BinarySI").toString();
}
