/**
 * Pods that wait for a node. Each is in exactly one place:
 *
 *   gated          a preEnqueue plugin holds it
 *   active         a heap: higher priority first, then who came first
 *   backing off    failed lately; becomes active when its time is up
 *   unschedulable  no node fits; an event that may help moves it to active, or to back-off when that still runs
 *   in flight      popped; `failed`, `retry` or `remove` ends it. An attempt is synchronous up to the binding, so no
 *                  event can arrive between the decision and `failed`
 */
import type { Env, Timer } from "#base";
import type { ClusterEvent, SchedulerPlugin } from "./framework.ts";
import { Heap } from "./heap.ts";
import { initialBackoffMs, maxBackoffMs, unschedulableLimitMs } from "./limits.ts";
import type { PodInfo } from "./pod-info.ts";

type Place = "gated" | "active" | "backoff" | "unschedulable" | "inFlight";

interface Entry {
  pod: PodInfo;
  place: Place;
  attempts: number;
  readonly addedAt: number;
  /** Order of arrival, to break ties. */
  readonly sequence: number;
  /** When the back-off of the last failure ends. */
  backoffUntil: number;
  /** When it was found unschedulable. */
  since: number;
  rejectedBy: ReadonlySet<string>;
}

export class SchedulingQueue implements Disposable {
  readonly #env: Env;
  readonly #plugins: readonly SchedulerPlugin[];
  readonly #entries = new Map<string, Entry>();
  readonly #active = new Heap<Entry>((a, b) => b.pod.priority - a.pod.priority || a.sequence - b.sequence);
  readonly #backoff = new Heap<Entry>((a, b) => a.backoffUntil - b.backoffUntil);
  readonly #unschedulable = new Set<Entry>();
  #sequence = 0;
  #timer: Timer | undefined;
  #wake: (() => void) | undefined;

  constructor(env: Env, plugins: readonly SchedulerPlugin[]) {
    this.#env = env;
    this.#plugins = plugins;
  }

  /** Pods in each place, for metrics and tests. */
  get counts(): Readonly<Record<Place, number>> {
    const counts = { gated: 0, active: 0, backoff: 0, unschedulable: 0, inFlight: 0 };
    for (const entry of this.#entries.values()) counts[entry.place]++;
    return counts;
  }

  /** All pods that wait, wherever. */
  get waiting(): number {
    return this.#entries.size;
  }

  /** A pod that has no node yet, new or changed. Returns why a plugin holds it back, if one does. */
  put(pod: PodInfo): string | undefined {
    let entry = this.#entries.get(pod.uid);
    if (entry === undefined) {
      const now = this.#env.clock.monotonic();
      entry = {
        pod,
        place: "gated",
        attempts: 0,
        addedAt: now,
        sequence: this.#sequence++,
        backoffUntil: 0,
        since: now,
        rejectedBy: new Set(),
      };
      this.#entries.set(pod.uid, entry);
    }
    entry.pod = pod;
    if (entry.place === "gated") {
      const gate = this.#gateOf(pod);
      if (gate !== undefined) return gate;
      this.#activate(entry);
    } else if (entry.place === "unschedulable") {
      this.#consider(entry, { type: "podChanged", pod });
    }
    return undefined;
  }

  remove(uid: string): void {
    const entry = this.#entries.get(uid);
    if (entry === undefined) return;
    this.#entries.delete(uid);
    this.#unschedulable.delete(entry);
  }

  /** The next pod to try, now in flight; undefined when none is active. */
  pop(): PodInfo | undefined {
    for (;;) {
      const entry = this.#active.pop();
      if (entry === undefined) return undefined;
      if (entry.place !== "active" || this.#entries.get(entry.pod.uid) !== entry) continue;
      entry.place = "inFlight";
      entry.attempts++;
      return entry.pod;
    }
  }

  /** No node fits: the pod waits for an event that may help the plugins that rejected it. */
  failed(uid: string, rejectedBy: ReadonlySet<string>): void {
    const entry = this.#land(uid);
    if (entry === undefined) return;
    entry.rejectedBy = rejectedBy;
    entry.place = "unschedulable";
    entry.since = this.#env.clock.monotonic();
    this.#unschedulable.add(entry);
    this.#arm();
  }

  /** The attempt failed for a reason that has nothing to do with the cluster (a refused binding): back off. */
  retry(uid: string): void {
    const entry = this.#land(uid);
    if (entry !== undefined) this.#hold(entry);
  }

  /** Moves pods that `event` may help. */
  tell(event: ClusterEvent): void {
    for (const entry of this.#unschedulable) this.#consider(entry, event);
  }

  /** Resolves when a pod may be active; rejects on abort. */
  async wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#active.size > 0) return;
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => reject(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      this.#wake = () => {
        signal.removeEventListener("abort", abort);
        resolve();
      };
    });
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#entries.clear();
  }

  #gateOf(pod: PodInfo): string | undefined {
    for (const plugin of this.#plugins) {
      const reason = plugin.preEnqueue?.(pod);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  #consider(entry: Entry, event: ClusterEvent): void {
    const helps = this.#plugins.some(
      (plugin) => entry.rejectedBy.has(plugin.name) && (plugin.mayHelp?.(event, entry.pod) ?? true),
    );
    if (!helps && event.type !== "resync") return;
    this.#unschedulable.delete(entry);
    if (entry.backoffUntil > this.#env.clock.monotonic()) this.#hold(entry);
    else this.#activate(entry);
  }

  /** Ends an attempt, and sets until when the next has to wait. */
  #land(uid: string): Entry | undefined {
    const entry = this.#entries.get(uid);
    if (entry === undefined || entry.place !== "inFlight") return undefined;
    const delay = Math.min(initialBackoffMs * 2 ** (entry.attempts - 1), maxBackoffMs);
    entry.backoffUntil = this.#env.clock.monotonic() + delay;
    return entry;
  }

  #hold(entry: Entry): void {
    entry.place = "backoff";
    this.#backoff.push(entry);
    this.#arm();
  }

  #activate(entry: Entry): void {
    entry.place = "active";
    this.#active.push(entry);
    this.#wake?.();
    this.#wake = undefined;
  }

  #arm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const next = Math.min(this.#backoff.peek()?.backoffUntil ?? Infinity, this.#oldestUnschedulable());
    if (next === Infinity) return;
    const delay = Math.max(0, next - this.#env.clock.monotonic());
    this.#timer = this.#env.clock.timer(delay, () => this.#due()).unref();
  }

  /** The set is in order of arrival, so its first is the oldest. */
  #oldestUnschedulable(): number {
    for (const entry of this.#unschedulable) return entry.since + unschedulableLimitMs;
    return Infinity;
  }

  #due(): void {
    const now = this.#env.clock.monotonic();
    for (
      let top = this.#backoff.peek();
      top !== undefined && top.backoffUntil <= now;
      top = this.#backoff.peek()
    ) {
      this.#backoff.pop();
      if (top.place === "backoff" && this.#entries.get(top.pod.uid) === top) this.#activate(top);
    }
    for (const entry of this.#unschedulable) {
      if (entry.since + unschedulableLimitMs > now) break;
      this.#unschedulable.delete(entry);
      this.#activate(entry);
    }
    this.#arm();
  }
}
