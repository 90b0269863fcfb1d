/**
 * Serves the watchers on sockets in laps: those that woke since the last one, a slice at a time, then a
 * pause that grows with what the lap took. So a lone watcher hears at once; of many, each gets several
 * events in one write, and writers get the loop in between.
 *
 *   woken  a b c d . . . a b c d . . .        lap: a b | c d, pause, lap: a b | c d, pause
 *
 * All of a lap are shown history up to the same revision, so that its bytes are made once for them.
 */
import type { Clock } from "#base";
import type { Revision } from "#store";
import { MIN_LAP_SLICE, LAP_PAUSE_FACTOR, LAP_SLICE_MS, MAX_LAP_PAUSE_MS } from "./limits.ts";

type Wake = (through: Revision) => void;

/** What laps go over. */
export interface Course {
  /** The newest revision. */
  readonly head: () => Revision;
  /** After each lap: what was made for it is wanted no more. */
  readonly ended: () => void;
}

export class Laps {
  readonly #clock: Clock;
  readonly #course: Course;
  #waiting: Wake[] = [];
  #isRunning = false;

  constructor(clock: Clock, course: Course) {
    this.#clock = clock;
    this.#course = course;
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
      this.#course.ended();
      const pauseMs = Math.min(MAX_LAP_PAUSE_MS, LAP_PAUSE_FACTOR * (this.#clock.monotonic() - started));
      if (pauseMs >= 1) await this.#clock.sleep(pauseMs);
    }
    this.#isRunning = false;
  }

  async #lap(woken: readonly Wake[]): Promise<void> {
    const through = this.#course.head();
    let slice = MIN_LAP_SLICE;
    for (let at = 0; at < woken.length; ) {
      const started = this.#clock.monotonic();
      for (const end = Math.min(at + slice, woken.length); at < end; at += 1) woken[at]?.(through);
      // What they do runs before this resolves, so its time tells how many fit into the next slice.
      await this.#clock.yield();
      const tookMs = this.#clock.monotonic() - started;
      slice = Math.max(MIN_LAP_SLICE, Math.floor(slice * Math.min(2, LAP_SLICE_MS / tookMs)));
    }
  }
}
