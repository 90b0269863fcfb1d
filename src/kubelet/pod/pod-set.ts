/**
 * The pods of a node, a worker for each, by uid. Pods come from the API's informer, and static ones from manifests, which
 * run before the API answers and whose mirrors in the API only carry their status; those that only the
 * runtime still has are ended. A new pod is judged once: whether it fits is decided and noted in one turn,
 * so two pods never take the same room.
 */
import { type Node, parseTime, type Pod } from "#api";
import { type Env, isAbort, messageOf, type TaskGroup } from "#base";
import type { Change, EventSink, Informer } from "#client";
import type { Pressure } from "../eviction/thresholds.ts";
import type { NodeSecurity } from "../node/security-admission.ts";
import { refusalOf, resizeRefusal } from "../node/admission.ts";
import { preempted, preemptionVictims } from "../node/preemption.ts";
import { podUidLabel } from "../runtime/labels.ts";
import type { ContainerEvent, RuntimeService } from "../runtime/runtime.ts";
import type { Verdict } from "../status/pod-status.ts";
import { isMirror, mirrors } from "../static/static-pod.ts";
import type { StaticPods } from "../static/static-pods.ts";
import { orphanPod } from "./orphan.ts";
import type { Refusal } from "./resize.ts";
import type { PodWorker } from "./worker.ts";

/** Where pods come from, and what makes their workers. */
export interface PodSetDeps {
  readonly informer: Informer<Pod>;
  readonly runtime: RuntimeService;
  readonly statics: StaticPods;
  readonly events: EventSink;
  /** A static pod's worker has ended: its mirror may go. */
  staticEnded(): void;
  /** Makes a worker; `finished` is called when its pod is gone from API and node. */
  makeWorker(pod: Pod, refusal: Verdict | undefined, finished: () => void): PodWorker;
  /** The node's object as last read, or read anew. */
  node(fresh: boolean, signal: AbortSignal): Promise<Node>;
  /** What the node is short of. */
  pressures(): ReadonlySet<Pressure>;
  /** The node as it knows itself, for pods that do not wait for the API. */
  ownNode(): Node;
}

/** The room of the node. */
export interface PodSetOptions {
  readonly allocatable: Readonly<Record<string, string>>;
  readonly security: NodeSecurity;
}

/** `start` it once; `stop` lets go of all pods. */
export class PodSet {
  readonly #env: Env;
  readonly #deps: PodSetDeps;
  readonly #options: PodSetOptions;
  readonly #tasks: TaskGroup;
  readonly #workers = new Map<string, PodWorker>();
  /** Uids of static pods, and of those left of their names by an earlier life. */
  readonly #staticUids = new Set<string>();
  /** Of static pods that wait for the end of others. */
  readonly #waiting = new Set<string>();
  #synced = false;

  constructor(env: Env, deps: PodSetDeps, options: PodSetOptions) {
    this.#env = env;
    this.#deps = deps;
    this.#options = options;
    this.#tasks = env.tasks.group("pods");
  }

  /** Runs the static pods, whether the API answers or not. */
  async startStatic(signal: AbortSignal): Promise<void> {
    const { runtime, statics } = this.#deps;
    for (const sandbox of await runtime.listPodSandbox({}, signal)) {
      const pod = statics.get(sandbox);
      if (pod === undefined || pod.metadata.uid === sandbox.uid || this.#workers.has(sandbox.uid)) continue;
      this.#staticUids.add(sandbox.uid);
      this.#add(orphanPod(sandbox), undefined).gone();
    }
    this.staticChanged();
  }

  /** The manifests have changed: what they do not say any more ends, and what took its name begins after it. */
  staticChanged(): void {
    const { statics, ownNode } = this.#deps;
    const wanted = new Set(statics.list().map((pod) => pod.metadata.uid));
    for (const uid of this.#staticUids) if (!wanted.has(uid)) this.#workers.get(uid)?.gone();
    for (const pod of statics.list()) {
      const { namespace = "", name = "", uid = "" } = pod.metadata;
      if (this.#workers.has(uid) || this.#waiting.has(uid) || this.ending(namespace, name)) continue;
      const node = ownNode();
      const refusal = this.#refusal(pod, node);
      if (this.#victims(pod, refusal).length > 0) {
        this.#waiting.add(uid);
        this.#tasks.spawn("preempt", async (signal) => {
          await this.#makeRoom(pod, node, signal);
          this.#waiting.delete(uid);
          this.staticChanged();
        });
        continue;
      }
      this.#staticUids.add(uid);
      this.#add(pod, refusal);
    }
  }

  /** Whether a static pod of that name still ends, or runs. */
  ending(namespace: string, name: string): boolean {
    return [...this.#staticUids].some((uid) => {
      const { metadata } = this.#workers.get(uid)?.pod ?? {};
      return metadata?.namespace === namespace && metadata.name === name;
    });
  }

  /** Takes over what is in the API, oldest first, and follows changes from then on. */
  async start(signal: AbortSignal): Promise<void> {
    const { informer } = this.#deps;
    const known = [...informer.lister.list()].sort((a, b) => createdAt(a) - createdAt(b));
    for (const pod of known) {
      if (isMirror(pod)) this.#shown(pod);
      else await this.#admit(pod, signal);
    }
    this.#synced = true;
    informer.onChange((change) => this.#onChange(change));
    await this.lookAround(signal);
  }

  /** Something happened at the runtime; that something was made or started is the workers' own doing. */
  runtimeChanged({ type, labels }: ContainerEvent): void {
    if (type === "STOPPED" || type === "DELETED") this.#workers.get(labels[podUidLabel] ?? "")?.poke();
  }

  /** After runtime events were missed: every pod looks again, and sandboxes of unknown pods are found. */
  async lookAround(signal: AbortSignal): Promise<void> {
    for (const worker of this.#workers.values()) worker.poke();
    // Whose pods are unknown is not known before the API has said which there are.
    if (!this.#synced) return;
    for (const sandbox of await this.#deps.runtime.listPodSandbox({}, signal)) {
      const uid = sandbox.labels[podUidLabel];
      const listed = this.#deps.informer.lister.get({ namespace: sandbox.namespace, name: sandbox.name });
      if (uid === undefined || this.#workers.has(uid) || listed?.metadata.uid === uid) continue;
      this.#add(orphanPod(sandbox), undefined).gone();
    }
  }

  /** Those that run, or are going to. */
  active(): readonly Pod[] {
    return [...this.#workers.values()].filter((one) => !one.over).map((one) => one.granted);
  }

  /** Why a pod of this node cannot have what it asks for now. */
  resizeRefusal(pod: Pod): Refusal | undefined {
    const others = this.active().filter((one) => one.metadata.uid !== pod.metadata.uid);
    return resizeRefusal(pod, this.#options.allocatable, others);
  }

  /** Ends a pod for the node's sake (`disrupted`), or because it is over a limit of its own. */
  evict(
    podUid: string,
    message: string,
    { graceSeconds, disrupted }: { readonly graceSeconds: number; readonly disrupted: boolean },
  ): void {
    const disruption = disrupted ? { disruption: message } : {};
    this.#workers.get(podUid)?.evict({ reason: "Evicted", message, ...disruption }, graceSeconds);
  }

  /** Lets go of all pods; their containers run on. */
  async stop(): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]();
    const workers = [...this.#workers.values()];
    this.#workers.clear();
    await Promise.all(workers.map((worker) => worker.stop()));
  }

  /** A mirror is no pod to run: it tells what the API has of a static one. */
  #shown(mirror: Pod): void {
    const pod = this.#deps.statics.shownBy(mirror);
    if (pod === undefined || !mirrors(mirror, pod)) return;
    const { resourceVersion = "" } = mirror.metadata;
    const known = { ...pod, metadata: { ...pod.metadata, resourceVersion }, status: mirror.status };
    this.#workers.get(pod.metadata.uid ?? "")?.update(known);
  }

  #onChange({ previous, current }: Change<Pod>): void {
    const either = current ?? previous;
    if (either !== undefined && isMirror(either)) {
      if (current !== undefined) this.#shown(current);
      return;
    }
    const worker = this.#workers.get((current ?? previous)?.metadata.uid ?? "");
    if (current === undefined) {
      if (previous !== undefined) worker?.update(previous);
      worker?.gone();
    } else if (worker !== undefined) {
      if (worker.pod !== current) worker.update(current);
    } else {
      this.#tasks.spawn("admit", async (signal) => {
        await this.#admit(current, signal).catch((error: unknown) => this.#notAdmitted(current, error));
      });
    }
  }

  #notAdmitted(pod: Pod, error: unknown): void {
    if (isAbort(error)) return;
    this.#env.log.error("Cannot admit a pod", { pod: pod.metadata.name, error: messageOf(error) });
  }

  /** Gives a pod its worker; one that has begun here before is not judged again. */
  async #admit(pod: Pod, signal: AbortSignal): Promise<void> {
    const fresh = pod.status.startTime === undefined && pod.metadata.deletionTimestamp === undefined;
    let node = fresh ? await this.#deps.node(false, signal) : undefined;
    // The node's labels may have changed since they were read.
    if (node !== undefined && this.#refusal(pod, node)?.reason === "NodeAffinity")
      node = await this.#deps.node(true, signal);
    if (node !== undefined) await this.#makeRoom(pod, node, signal);
    const { namespace, name = "", uid = "" } = pod.metadata;
    const newest = this.#deps.informer.lister.get({ namespace, name });
    if (this.#workers.has(uid) || newest?.metadata.uid !== uid) return;
    this.#add(newest, node === undefined ? undefined : this.#refusal(newest, node));
  }

  /** Ends others until a critical pod fits, or nobody is left to end; resolves when they have ended. */
  async #makeRoom(pod: Pod, node: Node, signal: AbortSignal): Promise<void> {
    for (;;) {
      const victims = this.#victims(pod, this.#refusal(pod, node));
      if (victims.length === 0) return;
      const ends = victims.map(async (victim) => {
        const worker = this.#workers.get(victim.metadata.uid ?? "");
        this.#deps.events.record(victim, "Warning", preempted.reason, preempted.message);
        worker?.evict(preempted, victim.spec.terminationGracePeriodSeconds ?? 30);
        await worker?.untilOver(signal);
      });
      await Promise.all(ends);
      signal.throwIfAborted();
    }
  }

  /** Who has to end so that the node's refusal falls. */
  #victims(pod: Pod, refusal: Verdict | undefined): readonly Pod[] {
    if (refusal?.lacksRoom !== true) return [];
    return preemptionVictims(pod, this.#options.allocatable, this.active()) ?? [];
  }

  #refusal(pod: Pod, node: Node): Verdict | undefined {
    const pressures = this.#deps.pressures();
    const { security } = this.#options;
    return refusalOf({
      pod,
      node,
      allocatable: this.#options.allocatable,
      others: this.active(),
      pressures,
      security,
    });
  }

  #add(pod: Pod, refusal: Verdict | undefined): PodWorker {
    const uid = pod.metadata.uid ?? "";
    const worker = this.#deps.makeWorker(pod, refusal, () => {
      this.#workers.delete(uid);
      for (const other of this.#workers.values()) other.roomMade();
      if (!this.#staticUids.delete(uid)) return;
      this.staticChanged();
      this.#deps.staticEnded();
    });
    this.#workers.set(uid, worker);
    worker.poke();
    return worker;
  }
}

function createdAt(pod: Pod): number {
  return parseTime(pod.metadata.creationTimestamp) ?? 0;
}
