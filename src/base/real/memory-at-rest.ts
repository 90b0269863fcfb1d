/**
 * Keeps the heap small, and gives the memory of a busy time back once the process is quiet. V8 keeps a grown young generation and freed pages until
 * 100 s after its last full collection, since in Node.js it never finds allocation low. Told that memory matters more than
 * speed it collects within seconds, in small steps, and keeps nothing. It is told so for a short while only: under load it
 * would collect all the time.
 *
 *   loop  ######__######____________________________######
 *   told                         |- toldPeriods -|
 *                       |- quiet -|
 *
 * Flags of V8 that tune the heap are set here, for as long as it lives, and not on the command line: with them there Node.js
 * takes none of the compiled code that it brings, which costs 35 ms at each start, and as much in each thread.
 */
import { setFlagsFromString } from "node:v8";

/** When memory is given back; in tests sooner. */
export interface MemoryAtRestOptions {
  /** How often the event loop's use is looked at. Default 5 s. */
  readonly periodMs?: number;
  /** Quiet ones before. Default 8: caches have let go by then of what nobody looks at. */
  readonly quietPeriods?: number;
  /** Default 3: V8 looks every 8 s whether to collect, and then takes two turns. */
  readonly toldPeriods?: number;
}

/**
 * When the event loop is in use for less than this share of the time, nobody waits for the process; the collection itself
 * takes less. Use of CPU would not tell: a busy process gets little of it beside others.
 */
const quietShare = 0.2;

/**
 * A small heap would grow to four times its size before it is collected. What a request makes lives until its write is
 * durable; V8 would take it for long-lived, and put it among the old at once.
 */
const heapFlags = ["--heap-growing-percent=100", "--no-allocation-site-pretenuring"];
/** As they are by default: compiled code is kept at the process's end, and taken only where flags are the same. */
const defaultFlags = ["--heap-growing-percent=0", "--allocation-site-pretenuring"];

/** One for a process, which it belongs to: other code in it may want speed. */
export class MemoryAtRest implements Disposable {
  readonly #timer: NodeJS.Timeout;
  readonly #toldFrom: number;
  readonly #toldTo: number;
  #used = performance.eventLoopUtilization();
  #quietPeriods = 0;

  constructor({ periodMs = 5_000, quietPeriods = 8, toldPeriods = 3 }: MemoryAtRestOptions = {}) {
    this.#toldFrom = quietPeriods;
    this.#toldTo = quietPeriods + toldPeriods;
    for (const flag of heapFlags) setFlagsFromString(flag);
    this.#timer = setInterval(() => this.#look(), periodMs).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    favourMemory(false);
    for (const flag of defaultFlags) setFlagsFromString(flag);
  }

  #look(): void {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#used);
    this.#used = now;
    this.#quietPeriods = utilization < quietShare ? this.#quietPeriods + 1 : 0;
    favourMemory(this.#quietPeriods >= this.#toldFrom && this.#quietPeriods < this.#toldTo);
  }
}

function favourMemory(favoured: boolean): void {
  setFlagsFromString(favoured ? "--optimize-for-size" : "--no-optimize-for-size");
}
