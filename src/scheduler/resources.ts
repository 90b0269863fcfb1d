/**
 * Amounts of resources as numbers: cpu in millis, everything else in units. What a pod asks of a node is
 * upstream's sum: containers and sidecars together, or the largest init container beside the sidecars started before
 * it, whichever is more, plus overhead; pod-level requests win where set.
 */
import type { Pod } from "#api";
import { Quantity } from "#api";

/** Resource name -> amount; absent is zero. `cpu` is in millis. */
export type Amounts = ReadonlyMap<string, number>;

type ResourceList = Readonly<Record<string, string>> | undefined;

/** The amounts of a resource list. */
export function amountsOf(list: ResourceList): Map<string, number> {
  const amounts = new Map<string, number>();
  for (const [name, text] of Object.entries(list ?? {})) {
    const quantity = Quantity.parse(text);
    amounts.set(name, name === "cpu" ? quantity.toMillis() : quantity.toUnits());
  }
  return amounts;
}

/** Adds `amounts`, times `sign`, into `total`. */
export function addInto(total: Map<string, number>, amounts: Amounts, sign = 1): void {
  for (const [name, amount] of amounts) total.set(name, (total.get(name) ?? 0) + sign * amount);
}

function maxInto(total: Map<string, number>, amounts: Amounts): void {
  for (const [name, amount] of amounts) total.set(name, Math.max(total.get(name) ?? 0, amount));
}

/** What the pod takes of a node's allocatable, without the `pods` count. */
export function podRequests(pod: Pod): Map<string, number> {
  const running = new Map<string, number>();
  for (const container of pod.spec.containers) addInto(running, amountsOf(container.resources?.requests));
  const sidecars = new Map<string, number>();
  const starting = new Map<string, number>();
  for (const container of pod.spec.initContainers ?? []) {
    const requests = amountsOf(container.resources?.requests);
    if (container.restartPolicy === "Always") {
      addInto(sidecars, requests);
      maxInto(starting, sidecars);
    } else {
      const beside = new Map(sidecars);
      addInto(beside, requests);
      maxInto(starting, beside);
    }
  }
  addInto(running, sidecars);
  maxInto(running, starting);
  for (const [name, amount] of amountsOf(pod.spec.resources?.requests)) running.set(name, amount);
  addInto(running, amountsOf(pod.spec.overhead));
  return running;
}

/** Upstream scores a container without requests as if it asked for these, so that such pods spread too. */
const scoredDefaults: Amounts = new Map([
  ["cpu", 100],
  ["memory", 200 * 1024 * 1024],
]);

/** Requests as scoring sees them: each container without a cpu or memory request counts a default. */
export function scoredRequests(pod: Pod, requests: Amounts): Map<string, number> {
  const scored = new Map(requests);
  for (const [name, amount] of scoredDefaults) {
    const silent = pod.spec.containers.filter((one) => one.resources?.requests?.[name] === undefined).length;
    if (silent > 0 && pod.spec.resources?.requests?.[name] === undefined) {
      scored.set(name, (scored.get(name) ?? 0) + silent * amount);
    }
  }
  return scored;
}
