/** Deletes keys when their lease ends, through the ordinary commit, one transaction for each key. */
import type { Log, Timer } from "#base";
import type { Leases } from "./leases.ts";
import { limits } from "./limits.ts";
import type { MeasuredClock } from "./measured-clock.ts";
import type { StoredRecord, Txn } from "./store.ts";

/** What it needs of the store. */
export interface LeaseHost {
  /** The store's at this moment: a reset replaces them. */
  leases(): Leases;
  get(key: string): StoredRecord | undefined;
  commit(txn: Txn): Promise<unknown>;
}

/** Its part of the world. */
interface LeaseKeeperEnv {
  readonly clock: MeasuredClock;
  readonly log: Log;
}

/** A timer may not be longer than this (32-bit milliseconds). */
const longestTimerMs = 2 ** 31 - 1;

/** `arm` after each change of the leases; `stop` for good. */
export class LeaseKeeper {
  readonly #env: LeaseKeeperEnv;
  readonly #host: LeaseHost;
  #timer: Timer | undefined;
  #timerAtMs: number | undefined;
  #expiring = false;
  #stopped = false;

  constructor(env: LeaseKeeperEnv, host: LeaseHost) {
    this.#env = env;
    this.#host = host;
  }

  /** Call after each change of the leases. */
  arm(): void {
    if (this.#stopped || this.#expiring) return;
    const atMs = this.#host.leases().next();
    if (atMs === this.#timerAtMs) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAtMs = atMs;
    if (atMs === undefined) return;
    const delayMs = Math.min(longestTimerMs, Math.max(0, atMs - this.#env.clock.now()));
    this.#timer = this.#env.clock.timer(delayMs, () => void this.#expire()).unref();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  async #expire(): Promise<void> {
    this.#timerAtMs = undefined;
    this.#expiring = true;
    try {
      const keys = this.#host.leases().due(this.#env.clock.now(), limits.expiriesPerTurn);
      await Promise.all(keys.map((key) => this.#delete(key)));
      await this.#env.clock.yield();
    } catch (error) {
      // The store failed or closed, and says so itself; nothing expires any more.
      this.#env.log.debug("Leases stopped", { error: String(error) });
      this.#stopped = true;
    }
    this.#expiring = false;
    this.arm();
  }

  async #delete(key: string): Promise<void> {
    const record = this.#host.get(key);
    if (record === undefined) return;
    await this.#host.commit({
      checks: [{ key, modRevision: record.modRevision }],
      writes: [{ type: "delete", key }],
    });
  }
}
