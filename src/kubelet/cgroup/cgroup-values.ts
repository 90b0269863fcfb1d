/**
 * What the cgroups of a pod and of a QoS class shall say, by upstream's rules (kubelet's cgroup manager):
 *
 *   (ours)                     as much of the processors as all pods have
 *   kubepods                   all pods: the node's allocatable
 *   kubepods/pod<uid>          Guaranteed: shares, quota and memory
 *   kubepods/burstable/...     shares; quota and memory where every container limits them
 *   kubepods/besteffort/...    the least shares
 */
import { type Pod, Quantity } from "#api";
import { type Amounts, limitsOf, limitsDeclared, requestsOf } from "../pod/requests.ts";
import { type QosClass, qosClassOf } from "../status/qos.ts";

/** Undefined: no limit. */
export interface CgroupValues {
  readonly cpuShares: number;
  readonly cpuQuotaMicroseconds: number | undefined;
  readonly memoryLimitBytes: number | undefined;
  readonly pidsLimit: number | undefined;
  readonly hugepageLimits: readonly { readonly pageSize: string; readonly limitBytes: number }[];
}

/** The period that quotas are meant for. */
export const cpuPeriodMicroseconds = 100_000;

const minQuotaMicroseconds = 1_000;
const minShares = 2;
const maxShares = 262_144;

/** 1,024 shares for a core. */
export function cpuSharesOf(millis: number): number {
  return Math.min(maxShares, Math.max(minShares, Math.floor((millis * 1024) / 1000)));
}

/** Microseconds of a period; undefined for no limit. */
export function cpuQuotaOf(millis: number): number | undefined {
  if (millis <= 0) return undefined;
  return Math.max(minQuotaMicroseconds, (millis * cpuPeriodMicroseconds) / 1000);
}

const unlimited = { cpuQuotaMicroseconds: undefined, memoryLimitBytes: undefined, hugepageLimits: [] };

/** Of one pod. `pidsLimit` is the node's for every pod. */
export function podCgroupValues(pod: Pod, pidsLimit: number | undefined): CgroupValues {
  const qos = qosClassOf(pod);
  const limits = limitsOf(pod);
  const hugepageLimits = hugepages(limits);
  if (qos === "BestEffort") return { ...unlimited, cpuShares: minShares, pidsLimit, hugepageLimits };
  const declared = (name: string): boolean => qos === "Guaranteed" || limitsDeclared(pod, name);
  return {
    cpuShares: cpuSharesOf(millisOf(requestsOf(pod), "cpu")),
    cpuQuotaMicroseconds: declared("cpu") ? cpuQuotaOf(millisOf(limits, "cpu")) : undefined,
    memoryLimitBytes: declared("memory") ? bytesOf(limits, "memory") : undefined,
    pidsLimit,
    hugepageLimits,
  };
}

/** Of a class, by the pods in it; Guaranteed pods are under no class of their own. */
export function qosCgroupValues(qos: QosClass, pods: Iterable<Pod>): CgroupValues {
  let millis = 0;
  if (qos === "Burstable") for (const pod of pods) millis += millisOf(requestsOf(pod), "cpu");
  return { ...unlimited, cpuShares: cpuSharesOf(millis), pidsLimit: undefined };
}

/** Of what lies above `kubepods`: without shares, all pods together would weigh no more than one program of the system. */
export function aboveCgroupValues({ cpu = "0" }: Readonly<Record<string, string>>): CgroupValues {
  return { ...unlimited, cpuShares: cpuSharesOf(Quantity.parse(cpu).toMillis()), pidsLimit: undefined };
}

/** Of all pods together. */
export function rootCgroupValues(allocatable: Readonly<Record<string, string>>): CgroupValues {
  const { memory } = allocatable;
  const memoryLimitBytes = memory === undefined ? undefined : Quantity.parse(memory).toUnits();
  return { ...aboveCgroupValues(allocatable), memoryLimitBytes };
}

function hugepages(limits: Amounts): CgroupValues["hugepageLimits"] {
  return [...limits]
    .filter(([name]) => name.startsWith("hugepages-"))
    .map(([name, limit]) => ({
      pageSize: `${name.slice("hugepages-".length).replace(/i$/, "")}B`,
      limitBytes: limit.toUnits(),
    }));
}

function millisOf(amounts: Amounts, name: string): number {
  return amounts.get(name)?.toMillis() ?? 0;
}

/** Undefined for none and for zero. */
function bytesOf(amounts: Amounts, name: string): number | undefined {
  const bytes = amounts.get(name)?.toUnits() ?? 0;
  return bytes > 0 ? bytes : undefined;
}
