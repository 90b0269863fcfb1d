/**
 * Leases shared by many keys, as upstream does it: a lease granted for a little longer than asked serves every
 * key of the next minute, so that etcd does not carry one for each event.
 */
import type { Clock } from "#base";

interface Granted {
  readonly id: Promise<bigint>;
  readonly untilMs: number;
  keys: number;
}

/** Ending a lease deletes its keys in one transaction of etcd. */
const keysPerLease = 1_000;
const longestReuseMs = 60_000;

export class LeasePool {
  readonly #clock: Clock;
  readonly #grant: (seconds: number) => Promise<bigint>;
  /** By seconds asked for; few different ones exist. */
  readonly #current = new Map<number, Granted>();

  constructor(clock: Clock, grant: (seconds: number) => Promise<bigint>) {
    this.#clock = clock;
    this.#grant = grant;
  }

  /** A lease that lasts at least `seconds` from now, and at most 5 % or a minute longer. */
  async lease(seconds: number): Promise<bigint> {
    const nowMs = this.#clock.monotonic();
    const known = this.#current.get(seconds);
    if (known !== undefined && nowMs <= known.untilMs && known.keys < keysPerLease) {
      known.keys += 1;
      return known.id;
    }
    const reuseMs = Math.min(longestReuseMs, seconds * 50);
    const id = this.#grant(Math.ceil(seconds + reuseMs / 1_000));
    const granted = { id, untilMs: nowMs + reuseMs, keys: 1 };
    this.#current.set(seconds, granted);
    try {
      return await id;
    } catch (error) {
      if (this.#current.get(seconds) === granted) this.#current.delete(seconds);
      throw error;
    }
  }
}
