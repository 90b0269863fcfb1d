/**
 * A container's requests and limits as cgroup values: shares from the cpu request, quota from the cpu limit. What it
 * does not limit is limited by what its pod says for all (KEP-2837).
 */
import { type Pod, Quantity } from "#api";
import {
  type CgroupValues,
  cpuPeriodMicroseconds,
  cpuQuotaOf,
  cpuSharesOf,
} from "../../cgroup/cgroup-values.ts";
import type { LinuxResources } from "../../runtime/config.ts";
import { oomScore, type Scored } from "./oom-score.ts";

export function linuxResources(pod: Pod, container: Scored, nodeMemoryBytes: number): LinuxResources {
  const { resources } = container;
  const limits = { ...pod.spec.resources?.limits, ...resources.limits };
  const limitMillis = millis(limits["cpu"]);
  const requestMillis = resources.requests?.cpu === undefined ? limitMillis : millis(resources.requests.cpu);
  return {
    cpuPeriod: cpuPeriodMicroseconds,
    cpuQuota: cpuQuotaOf(limitMillis) ?? 0,
    cpuShares: cpuSharesOf(requestMillis),
    memoryLimitBytes: bytes(limits["memory"]),
    oomScoreAdj: oomScore(pod, container, nodeMemoryBytes),
    hugepageLimits: hugepages(limits),
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
