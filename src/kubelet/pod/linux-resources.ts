/**
 * A container's requests and limits as cgroup values: shares from the cpu request, quota from the cpu limit,
 * and how readily the kernel kills it for memory (Guaranteed hardly, BestEffort first, Burstable by its
 * share of the node).
 */
import { type Pod, Quantity, type ResourceRequirements } from "#api";
import type { LinuxResources } from "../runtime/config.ts";
import { qosClassOf } from "../status/qos.ts";

const periodMicroseconds = 100_000;
const minQuotaMicroseconds = 1_000;
const minShares = 2;
const maxShares = 262_144;

export function linuxResources(
  pod: Pod,
  resources: ResourceRequirements,
  nodeMemoryBytes: number,
): LinuxResources {
  const limitMillis = millis(resources.limits?.cpu);
  const requestMillis = resources.requests?.cpu === undefined ? limitMillis : millis(resources.requests.cpu);
  const quota =
    limitMillis === 0 ? 0 : Math.max(minQuotaMicroseconds, (limitMillis * periodMicroseconds) / 1000);
  return {
    cpuPeriod: periodMicroseconds,
    cpuQuota: quota,
    cpuShares:
      requestMillis === 0
        ? minShares
        : Math.min(maxShares, Math.max(minShares, Math.floor((requestMillis * 1024) / 1000))),
    memoryLimitBytes: bytes(resources.limits?.memory),
    oomScoreAdj: oomScore(pod, bytes(resources.requests?.memory), nodeMemoryBytes),
    hugepageLimits: hugepages(resources.limits),
  };
}

/** No limits at all, for the sandbox itself. */
export const noResources: LinuxResources = {
  cpuPeriod: 0,
  cpuQuota: 0,
  cpuShares: 0,
  memoryLimitBytes: 0,
  oomScoreAdj: 0,
  hugepageLimits: [],
};

function oomScore(pod: Pod, requestBytes: number, nodeMemoryBytes: number): number {
  // Above the value of system-node-critical, a pod is as safe as a Guaranteed one.
  if ((pod.spec.priority ?? 0) >= 2_000_000_000) return -997;
  switch (qosClassOf(pod)) {
    case "Guaranteed":
      return -997;
    case "BestEffort":
      return 1000;
    case "Burstable": {
      const score = Math.floor(1000 - (1000 * requestBytes) / Math.max(1, nodeMemoryBytes));
      return Math.min(999, Math.max(3, score));
    }
  }
}

function hugepages(limits: Readonly<Record<string, string>> | undefined): LinuxResources["hugepageLimits"] {
  return Object.entries(limits ?? {})
    .filter(([name]) => name.startsWith("hugepages-"))
    .map(([name, text]) => ({
      pageSize: `${name.slice("hugepages-".length).replace(/i$/, "")}B`,
      limitBytes: bytes(text),
    }));
}

function millis(text: string | undefined): number {
  return text === undefined ? 0 : Quantity.parse(text).toMillis();
}

function bytes(text: string | undefined): number {
  return text === undefined ? 0 : Quantity.parse(text).toUnits();
}
