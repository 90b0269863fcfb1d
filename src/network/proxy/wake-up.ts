/** A loop's bell: `wake` ends its wait, and those who wait for the loop hear when it has settled. */
import type { Clock } from "#base";

export class WakeUp {
  readonly #clock: Clock;
  #bell = Promise.withResolvers<void>();
  #settled = Promise.withResolvers<void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(): void {
    this.#bell.resolve();
  }

  /** The loop has done what there was. */
  settle(): void {
    this.#settled.resolve();
    this.#settled = Promise.withResolvers();
  }

  /** Waits for the bell, at most `maxMs`. Returns at once when it rang since the last wait. */
  async wait(maxMs: number, signal: AbortSignal): Promise<void> {
    const timer = this.#clock.timer(maxMs, () => this.#bell.resolve());
    await this.#or(this.#bell.promise, signal).finally(() => timer.cancel());
    this.#bell = Promise.withResolvers();
  }

  /** Resolves when the loop settles next. */
  async settled(signal: AbortSignal): Promise<void> {
    await this.#or(this.#settled.promise, signal);
  }

  async #or(promise: Promise<void>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await Promise.race([promise, aborted]);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }
}
