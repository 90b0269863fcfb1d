/**
 * Shares the event loop: long work asks for a turn before each piece and waits once the current slice is
 * used up, so that nothing holds the loop for more than a few milliseconds (a TLS write that "drains" at
 * once is no yield).
 */
import type { Clock } from "#base";
import { SLICE_MS } from "./limits.ts";

export class Turns {
  readonly #clock: Clock;
  #sliceStart = Number.NEGATIVE_INFINITY;
  #next: Promise<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when the slice is used up and `turn()` would wait. */
  get spent(): boolean {
    return this.#next !== undefined || this.#clock.monotonic() - this.#sliceStart >= SLICE_MS;
  }

  /** Resolves at once while the slice lasts, else after other work has run. */
  async turn(): Promise<void> {
    while (this.spent) {
      this.#next ??= this.#clock.yield().then(() => {
        this.#next = undefined;
        this.#sliceStart = this.#clock.monotonic();
      });
      await this.#next;
    }
  }
}
