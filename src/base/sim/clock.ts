/** The simulated `Clock` of one scope: virtual time, seen through its host's clock, which may be skewed and may jump. */
import type { Clock, Timer } from "../env.ts";
import { sleep } from "../sleep.ts";
import type { SimKernel } from "./kernel.ts";
import type { SimScope } from "./scope.ts";

export class SimClock implements Clock {
  readonly #kernel: SimKernel;
  readonly #scope: SimScope;
  readonly #startMs: number;
  readonly #timerLabel: string;
  readonly #yieldLabel: string;

  constructor(kernel: SimKernel, scope: SimScope) {
    this.#kernel = kernel;
    this.#scope = scope;
    this.#startMs = kernel.nowMs;
    this.#timerLabel = `timer ${scope.path}`;
    this.#yieldLabel = `yield ${scope.path}`;
  }

  now(): number {
    return this.#kernel.nowMs + this.#scope.host.clockOffsetMs;
  }

  monotonic(): number {
    return this.#kernel.nowMs - this.#startMs;
  }

  timer(delayMs: number, fn: () => void): Timer {
    return this.#schedule(delayMs, this.#timerLabel, fn);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleep(this, delayMs, signal);
  }

  yield(): Promise<void> {
    return new Promise((resolve) => void this.#schedule(0, this.#yieldLabel, resolve));
  }

  #schedule(delayMs: number, label: string, fn: () => void): Timer {
    if (!this.#scope.alive) return deadTimer;
    const event = this.#kernel.schedule(delayMs, label, fn, this.#scope);
    const timer: Timer = { cancel: () => this.#kernel.cancel(event), unref: () => timer };
    return timer;
  }
}

const deadTimer: Timer = { cancel() {}, unref: () => deadTimer };
