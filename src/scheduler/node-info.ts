/**
 * A node with the pods that it holds or is promised, and their sums. Changed only by the cache.
 *
 *   allocatable  cpu 4000, memory 8Gi, pods 110
 *   requested    cpu  500, memory 1Gi            sum over `pods`
 */
import type { Node, Taint } from "#api";
import type { HostPort, PodInfo } from "./pod-info.ts";
import { Amounts, amountsOf } from "./resources.ts";

const noImages: ReadonlyMap<string, number> = new Map();

export class NodeInfo {
  readonly name: string;
  readonly pods = new Map<string, PodInfo>();
  readonly requested = new Amounts();
  readonly scored = new Amounts();
  #node: Node | undefined;
  #allocatable = new Amounts();
  #images: ReadonlyMap<string, number> = noImages;
  #taints: readonly Taint[] = [];
  #unschedulable = false;

  constructor(name: string) {
    this.name = name;
  }

  /** Absent while only pods are known of the node: nothing is placed there. */
  get node(): Node | undefined {
    return this.#node;
  }

  get allocatable(): Amounts {
    return this.#allocatable;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.#node?.metadata.labels ?? {};
  }

  /** Image name -> bytes. */
  get images(): ReadonlyMap<string, number> {
    return this.#images;
  }

  get taints(): readonly Taint[] {
    return this.#taints;
  }

  /** Cordoned. */
  get unschedulable(): boolean {
    return this.#unschedulable;
  }

  set(node: Node | undefined): void {
    this.#node = node;
    this.#allocatable = amountsOf(node?.status.allocatable);
    this.#taints = node?.spec.taints ?? [];
    this.#unschedulable = node?.spec.unschedulable === true;
    const images = (node?.status.images ?? []).flatMap(({ names, sizeBytes = 0 }) =>
      (names ?? []).map((name) => [name, sizeBytes] as const),
    );
    this.#images = images.length === 0 ? noImages : new Map(images);
  }

  add(pod: PodInfo): void {
    this.pods.set(pod.uid, pod);
    this.requested.add(pod.requests);
    this.scored.add(pod.scored);
  }

  remove(uid: string): PodInfo | undefined {
    const pod = this.pods.get(uid);
    if (pod === undefined) return undefined;
    this.pods.delete(uid);
    this.requested.add(pod.requests, -1);
    this.scored.add(pod.scored, -1);
    return pod;
  }

  /** True when a port of `wanted` is taken: same protocol and number, and one address covers the other. */
  hasPortConflict(wanted: readonly HostPort[]): boolean {
    for (const pod of this.pods.values()) {
      for (const taken of pod.hostPorts) {
        if (wanted.some((port) => conflicts(port, taken))) return true;
      }
    }
    return false;
  }
}

function conflicts(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.ip === b.ip || a.ip === "0.0.0.0" || b.ip === "0.0.0.0";
}
