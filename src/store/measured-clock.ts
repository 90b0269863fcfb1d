/**
 * The wall clock of a store: read once, and measured from then on. So a lease (an event's hour) lasts as long as it was
 * given for, whatever becomes of the machine's clock meanwhile, as with etcd; only what a restart finds is judged by the
 * clock that it finds.
 */
import type { Clock } from "#base";

/** Whole milliseconds since the epoch that never go back, and the clock's own timers. */
export type MeasuredClock = Pick<Clock, "now" | "timer" | "yield">;

export function measuredClock(clock: Clock): MeasuredClock {
  const beganMs = clock.now() - clock.monotonic();
  return {
    now: () => Math.floor(beganMs + clock.monotonic()),
    timer: (delayMs, fn) => clock.timer(delayMs, fn),
    yield: () => clock.yield(),
  };
}
