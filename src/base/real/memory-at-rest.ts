/**
 * Gives the memory of a busy time back once the process is quiet. V8 keeps a grown young generation and freed pages until
 * 100 s after its last full collection, since in Node.js it never finds allocation low. Told that memory matters more than
 * speed it collects within seconds, in small steps, and keeps nothing. It is told so for a short while only: under load it
 * would collect all the time.
 *
 *   CPU   ######__######____________________________######
 *   told                         |- toldPeriods -|
 *                       |- quiet -|
 */
import { setFlagsFromString } from "node:v8";

/** When memory is given back; in tests sooner. */
export interface MemoryAtRestOptions {
  /** How often the use of CPU is looked at. Default 5 s. */
  readonly periodMs?: number;
  /** Quiet ones before. Default 8: caches have let go by then of what nobody looks at. */
  readonly quietPeriods?: number;
  /** Default 3: V8 looks every 8 s whether to collect, and then takes two turns. */
  readonly toldPeriods?: number;
}

/** Below this share of a core nobody waits for the process; the collection itself takes less. */
const quietShare = 0.2;

/** One for a process, which it belongs to: other code in it may want speed. */
export class MemoryAtRest implements Disposable {
  readonly #timer: NodeJS.Timeout;
  readonly #quietMicros: number;
  readonly #toldFrom: number;
  readonly #toldTo: number;
  #used = process.cpuUsage();
  #quietPeriods = 0;

  constructor({ periodMs = 5_000, quietPeriods = 8, toldPeriods = 3 }: MemoryAtRestOptions = {}) {
    this.#quietMicros = periodMs * 1_000 * quietShare;
    this.#toldFrom = quietPeriods;
    this.#toldTo = quietPeriods + toldPeriods;
    this.#timer = setInterval(() => this.#look(), periodMs).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    favourMemory(false);
  }

  #look(): void {
    const { user, system } = process.cpuUsage(this.#used);
    this.#used = process.cpuUsage();
    this.#quietPeriods = user + system < this.#quietMicros ? this.#quietPeriods + 1 : 0;
    favourMemory(this.#quietPeriods >= this.#toldFrom && this.#quietPeriods < this.#toldTo);
  }
}

function favourMemory(favoured: boolean): void {
  setFlagsFromString(favoured ? "--optimize-for-size" : "--no-optimize-for-size");
}
