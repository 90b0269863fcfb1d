/**
 * The queue between informers and a controller, as client-go's: a key is queued at most once, is never handled by two
 * workers at a time, and when added while handled is handled again afterwards. Failures back off per key
 * (5 ms doubling to 1000 s). The number of keys bounds it.
 */
import type { Env, Metrics, Timer } from "#base";
import { exponential } from "./back-off.ts";
import { itemBackOff } from "./limits.ts";

interface Delayed {
  readonly dueMs: number;
  readonly timer: Timer;
}

export class WorkQueue {
  readonly #env: Env;
  readonly #metrics: QueueMetrics;
  readonly #ready: string[] = [];
  #head = 0;
  readonly #dirty = new Set<string>();
  readonly #handling = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #idlers: ((key: string | undefined) => void)[] = [];

  /** `name` labels its metrics, which are upstream's. */
  constructor(env: Env, name = "") {
    this.#env = env;
    this.#metrics = new QueueMetrics(env.metrics, name);
  }

  /** Keys waiting for a worker, without delayed ones. */
  get length(): number {
    return this.#ready.length - this.#head;
  }

  /** True when nothing is waiting or being handled; delayed keys do not count. */
  get idle(): boolean {
    return this.#dirty.size === 0 && this.#handling.size === 0;
  }

  add(key: string): void {
    if (this.#dirty.has(key)) return;
    this.#dirty.add(key);
    this.#metrics.added();
    if (!this.#handling.has(key)) this.#offer(key);
  }

  /** Adds after `delayMs`; of two delays of one key the earlier holds. */
  addAfter(key: string, delayMs: number): void {
    if (delayMs <= 0) return this.add(key);
    const dueMs = this.#env.clock.monotonic() + delayMs;
    const pending = this.#delayed.get(key);
    if (pending !== undefined && pending.dueMs <= dueMs) return;
    pending?.timer.cancel();
    const timer = this.#env.clock.timer(delayMs, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { dueMs, timer: timer.unref() });
  }

  /** Adds after the key's next wait. */
  addRateLimited(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#metrics.retried();
    this.addAfter(key, exponential(itemBackOff, failures));
  }

  /** Failures of `key` in a row. */
  retries(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  /**
   * Handles keys with `workers` at a time until `signal` aborts; then waits for those in hand. What was to be handled later
   * is the first that the next run handles: nobody else would bring it again.
   */
  async run(workers: number, signal: AbortSignal, handle: (key: string) => Promise<void>): Promise<void> {
    const stop = () => {
      for (const wake of this.#idlers.splice(0)) wake(undefined);
      for (const [key, { timer }] of this.#delayed) {
        timer.cancel();
        this.add(key);
      }
      this.#delayed.clear();
    };
    signal.addEventListener("abort", stop, { once: true });
    try {
      await Promise.all(Array.from({ length: workers }, () => this.#work(signal, handle)));
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async #work(signal: AbortSignal, handle: (key: string) => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      const key = this.#take() ?? (await new Promise<string | undefined>((wake) => this.#idlers.push(wake)));
      if (key === undefined) return;
      this.#dirty.delete(key);
      this.#handling.add(key);
      this.#metrics.depth(this.length);
      const startMs = this.#env.clock.monotonic();
      try {
        await handle(key);
      } finally {
        this.#metrics.worked(this.#env.clock.monotonic() - startMs);
        this.#handling.delete(key);
        if (this.#dirty.has(key)) this.#offer(key);
      }
    }
  }

  #offer(key: string): void {
    const wake = this.#idlers.shift();
    if (wake === undefined) this.#ready.push(key);
    else wake(key);
  }

  #take(): string | undefined {
    if (this.#head === this.#ready.length) return undefined;
    const key = this.#ready[this.#head];
    this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#ready.length) {
      this.#ready.splice(0, this.#head);
      this.#head = 0;
    }
    return key;
  }
}

/** Upstream's series of a work queue, labelled by its name. */
class QueueMetrics {
  readonly added: () => void;
  readonly retried: () => void;
  readonly depth: (length: number) => void;
  readonly worked: (ms: number) => void;

  constructor(metrics: Metrics, name: string) {
    const adds = metrics.counter("workqueue_adds_total", "Keys added", ["name"]);
    const retries = metrics.counter("workqueue_retries_total", "Keys added again after a failure", ["name"]);
    const depth = metrics.gauge("workqueue_depth", "Keys waiting", ["name"]);
    const buckets = [1e-4, 1e-3, 0.01, 0.1, 1, 10];
    const help = "Time to handle a key";
    const work = metrics.histogram("workqueue_work_duration_seconds", help, buckets, ["name"]);
    this.added = () => adds.inc(1, name);
    this.retried = () => retries.inc(1, name);
    this.depth = (length) => depth.set(length, name);
    this.worked = (ms) => work.observe(ms / 1000, name);
  }
}
