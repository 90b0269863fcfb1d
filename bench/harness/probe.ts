/**
 * What a process pays while something is measured: CPU of the main thread and of all threads, event-loop
 * delay, collection pauses, resident memory. Runs inside the measured process.
 */
import { monitorEventLoopDelay, PerformanceObserver } from "node:perf_hooks";

/** What was paid between `begin()` and `end()`. */
export interface Usage {
  readonly wallMs: number;
  readonly mainCpuMs: number;
  readonly allCpuMs: number;
  readonly loopP999Ms: number;
  readonly loopMaxMs: number;
  readonly collections: number;
  readonly collectionMs: number;
  readonly longestCollectionMs: number;
  readonly residentMb: number;
  /** Of it, live and dead JavaScript objects of the main thread, and bytes outside the heap. */
  readonly heapMb: number;
  readonly externalMb: number;
}

const resolutionMs = 1;

export class Probe implements Disposable {
  readonly #loop = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #observer: PerformanceObserver;
  #pauses: number[] = [];
  #start = { wall: 0, main: process.threadCpuUsage(), all: process.cpuUsage() };

  constructor() {
    this.#observer = new PerformanceObserver((list) => this.#note(list.getEntries()));
    this.#observer.observe({ entryTypes: ["gc"] });
  }

  /** `watchesLoop`: a thousand times a second. */
  begin(watchesLoop = true): void {
    this.#note(this.#observer.takeRecords());
    this.#pauses = [];
    this.#loop.reset();
    if (watchesLoop) this.#loop.enable();
    this.#start = { wall: performance.now(), main: process.threadCpuUsage(), all: process.cpuUsage() };
  }

  end(): Usage {
    const [wall, main, all] = [
      performance.now(),
      process.threadCpuUsage(this.#start.main),
      process.cpuUsage(this.#start.all),
    ];
    this.#note(this.#observer.takeRecords());
    this.#loop.disable();
    const memory = process.memoryUsage();
    return {
      wallMs: wall - this.#start.wall,
      mainCpuMs: (main.user + main.system) / 1_000,
      allCpuMs: (all.user + all.system) / 1_000,
      loopP999Ms: delay(this.#loop.percentile(99.9)),
      loopMaxMs: delay(this.#loop.max),
      collections: this.#pauses.length,
      collectionMs: this.#pauses.reduce((sum, pause) => sum + pause, 0),
      longestCollectionMs: Math.max(0, ...this.#pauses),
      residentMb: memory.rss / 1e6,
      heapMb: memory.heapUsed / 1e6,
      externalMb: memory.external / 1e6,
    };
  }

  [Symbol.dispose](): void {
    this.#loop.disable();
    this.#observer.disconnect();
  }

  #note(entries: readonly { readonly duration: number }[]): void {
    for (const { duration } of entries) this.#pauses.push(duration);
  }
}

/** The histogram counts whole ticks: the wait itself is not delay. */
function delay(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - resolutionMs);
}
