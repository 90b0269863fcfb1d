/**
 * The scheduler: informers feed the cache and the queue; each pod in turn gets a decision (`schedule.ts`), is assumed
 * on its node at once, and bound in the background.
 *
 *   queue.pop -> schedule -> assume -> reserve, permit -> bind --> informer confirms
 *                    \-> no node: condition and event         \-> refused: forget, back off
 *
 * Invariant: an assumed pod is always bound, forgotten, or seen gone. State lives in the API alone: a new
 * process starts from the informers and decides the same.
 */
import { type Node, nodes, type Pod, pods } from "#api";
import { type Component, type Env, isAbort, messageOf } from "#base";
import {
  type Change,
  type Client,
  type EventSink,
  type Informer,
  type Informers,
  isUnreachable,
  keyOf,
} from "#client";
import { Binder } from "./binder.ts";
import { Cache } from "./cache.ts";
import type { NodeChange, SchedulerPlugin } from "./framework.ts";
import { maxBindings, sliceMs } from "./limits.ts";
import { hasEnded, type PodInfo, podInfoOf } from "./pod-info.ts";
import { SchedulingQueue } from "./queue.ts";
import { schedule } from "./schedule.ts";
import { explain, Verdicts } from "./verdicts.ts";

/** The API as the scheduler sees it. */
export interface SchedulerDeps {
  readonly client: Client;
  readonly informers: Informers;
  readonly events: EventSink;
  /** Runs `work` while this process leads; ends when it no longer does, and is called again. Default: it always leads. */
  readonly lead?: (signal: AbortSignal, work: (term: AbortSignal) => Promise<void>) => Promise<void>;
}

/** One profile. */
export interface SchedulerOptions {
  /** Pods with this `spec.schedulerName` are ours. Default `default-scheduler`. */
  readonly schedulerName?: string;
  readonly plugins: readonly SchedulerPlugin[];
  /** Per cent of nodes to find before scoring; 0 (default): by cluster size. */
  readonly percentageOfNodesToScore?: number;
}

/** See the file's head. Many may run for different scheduler names; one name has one leader. */
export class Scheduler implements Component {
  readonly #env: Env;
  readonly #options: Required<SchedulerOptions>;
  readonly #pods: Informer<Pod>;
  readonly #nodes: Informer<Node>;
  readonly #events: EventSink;
  readonly #binder: Binder;
  readonly #verdicts: Verdicts;
  readonly #cache = new Cache();
  readonly #queue: SchedulingQueue;
  readonly #informers: Informers;
  readonly #lead: NonNullable<SchedulerDeps["lead"]>;
  /** Others may have led before. */
  readonly #mayFollow: boolean;
  readonly #subscriptions: (() => void)[] = [];
  readonly #metrics;
  #start = 0;
  #running = false;

  constructor(env: Env, deps: SchedulerDeps, options: SchedulerOptions) {
    this.#env = env;
    this.#options = { schedulerName: "default-scheduler", percentageOfNodesToScore: 0, ...options };
    this.#informers = deps.informers;
    this.#mayFollow = deps.lead !== undefined;
    this.#lead = deps.lead ?? ((signal, work) => work(signal));
    this.#pods = deps.informers.of<Pod>(pods);
    this.#nodes = deps.informers.of<Node>(nodes);
    this.#events = deps.events;
    this.#queue = new SchedulingQueue(env, this.#options.plugins);
    this.#binder = new Binder(deps.client.of<Pod>(pods), maxBindings);
    this.#verdicts = new Verdicts(env, deps.client.of<Pod>(pods));
    this.#metrics = {
      attempts: env.metrics.counter(
        "scheduler_schedule_attempts_total",
        "Attempts to schedule pods, by result.",
        ["result", "profile"],
      ),
      pending: env.metrics.gauge("scheduler_pending_pods", "Pods that wait, by queue.", ["queue"]),
    };
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#subscriptions.push(this.#nodes.onChange((change) => this.#nodeChanged(change)));
    this.#subscriptions.push(this.#pods.onChange((change) => this.#podChanged(change)));
    await this.#informers.start(signal);
    this.#env.tasks.spawn("schedule", async (stop) => {
      while (!stop.aborted) await this.#lead(stop, (term) => this.#run(term));
    });
    this.#running = true;
  }

  ready(): string | undefined {
    if (!this.#pods.synced || !this.#nodes.synced) return "informers have not synced";
    return this.#running ? undefined : "not started";
  }

  /** Pods by place in the queue, and assumed ones. */
  get counts(): Readonly<Record<string, number>> {
    return { ...this.#queue.counts, assumed: this.#cache.assumedCount };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#running = false;
    for (const unsubscribe of this.#subscriptions.splice(0)) unsubscribe();
    this.#queue[Symbol.dispose]();
  }

  async #run(signal: AbortSignal): Promise<void> {
    let sliceEnd = this.#env.clock.monotonic() + sliceMs;
    // What the last leader bound may not have arrived here yet.
    if (this.#mayFollow) this.#informers.doubt();
    while (!signal.aborted) {
      await this.#binder.room(signal);
      await this.#informers.coherent(signal);
      const pod = this.#queue.pop();
      if (pod === undefined) {
        await this.#queue.wait(signal);
      } else {
        this.#attempt(pod);
      }
      if (this.#env.clock.monotonic() < sliceEnd) continue;
      await this.#env.clock.yield();
      sliceEnd = this.#env.clock.monotonic() + sliceMs;
    }
  }

  #attempt(pod: PodInfo): void {
    const decision = schedule(this.#options.plugins, this.#cache, pod, {
      random: this.#env.random,
      start: this.#start,
      percentageOfNodesToScore: this.#options.percentageOfNodesToScore,
    });
    if (!decision.placed) {
      this.#count("unschedulable");
      this.#queue.failed(pod.uid, decision.rejectedBy);
      this.#refuse(pod.pod, "Unschedulable", explain(decision));
      return;
    }
    this.#start = (this.#start + decision.evaluatedNodes) % Math.max(1, this.#cache.nodes.length);
    this.#cache.assume(pod, decision.node);
    this.#env.tasks.spawn("bind", (signal) => this.#bind(pod, decision.node, signal));
  }

  async #bind(pod: PodInfo, node: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#binder.bind(pod.pod, node, signal);
      this.#count("scheduled");
      this.#events.record(pod.pod, "Normal", "Scheduled", `Successfully assigned ${pod.key} to ${node}`);
    } catch (error) {
      if (isUnreachable(error) && (await this.#wasBound(pod, signal))) return;
      this.#cache.forget(pod.uid);
      if (isAbort(error) || signal.aborted) return;
      this.#count("error");
      this.#env.log.warn("Cannot bind a pod", { pod: pod.key, node, error: messageOf(error) });
      this.#queue.retry(pod.uid);
      this.#queue.tell({ type: "podGone", pod });
      this.#refuse(pod.pod, "SchedulerError", `binding rejected: ${messageOf(error)}`);
    }
  }

  /** Tells the pod's owner why it waits: in an event, and in a condition. */
  #refuse(pod: Pod, reason: string, message: string): void {
    this.#events.record(pod, "Warning", "FailedScheduling", message);
    this.#verdicts.tell(pod, reason, message);
  }

  /** An answer that was lost may have been a yes: the place stays taken until the cache shows what became of it. */
  async #wasBound(pod: PodInfo, signal: AbortSignal): Promise<boolean> {
    await this.#pods.current(signal).catch(() => {
      // Stopped: nobody schedules here any more.
    });
    const found = this.#pods.lister.get(keyOf(pod.pod));
    return found?.metadata.uid === pod.uid && (found.spec.nodeName ?? "") !== "";
  }

  #podChanged({ previous, current }: Change<Pod>): void {
    const uid = (current ?? previous)?.metadata.uid ?? "";
    if (previous !== undefined && previous.metadata.uid !== uid) this.#gone(previous.metadata.uid ?? "");
    if (current === undefined || hasEnded(current)) this.#gone(uid);
    else if ((current.spec.nodeName ?? "") !== "") this.#assigned(current);
    else this.#waiting(current);
    this.#gauge();
  }

  #gone(uid: string): void {
    this.#queue.remove(uid);
    const pod = this.#cache.removePod(uid);
    if (pod !== undefined) this.#queue.tell({ type: "podGone", pod });
  }

  #assigned(pod: Pod): void {
    const info = podInfoOf(pod);
    this.#queue.remove(info.uid);
    this.#cache.setPod(info, pod.spec.nodeName ?? "");
    this.#queue.tell({ type: "podAssigned", pod: info });
  }

  /** A pod without a node: one of ours, not leaving, and not already on its way to a node. */
  #waiting(pod: Pod): void {
    const uid = pod.metadata.uid ?? "";
    if (pod.spec.schedulerName !== this.#options.schedulerName) return;
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#queue.remove(uid);
      return;
    }
    if (this.#cache.isAssumed(uid)) return;
    const gate = this.#queue.put(podInfoOf(pod));
    if (gate !== undefined)
      this.#verdicts.tell(pod, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
  }

  #nodeChanged({ key, previous, current }: Change<Node>): void {
    const info = this.#cache.setNode(key.name, current);
    if (current === undefined) return;
    if (previous === undefined) this.#queue.tell({ type: "nodeAdded", node: info });
    else {
      const what = differences(previous, current);
      if (Object.values(what).some(Boolean)) this.#queue.tell({ type: "nodeChanged", node: info, what });
    }
  }

  #count(result: string): void {
    this.#metrics.attempts.inc(1, result, this.#options.schedulerName);
  }

  #gauge(): void {
    this.#metrics.pending.set(this.#queue.waiting, "all");
  }
}

function differences(previous: Node, current: Node): NodeChange {
  const differ = (a: unknown, b: unknown): boolean => a !== b && JSON.stringify(a) !== JSON.stringify(b);
  return {
    allocatable: differ(previous.status.allocatable, current.status.allocatable),
    declaredFeatures: differ(previous.status.declaredFeatures, current.status.declaredFeatures),
    labels: differ(previous.metadata.labels, current.metadata.labels),
    taints: differ(previous.spec.taints, current.spec.taints),
    unschedulable: differ(previous.spec.unschedulable, current.spec.unschedulable),
  };
}
