/**
 * A container's requests and limits as cgroup values: shares from the cpu request, quota from the cpu limit,
 * and how readily the kernel kills it for memory (Guaranteed hardly, BestEffort first, Burstable by its
 * share of the node).
 */
import { type Pod, Quantity, type ResourceRequirements } from "#api";
import {
  type CgroupValues,
  cpuPeriodMicroseconds,
  cpuQuotaOf,
  cpuSharesOf,
} from "../cgroup/cgroup-values.ts";
import type { LinuxResources } from "../runtime/config.ts";
import { qosClassOf } from "../status/qos.ts";

export function linuxResources(
  pod: Pod,
  resources: ResourceRequirements,
  nodeMemoryBytes: number,
): LinuxResources {
  const limitMillis = millis(resources.limits?.cpu);
  const requestMillis = resources.requests?.cpu === undefined ? limitMillis : millis(resources.requests.cpu);
  return {
    cpuPeriod: cpuPeriodMicroseconds,
    cpuQuota: cpuQuotaOf(limitMillis) ?? 0,
    cpuShares: cpuSharesOf(requestMillis),
    memoryLimitBytes: bytes(resources.limits?.memory),
    oomScoreAdj: oomScore(pod, bytes(resources.requests?.memory), nodeMemoryBytes),
    hugepageLimits: hugepages(resources.limits),
  };
}

/** A whole pod's, as the runtime is told with the sandbox. */
export function podResources(values: CgroupValues): LinuxResources {
  return {
    ...noResources,
    cpuPeriod: cpuPeriodMicroseconds,
    cpuQuota: values.cpuQuotaMicroseconds ?? 0,
    cpuShares: values.cpuShares,
    memoryLimitBytes: values.memoryLimitBytes ?? 0,
    hugepageLimits: values.hugepageLimits,
  };
}

/** No limits at all. */
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
