/**
 * Amounts of resources as numbers: cpu in millis, everything else in units. What a pod asks of a node is
 * upstream's sum: containers and sidecars together, or the largest init container beside the sidecars started before
 * it, whichever is more, plus overhead; pod-level requests win where set.
 */
import type { Pod } from "#api";
import { Quantity } from "#api";

type ResourceList = Readonly<Record<string, string>> | undefined;

/**
 * Resource name -> amount; absent is zero. `cpu` is in millis. What every node has lies in fields: a decision reads them of
 * hundreds of nodes.
 */
export class Amounts {
  #cpu = 0;
  #memory = 0;
  #pods = 0;
  #others: Map<string, number> | undefined;

  get(name: string): number {
    switch (name) {
      case "cpu":
        return this.#cpu;
      case "memory":
        return this.#memory;
      case "pods":
        return this.#pods;
      default:
        return this.#others?.get(name) ?? 0;
    }
  }

  set(name: string, amount: number): void {
    switch (name) {
      case "cpu":
        this.#cpu = amount;
        break;
      case "memory":
        this.#memory = amount;
        break;
      case "pods":
        this.#pods = amount;
        break;
      default:
        (this.#others ??= new Map()).set(name, amount);
    }
  }

  /** Adds `amounts`, times `sign`. */
  add(amounts: Amounts, sign = 1): void {
    this.#cpu += sign * amounts.#cpu;
    this.#memory += sign * amounts.#memory;
    this.#pods += sign * amounts.#pods;
    for (const [name, amount] of amounts.#others ?? []) this.set(name, this.get(name) + sign * amount);
  }

  /** At least `amounts` of each. */
  raise(amounts: Amounts): void {
    for (const [name, amount] of amounts) this.set(name, Math.max(this.get(name), amount));
  }

  copy(): Amounts {
    const copy = new Amounts();
    copy.add(this);
    return copy;
  }

  /** Those that are not zero. */
  *[Symbol.iterator](): Iterator<readonly [name: string, amount: number]> {
    for (const name of ["cpu", "memory", "pods"]) if (this.get(name) !== 0) yield [name, this.get(name)];
    for (const entry of this.#others ?? []) if (entry[1] !== 0) yield entry;
  }
}

/** The amounts of a resource list. */
export function amountsOf(list: ResourceList): Amounts {
  const amounts = new Amounts();
  for (const [name, text] of Object.entries(list ?? {})) {
    const quantity = Quantity.parse(text);
    amounts.set(name, name === "cpu" ? quantity.toMillis() : quantity.toUnits());
  }
  return amounts;
}

/** What the pod takes of a node's allocatable, without the `pods` count. */
export function podRequests(pod: Pod): Amounts {
  const running = new Amounts();
  for (const container of pod.spec.containers) running.add(amountsOf(container.resources?.requests));
  const sidecars = new Amounts();
  const starting = new Amounts();
  for (const container of pod.spec.initContainers ?? []) {
    const requests = amountsOf(container.resources?.requests);
    if (container.restartPolicy === "Always") {
      sidecars.add(requests);
      starting.raise(sidecars);
    } else {
      const beside = sidecars.copy();
      beside.add(requests);
      starting.raise(beside);
    }
  }
  running.add(sidecars);
  running.raise(starting);
  for (const [name, amount] of amountsOf(pod.spec.resources?.requests)) running.set(name, amount);
  running.add(amountsOf(pod.spec.overhead));
  return running;
}

/** Upstream scores a container without requests as if it asked for these, so that such pods spread too. */
const scoredDefaults = { cpu: 100, memory: 200 * 1024 * 1024 };

/** Requests as scoring sees them: each container without a cpu or memory request counts a default. */
export function scoredRequests(pod: Pod, requests: Amounts): Amounts {
  const scored = requests.copy();
  for (const [name, amount] of Object.entries(scoredDefaults)) {
    const silent = pod.spec.containers.filter((one) => one.resources?.requests?.[name] === undefined).length;
    if (silent > 0 && pod.spec.resources?.requests?.[name] === undefined) {
      scored.set(name, scored.get(name) + silent * amount);
    }
  }
  return scored;
}
