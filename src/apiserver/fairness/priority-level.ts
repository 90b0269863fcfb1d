/**
 * A priority level: the requests that it serves at once, and the lines of those that wait. Flows are let in by turns, so
 * that nobody's flood keeps another out; one that waits too long, or finds too many waiting, is refused with 429.
 */
import { type StatusError, tooManyRequests } from "#api";
import type { Clock } from "#base";
import { MAX_WAIT_MS, RETRY_AFTER_SECONDS } from "../limits.ts";

/** How many requests a level serves at once, and how many may wait. */
export interface LevelLimits {
  /** Its requests are never held. */
  readonly exempt: boolean;
  /** Its own seats. */
  readonly nominal: number;
  /** Of its own, those that others may have while it does not need them. */
  readonly lendable: number;
  /** What it may have of others'. */
  readonly borrowable: number;
  /** Requests that may wait, of a flow and of all. 0: none does. */
  readonly waiting: number;
  readonly waitingOfFlow: number;
}

/** Where levels lend each other seats. */
export interface SeatPool {
  /** Whether the level may have one more than its own. */
  mayBorrow(level: PriorityLevel): boolean;
  /** A seat of the level is free again. */
  freed(level: PriorityLevel): void;
}

/** Why a request was refused, in the words of upstream's metrics. */
export type Rejection = "concurrency-limit" | "queue-full" | "time-out";

export class PriorityLevel {
  readonly name: string;
  readonly #clock: Clock;
  readonly #pool: SeatPool;
  #limits: LevelLimits;
  /** By flow, each in the order of arrival; the flow served last is the last of the map. */
  readonly #lines = new Map<string, Set<() => void>>();
  #executing = 0;
  #waiting = 0;

  constructor(name: string, clock: Clock, pool: SeatPool, limits: LevelLimits) {
    this.name = name;
    this.#clock = clock;
    this.#pool = pool;
    this.#limits = limits;
  }

  get limits(): LevelLimits {
    return this.#limits;
  }

  set limits(limits: LevelLimits) {
    this.#limits = limits;
    this.admit();
  }

  /** Seats taken. */
  get executing(): number {
    return this.#executing;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Takes a seat, if there is one for somebody who has not waited. */
  take(): boolean {
    return this.#waiting === 0 && this.#take();
  }

  #take(): boolean {
    const { exempt, nominal } = this.#limits;
    const isFree = exempt || this.#executing < nominal || this.#pool.mayBorrow(this);
    if (isFree) this.#executing += 1;
    return isFree;
  }

  /** Gives a seat back. */
  readonly leave = (): void => {
    this.#executing -= 1;
    this.#pool.freed(this);
  };

  /** Lets in those whose turn it is, while there are seats. */
  admit(): void {
    for (let next = this.#next(); next !== undefined && this.#take(); next = this.#next()) {
      const [flow, line] = next;
      const [first] = line;
      if (first === undefined) return;
      this.#remove(flow, line, first);
      if (line.size > 0) {
        this.#lines.delete(flow);
        this.#lines.set(flow, line);
      }
      first();
    }
  }

  #next(): [string, Set<() => void>] | undefined {
    return this.#lines.entries().next().value;
  }

  /** Resolves with a seat taken. `rejected` hears why, when there is none. */
  async turn(flow: string, signal: AbortSignal, rejected: (reason: Rejection) => void): Promise<void> {
    signal.throwIfAborted();
    const refuse = (reason: Rejection): StatusError => {
      rejected(reason);
      return tooManyRequests("too many requests, please try again later", RETRY_AFTER_SECONDS);
    };
    const { waiting, waitingOfFlow } = this.#limits;
    const line = this.#lines.get(flow) ?? new Set();
    if (waiting === 0) throw refuse("concurrency-limit");
    if (this.#waiting >= waiting || line.size >= waitingOfFlow) throw refuse("queue-full");
    this.#lines.set(flow, line);
    await new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        stop();
        resolve();
      };
      const giveUp = (error: unknown): void => {
        stop();
        this.#remove(flow, line, enter);
        reject(error);
      };
      const aborted = (): void => giveUp(signal.reason);
      const timer = this.#clock.timer(MAX_WAIT_MS, () => giveUp(refuse("time-out")));
      const stop = (): void => {
        timer.cancel();
        signal.removeEventListener("abort", aborted);
      };
      signal.addEventListener("abort", aborted);
      line.add(enter);
      this.#waiting += 1;
    });
  }

  #remove(flow: string, line: Set<() => void>, one: () => void): void {
    if (line.delete(one)) this.#waiting -= 1;
    if (line.size === 0 && this.#lines.get(flow) === line) this.#lines.delete(flow);
  }
}
