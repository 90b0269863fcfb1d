/**
 * Bounds requests in flight by the cluster's own rules: a flow schema tells the flow that a request is of, and the flow's
 * priority level how many of them are served at once (KEP 1040). Watches are of a flow and take no seat; other long-running
 * requests are of none.
 */
import type { FlowSchema, PriorityLevelConfiguration } from "#api";
import { assert, type Env, type Gauge, type Metrics } from "#base";
import { MAX_READS_IN_FLIGHT, MAX_WRITES_IN_FLIGHT } from "../limits.ts";
import type { RequestInfo } from "../request-info.ts";
import type { User } from "../user.ts";
import { type Flow, lineOf, type Tally } from "./flow.ts";
import { FlowSchemas, mandatorySchemas } from "./flow-schemas.ts";
import { Levels } from "./levels.ts";

/** Requests in flight at once, which all levels share: their sum. */
export interface FairnessLimits {
  readonly reads: number;
  readonly writes: number;
}

const DEFAULTS = { reads: MAX_READS_IN_FLIGHT, writes: MAX_WRITES_IN_FLIGHT };
const READ_VERBS = new Set(["get", "list", "watch", "head", "options"]);
const LONG_RUNNING_SUBRESOURCES = new Set(["attach", "exec", "proxy", "log", "portforward"]);
const NOTHING = (): void => {};

export class Fairness {
  readonly #metrics: Metrics;
  readonly #inFlight: Gauge;
  readonly #levels: Levels;
  /** By schema and level, for as long as the server runs. */
  readonly #tallies = new Map<string, Tally>();
  readonly #counts = { readOnly: 0, mutating: 0 };
  #schemas: FlowSchemas;

  constructor(env: Env, limits: Partial<FairnessLimits> = {}) {
    const { reads, writes } = { ...DEFAULTS, ...limits };
    this.#metrics = env.metrics;
    const help = "Requests in flight now, by kind";
    this.#inFlight = env.metrics.gauge("apiserver_current_inflight_requests", help, ["request_kind"]);
    this.#levels = new Levels(env.clock, reads + writes);
    this.#schemas = this.#configured([], []);
  }

  /** The configuration from now on; who waits or is served already goes by the one that it came under. */
  configure(schemas: readonly FlowSchema[], levels: readonly PriorityLevelConfiguration[]): void {
    this.#schemas = this.#configured(schemas, levels);
  }

  /** The flow of a request; undefined: it may last, and is held by nobody. */
  flowOf(user: User, info: RequestInfo): Flow | undefined {
    return LONG_RUNNING_SUBRESOURCES.has(info.subresource) ? undefined : this.#schemas.flowOf(user, info);
  }

  /** Takes a free seat and returns what gives it back; undefined when the caller would have to wait. */
  tryEnter(flow: Flow | undefined, info: RequestInfo): (() => void) | undefined {
    if (flow === undefined || info.verb === "watch") return NOTHING;
    return flow.level.take() ? this.#entered(flow, info) : undefined;
  }

  /** Takes a seat, now or in turn, and returns what gives it back. Rejects with 429, or when `signal` aborts. */
  async enter(
    flow: Flow | undefined,
    user: User,
    info: RequestInfo,
    signal: AbortSignal,
  ): Promise<() => void> {
    const entered = this.tryEnter(flow, info);
    if (flow === undefined || entered !== undefined) return entered ?? NOTHING;
    const { level, tally } = flow;
    tally.waiting += 1;
    try {
      await level.turn(lineOf(flow, user, info), signal, (reason) => this.#reject(tally, reason));
    } finally {
      tally.waiting -= 1;
    }
    return this.#entered(flow, info);
  }

  /** What is told of flows and levels, by upstream's names, when it is asked. */
  gauge(): void {
    const ofFlow = ["flow_schema", "priority_level"];
    const name = (rest: string): string => `apiserver_flowcontrol_${rest}`;
    const executing = this.#metrics.gauge(
      name("current_executing_requests"),
      "Requests being served, by flow",
      ofFlow,
    );
    const waiting = this.#metrics.gauge(
      name("current_inqueue_requests"),
      "Requests waiting, by flow",
      ofFlow,
    );
    const dispatched = this.#metrics.counter(
      name("dispatched_requests_total"),
      "Requests let in, by flow",
      ofFlow,
    );
    for (const tally of this.#tallies.values()) {
      executing.set(tally.executing, tally.schema, tally.level);
      waiting.set(tally.waiting, tally.schema, tally.level);
      dispatched.inc(tally.dispatched, tally.schema, tally.level);
      tally.dispatched = 0;
    }
    const nominal = this.#metrics.gauge(name("nominal_limit_seats"), "A level's own seats", [
      "priority_level",
    ]);
    for (const level of this.#levels.values()) nominal.set(level.limits.nominal, level.name);
    for (const [kind, count] of Object.entries(this.#counts)) this.#inFlight.set(count, kind);
  }

  #entered({ level, tally }: Flow, { verb }: RequestInfo): () => void {
    const kind = READ_VERBS.has(verb) ? "readOnly" : "mutating";
    this.#counts[kind] += 1;
    tally.executing += 1;
    tally.dispatched += 1;
    return () => {
      this.#counts[kind] -= 1;
      tally.executing -= 1;
      level.leave();
    };
  }

  #reject({ schema, level }: Tally, reason: string): void {
    const labels = ["flow_schema", "priority_level", "reason"];
    this.#metrics
      .counter("apiserver_flowcontrol_rejected_requests_total", "Requests refused with 429, by flow", labels)
      .inc(1, schema, level, reason);
  }

  #configured(schemas: readonly FlowSchema[], levels: readonly PriorityLevelConfiguration[]): FlowSchemas {
    const specs = new Map(levels.map(({ metadata, spec }) => [metadata.name ?? "", spec]));
    const uids = new Map(levels.map(({ metadata }) => [metadata.name ?? "", metadata.uid ?? ""]));
    this.#levels.configure(specs);
    const flowOf = (schema: FlowSchema): Flow | undefined =>
      this.#flow(schema, uids.get(schema.spec.priorityLevelConfiguration.name) ?? "");
    const stored = new Set(schemas.map(({ metadata }) => metadata.name));
    const all = [...schemas, ...mandatorySchemas.filter(({ metadata }) => !stored.has(metadata.name))];
    const catchAll = all.find(({ metadata }) => metadata.name === "catch-all");
    const last = catchAll && flowOf(catchAll);
    assert(last !== undefined, "no flow schema catches all");
    return new FlowSchemas(all, flowOf, last);
  }

  #flow({ metadata, spec }: FlowSchema, levelUid: string): Flow | undefined {
    const level = this.#levels.get(spec.priorityLevelConfiguration.name);
    if (level === undefined) return undefined;
    const headers = {
      "x-kubernetes-pf-flowschema-uid": metadata.uid ?? "",
      "x-kubernetes-pf-prioritylevel-uid": levelUid,
    };
    const tally = this.#tally(metadata.name ?? "", level.name);
    return { level, tally, headers, by: spec.distinguisherMethod?.type as Flow["by"] };
  }

  #tally(schema: string, level: string): Tally {
    const key = `${schema}\0${level}`;
    const known = this.#tallies.get(key);
    const tally = known ?? { schema, level, executing: 0, waiting: 0, dispatched: 0 };
    if (known === undefined) this.#tallies.set(key, tally);
    return tally;
  }
}
