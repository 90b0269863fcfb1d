/**
 * Exponential waits: per key for work items, and jittered for one loop. Pure but for the given randomness.
 */
import type { Random } from "#base";

export interface BackOffRange {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** The wait after `failures` failures in a row: `firstMs * 2^failures`, at most `maxMs`. */
export function exponential(range: BackOffRange, failures: number): number {
  return Math.min(range.maxMs, range.firstMs * 2 ** Math.min(failures, 50));
}

/** Waits of one loop: doubled on each failure, each drawn from [w, 2w) so that many loops spread out. */
export class BackOff {
  readonly #range: BackOffRange;
  readonly #random: Random;
  #failures = 0;

  constructor(range: BackOffRange, random: Random) {
    this.#range = range;
    this.#random = random;
  }

  /** How many waits there were since the last reset. */
  get failures(): number {
    return this.#failures;
  }

  next(): number {
    const wait = exponential(this.#range, this.#failures);
    this.#failures += 1;
    return wait * (1 + this.#random.float());
  }

  reset(): void {
    this.#failures = 0;
  }
}
