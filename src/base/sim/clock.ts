/**
 * The simulated `Clock` of one scope: virtual time, seen through its host's clock, which may be skewed and
 * may jump. As on a busy machine, timers may be late by a drawn time, so that seeds differ in what comes
 * first; yields keep their order.
 */
import type { Clock, Random, Timer } from "../env.ts";
import { sleep } from "../sleep.ts";
import type { SimKernel } from "./kernel.ts";
import type { SimScope } from "./scope.ts";

/** How late timers may be, and the stream that says how late each is. */
export interface Lateness {
  readonly random: Random;
  readonly maxMs: number;
}

export class SimClock implements Clock {
  readonly #kernel: SimKernel;
  readonly #scope: SimScope;
  readonly #startMs: number;
  readonly #timerLabel: string;
  readonly #yieldLabel: string;

  readonly #lateness: Lateness;
  #lastYieldMs = 0;

  constructor(kernel: SimKernel, scope: SimScope, lateness: Lateness) {
    this.#lateness = lateness;
    this.#kernel = kernel;
    this.#scope = scope;
    this.#startMs = kernel.nowMs;
    this.#timerLabel = `timer ${scope.path}`;
    this.#yieldLabel = `yield ${scope.path}`;
  }

  now(): number {
    return Math.floor(this.#kernel.nowMs + this.#scope.host.clockOffsetMs);
  }

  monotonic(): number {
    return this.#kernel.nowMs - this.#startMs;
  }

  timer(delayMs: number, fn: () => void): Timer {
    return this.#schedule(Math.max(0, delayMs) + this.#drawLateness(), this.#timerLabel, fn);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleep(this, delayMs, signal);
  }

  yield(): Promise<void> {
    const nowMs = this.#kernel.nowMs;
    this.#lastYieldMs = Math.max(this.#lastYieldMs, nowMs + this.#drawLateness());
    return new Promise(
      (resolve) => void this.#schedule(this.#lastYieldMs - nowMs, this.#yieldLabel, resolve),
    );
  }

  #drawLateness(): number {
    const { random, maxMs } = this.#lateness;
    return maxMs === 0 ? 0 : random.float() * maxMs;
  }

  #schedule(delayMs: number, label: string, fn: () => void): Timer {
    if (!this.#scope.alive) return deadTimer;
    const event = this.#kernel.schedule(delayMs, label, fn, this.#scope);
    const timer: Timer = { cancel: () => this.#kernel.cancel(event), unref: () => timer };
    return timer;
  }
}

const deadTimer: Timer = { cancel() {}, unref: () => deadTimer };
