/** Wakes one waiter, early or in time: for whoever looks now and then, and at once when somebody rings. */
import type { Env } from "#base";

/** A ring that nobody waits for is kept for the next wait. */
export class Bell {
  readonly #clock: Env["clock"];
  #rung = false;
  #failure: unknown;
  #wake: () => void = () => {};

  constructor({ clock }: Pick<Env, "clock">) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  /** Every wait throws it from now on. */
  fail(error: unknown): void {
    this.#failure = error;
    this.#wake();
  }

  /** True when it rang; false after `ms` or on abort. Throws its failure. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#rung && this.#failure === undefined && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = this.#clock.timer(ms, resolve);
        this.#wake = () => {
          timer.cancel();
          resolve();
        };
        signal.addEventListener("abort", this.#wake, { once: true });
      });
      signal.removeEventListener("abort", this.#wake);
    }
    if (this.#failure !== undefined && !signal.aborted) throw this.#failure;
    const rung = this.#rung;
    this.#rung = false;
    return rung;
  }
}
