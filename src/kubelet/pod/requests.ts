/**
 * What a pod asks of a node: the sum of its containers and sidecars, or more where an init container with the
 * sidecars before it needs more at one time, plus overhead (KEP-753).
 */
import { type Pod, Quantity } from "#api";
import { initContainersOf } from "./containers.ts";

export type Amounts = ReadonlyMap<string, Quantity>;

export function requestsOf(pod: Pod): Amounts {
  let initPeak = new Map<string, Quantity>();
  const sum = new Map<string, Quantity>();
  for (const { spec } of initContainersOf(pod).filter((one) => one.role === "sidecar"))
    add(sum, spec.resources.requests);
  for (const spec of pod.spec.containers) add(sum, spec.resources.requests);
  const sidecars = new Map<string, Quantity>();
  for (const { spec, role } of initContainersOf(pod)) {
    const peak = new Map(sidecars);
    add(peak, spec.resources.requests);
    if (role === "sidecar") add(sidecars, spec.resources.requests);
    initPeak = larger(initPeak, peak);
  }
  const result = larger(sum, initPeak);
  for (const [name, text] of Object.entries(pod.spec.resources?.requests ?? {}))
    result.set(name, Quantity.parse(text));
  add(result, pod.spec.overhead);
  return result;
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
