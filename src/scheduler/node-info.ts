/**
 * A node with the pods that it holds or is promised, and their sums. Changed only by the cache.
 *
 *   allocatable  cpu 4000, memory 8Gi, pods 110
 *   requested    cpu  500, memory 1Gi            sum over `pods`
 */
import type { Node } from "#api";
import type { HostPort, PodInfo } from "./pod-info.ts";
import { type Amounts, addInto, amountsOf } from "./resources.ts";

export class NodeInfo {
  readonly name: string;
  readonly pods = new Map<string, PodInfo>();
  readonly requested = new Map<string, number>();
  readonly scored = new Map<string, number>();
  #node: Node | undefined;
  #allocatable: Amounts = new Map();
  #images = new Map<string, number>();

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

  set(node: Node | undefined): void {
    this.#node = node;
    this.#allocatable = amountsOf(node?.status.allocatable);
    this.#images = new Map();
    for (const image of node?.status.images ?? []) {
      for (const name of image.names ?? []) this.#images.set(name, image.sizeBytes ?? 0);
    }
  }

  add(pod: PodInfo): void {
    this.pods.set(pod.uid, pod);
    addInto(this.requested, pod.requests);
    addInto(this.scored, pod.scored);
  }

  remove(uid: string): PodInfo | undefined {
    const pod = this.pods.get(uid);
    if (pod === undefined) return undefined;
    this.pods.delete(uid);
    addInto(this.requested, pod.requests, -1);
    addInto(this.scored, pod.scored, -1);
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
