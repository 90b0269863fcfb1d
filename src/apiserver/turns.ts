/**
 * Shares the event loop: long work asks for a turn before each piece and waits once the current slice is
 * used up, so that nothing holds the loop for more than a few milliseconds (a TLS write that "drains" at
 * once is no yield). Those that wait go on a few at a time: what one does after its turn no clock can cut
 * short.
 */
import type { Clock } from "#base";
import { SLICE_MS, TURNS_PER_SLICE } from "./limits.ts";

export class Turns {
  readonly #clock: Clock;
  #sliceStart = Number.NEGATIVE_INFINITY;
  #waiting: (() => void)[] = [];
  #isRunning = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when the slice is used up, or others wait: `turn()` would wait. */
  get spent(): boolean {
    return this.#isRunning || this.#clock.monotonic() - this.#sliceStart >= SLICE_MS;
  }

  /** Resolves at once while the slice lasts, else after other work has run, in order of arrival. */
  async turn(): Promise<void> {
    if (!this.spent) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      if (!this.#isRunning) void this.#run();
    });
  }

  /** Never rejects: nothing in it does. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      await this.#clock.yield();
      this.#sliceStart = this.#clock.monotonic();
      for (const go of this.#waiting.splice(0, TURNS_PER_SLICE)) go();
    }
    this.#isRunning = false;
  }
}
