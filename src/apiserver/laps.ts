/**
 * Serves the watchers on sockets in laps: those that woke since the last one, a few at a time, then a
 * pause that grows with what the lap took. So a lone watcher hears at once; of many, each gets several
 * events in one write, and writers get the loop in between.
 *
 *   woken  a b c d . . . a b c d . . .        lap: a b | c d, pause, lap: a b | c d, pause
 *
 * All of a lap are shown history up to the same revision, so that its bytes are made once for them.
 */
import type { Clock } from "#base";
import type { Revision } from "#store";
import { LAP_PAUSE_FACTOR, MAX_LAP_PAUSE_MS, WATCHERS_PER_TURN } from "./limits.ts";

type Wake = (through: Revision) => void;

export class Laps {
  readonly #clock: Clock;
  readonly #head: () => Revision;
  #waiting: Wake[] = [];
  #isRunning = false;

  /** `head`: the newest revision. */
  constructor(clock: Clock, head: () => Revision) {
    this.#clock = clock;
    this.#head = head;
  }

  /** Resolves when it is the caller's place in a lap, with the newest revision that the lap shows. */
  turn(): Promise<Revision> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#isRunning) return;
      this.#isRunning = true;
      void this.#run();
    });
  }

  /** Never rejects: nothing in it does. */
  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#clock.yield();
      const started = this.#clock.monotonic();
      await this.#lap(this.#waiting.splice(0));
      const pauseMs = Math.min(MAX_LAP_PAUSE_MS, LAP_PAUSE_FACTOR * (this.#clock.monotonic() - started));
      if (pauseMs >= 1) await this.#clock.sleep(pauseMs);
    }
    this.#isRunning = false;
  }

  async #lap(woken: readonly Wake[]): Promise<void> {
    const through = this.#head();
    for (const [at, wake] of woken.entries()) {
      wake(through);
      if (at % WATCHERS_PER_TURN === WATCHERS_PER_TURN - 1) await this.#clock.yield();
    }
    await this.#clock.yield();
  }
}
