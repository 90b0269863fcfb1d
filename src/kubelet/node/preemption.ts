/**
 * Whom a critical pod pushes off a node that is full. Pods without guarantees go before burstable ones, and those before
 * guaranteed ones; of each class as few as will do, the nearest to what is missing first. Words and order are upstream's.
 * Pure.
 */
import { type Pod, Quantity } from "#api";
import { isCritical } from "../eviction/victims.ts";
import { requestsOf } from "../pod/requests.ts";
import type { Verdict } from "../status/pod-status.ts";
import { qosClassOf } from "../status/qos.ts";

export const preempted: Verdict = {
  reason: "Preempting",
  message: "Preempted in order to admit critical pod",
  disruption: "Pod was preempted by Kubelet to accommodate a critical pod.",
};

/** What is missing, by resource; each amount is positive. */
type Missing = ReadonlyMap<string, number>;

/** Pods to end so that `pod` fits; undefined when it is not critical or their end would not do. */
export function preemptionVictims(
  pod: Pod,
  allocatable: Readonly<Record<string, string>>,
  others: readonly Pod[],
): readonly Pod[] | undefined {
  if (!isCritical(pod)) return undefined;
  const missing = missingFor(pod, allocatable, others);
  const classes = Map.groupBy(
    others.filter((other) => mayPreempt(pod, other)),
    qosClassOf,
  );
  const [bestEffort, burstable, guaranteed] = (["BestEffort", "Burstable", "Guaranteed"] as const).map(
    (name) => classes.get(name) ?? [],
  ) as [Pod[], Pod[], Pod[]];
  const ofGuaranteed = nearest(guaranteed, without(missing, [...bestEffort, ...burstable]));
  if (ofGuaranteed === undefined) return undefined;
  const ofBurstable = nearest(burstable, without(missing, [...bestEffort, ...ofGuaranteed])) ?? [];
  const ofBestEffort = nearest(bestEffort, without(missing, [...ofBurstable, ...ofGuaranteed])) ?? [];
  return [...ofBestEffort, ...ofBurstable, ...ofGuaranteed];
}

function mayPreempt(pod: Pod, other: Pod): boolean {
  return !isCritical(other) || (pod.spec.priority ?? 0) > (other.spec.priority ?? 0);
}

function missingFor(
  pod: Pod,
  allocatable: Readonly<Record<string, string>>,
  others: readonly Pod[],
): Missing {
  const missing = new Map<string, number>();
  for (const name of ["pods", ...requestsOf(pod).keys()]) {
    const room = Quantity.parse(allocatable[name] ?? "0").toNumber();
    const used = [pod, ...others].reduce((sum, one) => sum + askedBy(one, name), 0);
    if (askedBy(pod, name) > 0 && used > room) missing.set(name, used - room);
  }
  return missing;
}

function askedBy(pod: Pod, name: string): number {
  return name === "pods" ? 1 : (requestsOf(pod).get(name)?.toNumber() ?? 0);
}

/** What is still missing when those pods are gone. */
function without(missing: Missing, pods: readonly Pod[]): Missing {
  const rows = [...missing].map(
    ([name, amount]) => [name, pods.reduce((left, pod) => left - askedBy(pod, name), amount)] as const,
  );
  return new Map(rows.filter(([, amount]) => amount > 1e-9));
}

/** The fewest pods whose requests cover what is missing, as far as taking the nearest finds them. */
function nearest(pods: readonly Pod[], missing: Missing): readonly Pod[] | undefined {
  const chosen: Pod[] = [];
  let [left, rest] = [missing, pods];
  while (left.size > 0) {
    const now = left;
    const [best] = rest.toSorted((a, b) => distance(a, now) - distance(b, now) || smaller(a, b));
    if (best === undefined) return undefined;
    chosen.push(best);
    left = without(left, [best]);
    rest = rest.filter((one) => one !== best);
  }
  return chosen;
}

/** Each resource weighs the same, whatever its unit. */
function distance(pod: Pod, missing: Missing): number {
  let sum = 0;
  for (const [name, amount] of missing) sum += (Math.max(0, amount - askedBy(pod, name)) / amount) ** 2;
  return sum;
}

function smaller(a: Pod, b: Pod): number {
  return askedBy(a, "memory") - askedBy(b, "memory") || askedBy(a, "cpu") - askedBy(b, "cpu");
}
