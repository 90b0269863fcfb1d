/**
 * What a pod asks of a node: the sum of its containers and sidecars, or more where an init container with the
 * sidecars before it needs more at one time, plus overhead (KEP-753).
 */
import { type Pod, Quantity } from "#api";
import { initContainersOf } from "./containers.ts";

export type Amounts = ReadonlyMap<string, Quantity>;

export function requestsOf(pod: Pod): Amounts {
  const result = amountsOf(pod, "requests");
  add(result, pod.spec.overhead);
  return result;
}

/** What a pod may use at most, of what is limited at all; overhead comes on top. */
export function limitsOf(pod: Pod): Amounts {
  const result = amountsOf(pod, "limits");
  for (const [name, text] of Object.entries(pod.spec.overhead ?? {})) {
    const limit = result.get(name);
    if (limit !== undefined && limit.sign > 0) result.set(name, limit.plus(Quantity.parse(text)));
  }
  return result;
}

/** Whether a resource of the pod is limited as a whole: by the pod, or in every container. */
export function limitsDeclared(pod: Pod, name: string): boolean {
  if (pod.spec.resources?.limits?.[name] !== undefined) return true;
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  return all.every(({ resources }) => Quantity.parse(resources.limits?.[name] ?? "0").sign > 0);
}

function amountsOf(pod: Pod, kind: "requests" | "limits"): Map<string, Quantity> {
  const result = containerAmounts(pod, kind);
  for (const [name, text] of Object.entries(pod.spec.resources?.[kind] ?? {}))
    result.set(name, Quantity.parse(text));
  return result;
}

/** Of its containers, whatever the pod says for all. */
export function containerAmounts(pod: Pod, kind: "requests" | "limits"): Map<string, Quantity> {
  let initPeak = new Map<string, Quantity>();
  const sum = new Map<string, Quantity>();
  for (const { spec } of initContainersOf(pod).filter((one) => one.role === "sidecar"))
    add(sum, spec.resources[kind]);
  for (const spec of pod.spec.containers) add(sum, spec.resources[kind]);
  const sidecars = new Map<string, Quantity>();
  for (const { spec, role } of initContainersOf(pod)) {
    const peak = new Map(sidecars);
    add(peak, spec.resources[kind]);
    if (role === "sidecar") add(sidecars, spec.resources[kind]);
    initPeak = larger(initPeak, peak);
  }
  return larger(sum, initPeak);
}

function add(to: Map<string, Quantity>, list: Readonly<Record<string, string>> | undefined): void {
  for (const [name, text] of Object.entries(list ?? {})) {
    to.set(name, (to.get(name) ?? Quantity.zero).plus(Quantity.parse(text)));
  }
}

function larger(a: Amounts, b: Amounts): Map<string, Quantity> {
  const result = new Map(a);
  for (const [name, value] of b) {
    if (value.compare(result.get(name) ?? Quantity.zero) > 0) result.set(name, value);
  }
  return result;
}
