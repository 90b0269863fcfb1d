/** The request metrics that dashboards read, with few series: verb, resource and code, no names. */
import type { Counter, Histogram, Metrics } from "#base";
import type { RequestInfo } from "./request-info.ts";

const SECONDS = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];

export class RequestMetrics {
  readonly #total: Counter;
  readonly #seconds: Histogram;

  constructor(metrics: Metrics) {
    const labels = ["verb", "group", "version", "resource", "subresource", "scope"];
    this.#total = metrics.counter("apiserver_request_total", "Requests answered", [...labels, "code"]);
    this.#seconds = metrics.histogram(
      "apiserver_request_duration_seconds",
      "Time to answer, by request",
      SECONDS,
      labels,
    );
  }

  /** Unknown resources share one series, since anybody can ask for anything. */
  observe(info: RequestInfo, status: number, durationMs: number): void {
    const isKnown = status !== 404 || info.name !== "";
    const plural = isKnown ? info.plural : "";
    const scope = scopeOf(info);
    const verb = info.isResource ? info.verb.toUpperCase() : info.method;
    const labels = [
      verb,
      isKnown ? info.group : "",
      isKnown ? info.version : "",
      plural,
      isKnown ? info.subresource : "",
      scope,
    ] as const;
    this.#total.inc(1, ...labels, String(status));
    if (info.verb !== "watch") this.#seconds.observe(durationMs / 1000, ...labels);
  }
}

function scopeOf(info: RequestInfo): string {
  if (!info.isResource) return "";
  if (info.name !== "") return "resource";
  return info.namespace === "" ? "cluster" : "namespace";
}
