/**
 * What must hold of a Deployment's life after each commit, checked as the log grows: what a change may do to its own
 * object, and what it may make of the objects around it.
 */
import {
  type Deployment,
  type KubeObject,
  type Namespace,
  type Node,
  type OwnerReference,
  type Pod,
  pods,
  Quantity,
  type ReplicaSet,
  replicaSets,
} from "#api";
import type { Change } from "./durable-log.ts";
import type { Life } from "./life.ts";
import type { SimCluster } from "./sim-cluster.ts";

/** A change of scale may be on its way to a controller for so long in peace, and for so long under faults. */
const newsMs = { peace: 10_000, faults: 120_000 };
/** What a fault may still explain after so long. */
const disturbedMs = 60_000;

export class Invariants {
  readonly #cluster: SimCluster;
  readonly #life: Life;
  readonly #disturbed: boolean;
  /** When which count was last wanted, by key of the object. */
  readonly #wanted = new Map<string, { readonly atMs: number; readonly replicas: number }[]>();

  constructor(cluster: SimCluster, life: Life, options: { readonly disturbed: boolean }) {
    this.#cluster = cluster;
    this.#life = life;
    this.#disturbed = options.disturbed;
    cluster.log.onChange((change) => this.#check(change));
  }

  #check(change: Change): void {
    const { before, after, resource } = change;
    if (resource === undefined) return;
    if (after === undefined) this.#checkFinalizers(change);
    if (before === undefined && resource.namespaced) this.#checkNamespace(change);
    if (after === undefined && resource.plural === "namespaces") this.#checkEmpty(change);
    if (resource.plural === "pods") this.#checkPod(change);
    if (resource.plural === "replicasets" || resource.plural === "deployments") this.#noteWanted(change);
    if (resource.plural === "replicasets") this.#checkSurge(change);
  }

  #report(rule: string, message: string): void {
    this.#cluster.findings.report(rule, `${message} (${this.#life.stage})`);
  }

  #checkFinalizers({ key, before }: Change): void {
    const spec = (before as Namespace | undefined)?.spec as { finalizers?: readonly string[] } | undefined;
    const left = [
      ...(before?.metadata.finalizers ?? []),
      ...(Array.isArray(spec?.finalizers) ? spec.finalizers : []),
    ];
    if (left.length === 0 || this.#cluster.finalizersTaken.has(key)) return;
    this.#report("vanished-with-finalizers", `${key} had ${left.join(", ")}`);
  }

  #checkNamespace({ key, after }: Change): void {
    const namespace = after?.metadata.namespace ?? "";
    if (this.#cluster.log.object(`/registry/namespaces/${namespace}`) === undefined)
      this.#report("object-without-namespace", key);
  }

  #checkEmpty({ before }: Change): void {
    const name = before?.metadata.name ?? "";
    for (const resource of this.#cluster.catalog.all) {
      if (!resource.namespaced || resource.storage === undefined) continue;
      for (const [key, object] of this.#cluster.log.list(resource))
        if (object.metadata.namespace === name) this.#report("namespace-gone-before-its-objects", key);
    }
  }

  #noteWanted({ key, after, atMs }: Change): void {
    const replicas = (after as ReplicaSet | Deployment | undefined)?.spec.replicas ?? 0;
    const history = this.#wanted.get(key) ?? [];
    const isRecent = (_: unknown, at: number): boolean =>
      (history[at + 1]?.atMs ?? atMs) >= atMs - newsMs.faults;
    this.#wanted.set(key, [...history.filter(isRecent), { atMs, replicas }]);
  }

  /** The most that was wanted lately. */
  #mostWanted(key: string): number {
    const now = this.#cluster.world.nowMs;
    const history = this.#wanted.get(key) ?? [];
    const since = now - (this.#cluster.faultsWithin(disturbedMs) > 0 ? newsMs.faults : newsMs.peace);
    const recent = history.filter((_, at) => (history[at + 1]?.atMs ?? now) >= since);
    return Math.max(0, ...recent.map(({ replicas }) => replicas));
  }

  #checkPod(change: Change): void {
    const before = change.before as Pod | undefined;
    const after = change.after as Pod | undefined;
    if (before !== undefined && after !== undefined && before.metadata.uid === after.metadata.uid) {
      const [from = "", to = ""] = [before.spec.nodeName, after.spec.nodeName];
      if (from !== "" && from !== to) this.#report("bound-twice", `${change.key} from ${from} to ${to}`);
      if (from === "" && to !== "") this.#checkFits(change.key, after);
    }
    if (after === undefined && before !== undefined) this.#checkStopped(change.key, before);
    if (before === undefined && after !== undefined) this.#checkCounts(after);
    if (this.#life.promised > 0 && !this.#disturbed) this.#checkAvailable();
  }

  #checkFits(key: string, pod: Pod): void {
    const name = pod.spec.nodeName ?? "";
    const node = this.#cluster.log.object<Node>(`/registry/minions/${name}`);
    if (node === undefined) {
      if (!this.#wasTaken(name)) this.#report("bound-to-no-node", `${key} to ${name}`);
      return;
    }
    const there = this.#pods(({ spec, status }) => spec.nodeName === name && !isEnded(status.phase));
    const used = there.reduce((sum, one) => sum + cpuMillis(one), 0);
    const room = milli(node.status.allocatable?.["cpu"]);
    if (used <= room) return;
    this.#report("no-room-on-node", `${key} on ${name}: ${used} of ${room}`);
  }

  /** The kubelet lets a pod's object go when its containers have ended. */
  #checkStopped(key: string, pod: Pod): void {
    const machine = this.#cluster.machines.find(({ name }) => name === pod.spec.nodeName);
    if (machine?.runningPods().includes(pod.metadata.uid ?? "") !== true) return;
    // Pods of a node that is no more are swept away.
    if (this.#wasTaken(machine.name)) return;
    this.#report("deleted-while-running", `${key} on ${machine.name}`);
  }

  /** Somebody deleted the node's object, and news of that may be on its way. */
  #wasTaken(name: string): boolean {
    const atMs = this.#cluster.nodesTaken.get(name) ?? Number.NEGATIVE_INFINITY;
    return this.#cluster.world.nowMs - atMs < newsMs.faults;
  }

  #checkCounts(pod: Pod): void {
    const owner = controllerOf(pod);
    if (owner?.kind !== "ReplicaSet") return;
    const setKey = `/registry/replicasets/${pod.metadata.namespace}/${owner.name}`;
    const live = this.#pods((one) => isLive(one) && controllerOf(one)?.uid === owner.uid).length;
    const wanted = this.#mostWanted(setKey);
    if (live > wanted)
      this.#report("replica-set-exceeds", `${owner.name}: ${live} live pods, wanted ${wanted}`);
  }

  /**
   * The sets of a deployment together ask for no more than its replicas and surge. Their pods may be more for a while: the
   * old set's are still there when its controller has not heard yet of the cut, as upstream's.
   */
  #checkSurge({ after }: Change): void {
    const { log } = this.#cluster;
    const owner = controllerOf(after);
    if (owner?.kind !== "Deployment") return;
    const key = `/registry/deployments/${after?.metadata.namespace}/${owner.name}`;
    // Once it is gone, what is left is the garbage collector's.
    if (log.object(key)?.metadata.uid !== owner.uid) return;
    const sets = [...log.list(replicaSets).values()].filter((set) => controllerOf(set)?.uid === owner.uid);
    const asked = sets.reduce((sum, { spec }) => sum + (spec.replicas ?? 0), 0);
    const most = Math.ceil(this.#mostWanted(key) * 1.25);
    if (asked > most)
      this.#report("deployment-exceeds", `${key}: its sets ask for ${asked}, at most ${most}`);
  }

  #checkAvailable(): void {
    const available = this.#pods(
      (one) => isLive(one) && one.metadata.labels?.["app"] === "web" && isReady(one),
    ).length;
    if (available < this.#life.promised)
      this.#report("too-few-available", `${available} of ${this.#life.promised}`);
  }

  #pods(holds: (pod: Pod) => boolean): readonly Pod[] {
    return [...this.#cluster.log.list(pods).values()].filter(holds);
  }
}

export function controllerOf(object: KubeObject | undefined): OwnerReference | undefined {
  return object?.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

export function isReady(pod: Pod): boolean {
  return pod.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
}

function isLive({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && !isEnded(status.phase);
}

function isEnded(phase: string | undefined): boolean {
  return phase === "Succeeded" || phase === "Failed";
}

function cpuMillis({ spec }: Pod): number {
  return spec.containers.reduce((sum, { resources }) => sum + milli(resources?.requests?.["cpu"]), 0);
}

function milli(text: string | undefined): number {
  return text === undefined ? 0 : Number(Quantity.parse(text).nanos / 1_000_000n);
}
