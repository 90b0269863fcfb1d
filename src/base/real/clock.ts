/** The real `Clock`: the system's time and Node's timers. Delays beyond 24.8 days are waited for in laps. */
import type { Clock, Timer } from "../env.ts";
import { maxNodeTimerMs } from "../limits.ts";
import { sleep } from "../sleep.ts";

export class RealClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  timer(delayMs: number, fn: () => void): Timer {
    return new NodeTimer(delayMs, fn);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleep(this, delayMs, signal);
  }

  yield(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}

class NodeTimer implements Timer {
  readonly #fn: () => void;
  #remainingMs: number;
  #handle: NodeJS.Timeout;
  #holdsProcess = true;

  constructor(delayMs: number, fn: () => void) {
    this.#fn = fn;
    this.#remainingMs = Math.max(0, delayMs);
    this.#handle = this.#arm();
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }

  unref(): Timer {
    this.#holdsProcess = false;
    this.#handle.unref();
    return this;
  }

  #arm(): NodeJS.Timeout {
    const lapMs = Math.min(this.#remainingMs, maxNodeTimerMs);
    this.#remainingMs -= lapMs;
    const handle = setTimeout(() => {
      if (this.#remainingMs > 0) this.#handle = this.#arm();
      else this.#fn();
    }, lapMs);
    if (!this.#holdsProcess) handle.unref();
    return handle;
  }
}
