/**
 * When a runtime's lists are read again after what it said. Pure. Times lie on a grid, so that a storm of hints, as
 * when many pods begin or end at once, costs no more than its points.
 */
import { relistAfter } from "./limits.ts";

/**
 * `ended`: something ended by itself, perhaps; somebody waits to hear of it. `changed`: by a call, most likely of
 * ours.
 */
export type Hint = keyof typeof relistAfter;

/** Times are milliseconds of one clock. */
export class RelistTimes {
  readonly #due = new Set<number>();

  hint(hint: Hint, nowMs: number): void {
    const { waitsMs, gridMs } = relistAfter[hint];
    for (const wait of waitsMs) this.#due.add(Math.ceil((nowMs + wait) / gridMs) * gridMs);
  }

  /** The lists are read now; a timer may be early by less than a millisecond. */
  look(nowMs: number): void {
    for (const time of this.#due) if (time < nowMs + 1) this.#due.delete(time);
  }

  /** How long until the next look; at most `quietMs`. */
  delay(nowMs: number, quietMs: number): number {
    return Math.max(0, Math.min(quietMs, ...[...this.#due].map((time) => time - nowMs)));
  }
}
