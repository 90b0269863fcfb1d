/** The proxy's series, under kube-proxy's names. */
import type { Metrics } from "#base";

const buckets = [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 2, 4, 8, 16];

/** Times are given in milliseconds and shown in seconds. */
export interface ProxyMetrics {
  readonly failed: { inc(): void };
  /** A transaction was taken: how long it took, and how long the oldest change in it had waited. */
  synced(tookMs: number, waitedMs: number, whole: boolean): void;
}

export function proxyMetrics(metrics: Metrics): ProxyMetrics {
  const sync = metrics.histogram(
    "kubeproxy_sync_proxy_rules_duration_seconds",
    "Time of one transaction.",
    buckets,
  );
  const partial = metrics.histogram(
    "kubeproxy_sync_partial_proxy_rules_duration_seconds",
    "Time of one transaction that writes changes only.",
    buckets,
  );
  const full = metrics.histogram(
    "kubeproxy_sync_full_proxy_rules_duration_seconds",
    "Time of one transaction that writes everything.",
    buckets,
  );
  const programming = metrics.histogram(
    "kubeproxy_network_programming_duration_seconds",
    "From the news of a change to its rules in the kernel.",
    buckets,
  );
  const failed = metrics.counter(
    "kubeproxy_sync_proxy_rules_nftables_sync_failures_total",
    "Transactions that nft did not take.",
  );
  return {
    failed,
    synced(tookMs, waitedMs, whole) {
      sync.observe(tookMs / 1000);
      (whole ? full : partial).observe(tookMs / 1000);
      programming.observe(waitedMs / 1000);
    },
  };
}
