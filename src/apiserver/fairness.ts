/**
 * Bounds requests in flight: reads and writes apart, long-running ones and the cluster's administrators not
 * at all. A request over the bound is refused at once with 429, so that the server stays quick for those it
 * has.
 */
import { tooManyRequests } from "#api";
import type { Gauge, Metrics } from "#base";
import { MAX_READS_IN_FLIGHT, MAX_WRITES_IN_FLIGHT, RETRY_AFTER_SECONDS } from "./limits.ts";
import type { RequestInfo } from "./request-info.ts";
import { MASTERS, type User } from "./user.ts";

/** Requests in flight at once. */
export interface FairnessLimits {
  readonly reads: number;
  readonly writes: number;
}

const READ_VERBS = new Set(["get", "list", "watch", "head", "options"]);
const LONG_RUNNING_SUBRESOURCES = new Set(["attach", "exec", "proxy", "log", "portforward"]);
const NOTHING = (): void => {};

/** Counts requests in flight. */
export class Fairness {
  readonly #limits: FairnessLimits;
  readonly #gauge: Gauge;
  readonly #inFlight = { readOnly: 0, mutating: 0 };

  constructor(
    metrics: Metrics,
    limits: FairnessLimits = { reads: MAX_READS_IN_FLIGHT, writes: MAX_WRITES_IN_FLIGHT },
  ) {
    this.#limits = limits;
    this.#gauge = metrics.gauge("apiserver_current_inflight_requests", "Requests in flight now, by kind", [
      "request_kind",
    ]);
  }

  /** Takes a place and returns what gives it back; throws 429 when there is none. */
  enter(user: User, info: RequestInfo): () => void {
    if (isLongRunning(info) || user.groups.includes(MASTERS)) return NOTHING;
    const kind = READ_VERBS.has(info.verb) ? "readOnly" : "mutating";
    const limit = kind === "readOnly" ? this.#limits.reads : this.#limits.writes;
    if (this.#inFlight[kind] >= limit) {
      throw tooManyRequests("too many requests, please try again later", RETRY_AFTER_SECONDS);
    }
    this.#gauge.set(++this.#inFlight[kind], kind);
    return () => this.#gauge.set(--this.#inFlight[kind], kind);
  }
}

/** Whether a request may last: it takes no place and has no deadline. */
function isLongRunning(info: RequestInfo): boolean {
  return info.verb === "watch" || LONG_RUNNING_SUBRESOURCES.has(info.subresource);
}
