/**
 * Bounds requests in flight: reads and writes apart, long-running ones and the cluster's administrators
 * not at all. A request over the bound waits, and those that wait are let in user by user, so that
 * nobody's flood keeps another out; one that waits too long, or finds too many waiting, is refused with
 * 429.
 */
import { type StatusError, tooManyRequests } from "#api";
import type { Clock, Env, Gauge } from "#base";
import {
  MAX_READS_IN_FLIGHT,
  MAX_WAIT_MS,
  MAX_WAITING,
  MAX_WRITES_IN_FLIGHT,
  RETRY_AFTER_SECONDS,
} from "./limits.ts";
import type { RequestInfo } from "./request-info.ts";
import { MASTERS, type User } from "./user.ts";

/** Requests in flight at once, and how many may wait for each of the two. */
export interface FairnessLimits {
  readonly reads: number;
  readonly writes: number;
  readonly waiting: number;
}

const DEFAULTS = { reads: MAX_READS_IN_FLIGHT, writes: MAX_WRITES_IN_FLIGHT, waiting: MAX_WAITING };
const READ_VERBS = new Set(["get", "list", "watch", "head", "options"]);
const LONG_RUNNING_SUBRESOURCES = new Set(["attach", "exec", "proxy", "log", "portforward"]);
const NOTHING = (): void => {};

/** Counts requests in flight. */
export class Fairness {
  readonly #reads: Places;
  readonly #writes: Places;

  constructor(env: Env, limits: Partial<FairnessLimits> = {}) {
    const { reads, writes, waiting } = { ...DEFAULTS, ...limits };
    const help = "Requests in flight now, by kind";
    const gauge = env.metrics.gauge("apiserver_current_inflight_requests", help, ["request_kind"]);
    this.#reads = new Places(env.clock, gauge, { kind: "readOnly", places: reads, waiting });
    this.#writes = new Places(env.clock, gauge, { kind: "mutating", places: writes, waiting });
  }

  /** Takes a free place and returns what gives it back; undefined when the caller would have to wait. */
  tryEnter(user: User, info: RequestInfo): (() => void) | undefined {
    if (isLongRunning(info) || user.groups.includes(MASTERS)) return NOTHING;
    const places = this.#placesOf(info);
    return places.take() ? places.leave : undefined;
  }

  /**
   * Takes a place, now or in turn, and returns what gives it back. Rejects with 429, or when `signal`
   * aborts.
   */
  async enter(user: User, info: RequestInfo, signal: AbortSignal): Promise<() => void> {
    const entered = this.tryEnter(user, info);
    if (entered !== undefined) return entered;
    const places = this.#placesOf(info);
    await places.turn(user.name, signal);
    return places.leave;
  }

  #placesOf(info: RequestInfo): Places {
    return READ_VERBS.has(info.verb) ? this.#reads : this.#writes;
  }
}

interface PlacesOptions {
  readonly kind: string;
  readonly places: number;
  readonly waiting: number;
}

/** The places of one kind of request, and who waits for them. */
class Places {
  readonly #clock: Clock;
  readonly #gauge: Gauge;
  readonly #options: PlacesOptions;
  /** Let in by user, each in the order of arrival; the user served last is the last of the map. */
  readonly #waiting = new Map<string, Set<() => void>>();
  #waitingCount = 0;
  #taken = 0;

  constructor(clock: Clock, gauge: Gauge, options: PlacesOptions) {
    this.#clock = clock;
    this.#gauge = gauge;
    this.#options = options;
  }

  take(): boolean {
    if (this.#taken >= this.#options.places) return false;
    this.#gauge.set(++this.#taken, this.#options.kind);
    return true;
  }

  /** Gives a place back, or on to the next who waits. */
  readonly leave = (): void => {
    const next = this.#waiting.entries().next().value;
    if (next === undefined) {
      this.#gauge.set(--this.#taken, this.#options.kind);
      return;
    }
    const [user, line] = next;
    const [first] = line;
    this.#remove(user, line, first ?? NOTHING);
    if (line.size > 0) {
      this.#waiting.delete(user);
      this.#waiting.set(user, line);
    }
    first?.();
  };

  /** Resolves with a place taken. */
  async turn(user: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waitingCount >= this.#options.waiting) throw refusal();
    const line = this.#waiting.get(user) ?? new Set();
    this.#waiting.set(user, line);
    await new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        stop();
        resolve();
      };
      const giveUp = (error: unknown): void => {
        stop();
        this.#remove(user, line, enter);
        reject(error);
      };
      const aborted = (): void => giveUp(signal.reason);
      const timer = this.#clock.timer(MAX_WAIT_MS, () => giveUp(refusal()));
      const stop = (): void => {
        timer.cancel();
        signal.removeEventListener("abort", aborted);
      };
      signal.addEventListener("abort", aborted);
      line.add(enter);
      this.#waitingCount += 1;
    });
  }

  #remove(user: string, line: Set<() => void>, one: () => void): void {
    if (line.delete(one)) this.#waitingCount -= 1;
    if (line.size === 0 && this.#waiting.get(user) === line) this.#waiting.delete(user);
  }
}

function refusal(): StatusError {
  return tooManyRequests("too many requests, please try again later", RETRY_AFTER_SECONDS);
}

/** Whether a request may last: it takes no place and has no deadline. */
function isLongRunning(info: RequestInfo): boolean {
  return info.verb === "watch" || LONG_RUNNING_SUBRESOURCES.has(info.subresource);
}
