/**
 * The scheduler's cache: nodes with their pods, from informers, plus pods assumed on a node while their binding is
 * in flight.
 *
 * Invariant: a pod is on at most one node. An assumed pod is there until the informer shows it bound (confirmed),
 * shows it gone, or its binding fails (`forget`).
 *
 *   assume(p, n1) --> informer: p on n1 --> confirmed
 *               \--> bind failed: forget(p)
 */
import type { Node } from "#api";
import { assert } from "#base";
import type { ClusterView } from "./cluster-view.ts";
import { NodeInfo } from "./node-info.ts";
import type { PodInfo } from "./pod-info.ts";

const zoneLabel = "topology.kubernetes.io/zone";
const regionLabel = "topology.kubernetes.io/region";

export class Cache implements ClusterView {
  readonly #nodes = new Map<string, NodeInfo>();
  /** uid -> node name, of every pod that is on a node, assumed or not. */
  readonly #placed = new Map<string, string>();
  readonly #assumed = new Set<string>();
  readonly #imageNodes = new Map<string, number>();
  #order: readonly NodeInfo[] | undefined;

  get nodes(): readonly NodeInfo[] {
    this.#order ??= interleaveZones([...this.#nodes.values()].filter((info) => info.node !== undefined));
    return this.#order;
  }

  get assumedCount(): number {
    return this.#assumed.size;
  }

  node(name: string): NodeInfo | undefined {
    const info = this.#nodes.get(name);
    return info?.node === undefined ? undefined : info;
  }

  nodesWithImage(image: string): number {
    return this.#imageNodes.get(image) ?? 0;
  }

  isAssumed(uid: string): boolean {
    return this.#assumed.has(uid);
  }

  /** Sets or (with `undefined`) removes a node; its pods stay counted until they go themselves. */
  setNode(name: string, node: Node | undefined): NodeInfo {
    const info = this.#info(name);
    this.#countImages(info, -1);
    const zoneBefore = zoneOf(info);
    const existed = info.node !== undefined;
    info.set(node);
    this.#countImages(info, 1);
    if (existed !== (node !== undefined) || zoneBefore !== zoneOf(info)) this.#order = undefined;
    this.#drop(info);
    return info;
  }

  /** Puts a pod on a node, or moves its newer version there; confirms an assumed one. */
  setPod(pod: PodInfo, nodeName: string): void {
    this.removePod(pod.uid);
    this.#info(nodeName).add(pod);
    this.#placed.set(pod.uid, nodeName);
  }

  /** Takes a pod off its node; returns it when it was there. */
  removePod(uid: string): PodInfo | undefined {
    this.#assumed.delete(uid);
    const name = this.#placed.get(uid);
    if (name === undefined) return undefined;
    this.#placed.delete(uid);
    const info = this.#info(name);
    const pod = info.remove(uid);
    this.#drop(info);
    return pod;
  }

  assume(pod: PodInfo, nodeName: string): void {
    assert(!this.#placed.has(pod.uid), `Pod ${pod.key} is already on node ${this.#placed.get(pod.uid)}`);
    this.setPod(pod, nodeName);
    this.#assumed.add(pod.uid);
  }

  /** Undoes `assume`; nothing when the informer has already confirmed or removed the pod. */
  forget(uid: string): void {
    if (this.#assumed.has(uid)) this.removePod(uid);
  }

  #info(name: string): NodeInfo {
    let info = this.#nodes.get(name);
    if (info === undefined) {
      info = new NodeInfo(name);
      this.#nodes.set(name, info);
    }
    return info;
  }

  #drop(info: NodeInfo): void {
    if (info.node === undefined && info.pods.size === 0) this.#nodes.delete(info.name);
  }

  #countImages(info: NodeInfo, by: number): void {
    for (const image of info.images.keys()) {
      const count = (this.#imageNodes.get(image) ?? 0) + by;
      if (count === 0) this.#imageNodes.delete(image);
      else this.#imageNodes.set(image, count);
    }
  }
}

function zoneOf(info: NodeInfo): string {
  return `${info.labels[regionLabel] ?? ""}/${info.labels[zoneLabel] ?? ""}`;
}

/** Takes one node of each zone in turn: a1 a2 b1 -> a1 b1 a2. */
function interleaveZones(nodes: readonly NodeInfo[]): readonly NodeInfo[] {
  const zones = new Map<string, NodeInfo[]>();
  for (const info of nodes) {
    const zone = zoneOf(info);
    const list = zones.get(zone);
    if (list === undefined) zones.set(zone, [info]);
    else list.push(info);
  }
  if (zones.size <= 1) return nodes;
  const lists = [...zones.values()];
  const longest = Math.max(...lists.map((list) => list.length));
  const order: NodeInfo[] = [];
  for (let i = 0; i < longest; i++) {
    for (const list of lists) {
      const info = list[i];
      if (info !== undefined) order.push(info);
    }
  }
  return order;
}
