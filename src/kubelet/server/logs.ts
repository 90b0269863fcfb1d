/** `/containerLogs/NAMESPACE/POD/CONTAINER`. */
import { parseTime } from "#api";
import type { Clock } from "#base";
import type { ExchangeAnswer } from "#base/streams";
import type { LogRange, LogSource } from "../runtime/streams.ts";
import { logText, type LogTextOptions } from "./log-text.ts";
import type { PodLookup } from "./pod-lookup.ts";
import { Refusal } from "./refusal.ts";

export interface LogsDeps {
  readonly clock: Clock;
  readonly lookup: PodLookup;
  readonly logs: LogSource;
}

/** Answers with the text, and goes on while the container runs when it is followed. */
export async function containerLogs(
  deps: LogsDeps,
  [namespace = "", name = "", container = ""]: readonly string[],
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<ExchangeAnswer> {
  const pod = deps.lookup.find(namespace, name);
  if (pod === undefined) throw new Refusal(404, `pod "${name}" does not exist\n`);
  const options = textOptions(query, deps.clock.now());
  const tail = query.get("tailLines");
  const range: LogRange = {
    follow: query.get("follow") === "true",
    ...(tail === null ? {} : { tailLines: Number(tail) }),
  };
  const instance = await deps.lookup.logged(pod, container, query.get("previous") === "true", signal);
  const chunks = logText(deps.logs.read(instance, range, signal), options);
  return { status: 200, headers: { "content-type": "text/plain" }, body: { type: "stream", chunks } };
}

function textOptions(query: URLSearchParams, nowMs: number): LogTextOptions {
  const [seconds, time, limit] = [query.get("sinceSeconds"), query.get("sinceTime"), query.get("limitBytes")];
  const sinceMs = seconds === null ? parseTime(time) : nowMs - Number(seconds) * 1000;
  const stream = query.get("stream");
  return {
    timestamps: query.get("timestamps") === "true",
    stream: stream === "Stdout" || stream === "Stderr" ? stream : "All",
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(limit === null ? {} : { limitBytes: Number(limit) }),
  };
}
