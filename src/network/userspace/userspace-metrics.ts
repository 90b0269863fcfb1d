/** The userspace proxy's series. */
import type { Counter, Gauge, Metrics } from "#base";

/** By protocol, except the listeners; refusals by reason: `limit`, `source`, `endpoint`. */
export interface UserspaceMetrics {
  /** Addresses and ports that are listened at, and those that could not be had. */
  readonly listeners: Gauge;
  readonly missing: Gauge;
  readonly open: Gauge;
  readonly accepted: Counter;
  readonly refused: Counter;
}

/** Under kube-proxy's prefix. */
export function userspaceMetrics(metrics: Metrics): UserspaceMetrics {
  const name = (rest: string): string => `kubeproxy_userspace_${rest}`;
  return {
    listeners: metrics.gauge(name("listeners"), "Addresses and ports of services that are listened at."),
    missing: metrics.gauge(name("missing_listeners"), "Addresses and ports that could not be had."),
    open: metrics.gauge(name("open_connections"), "Connections and UDP clients.", ["protocol"]),
    accepted: metrics.counter(name("connections_total"), "Clients that were given an endpoint.", [
      "protocol",
    ]),
    refused: metrics.counter(name("refused_connections_total"), "Clients that were not, by reason.", [
      "reason",
    ]),
  };
}
