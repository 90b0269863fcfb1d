/** The kubelet's options as a KubeletConfiguration, which `/configz` shows. Pure. */
import { manifestLookMs, leaseDurationSeconds, maxPods, nodeStatusReportMs } from "./limits.ts";
import { healthOptions, type KubeletOptions } from "./options.ts";
import { logKeeping } from "./runtime/cri/limits.ts";
import { allowedKeptMs, deniedKeptMs, tokenKeptMs } from "./server/limits.ts";

/** What upstream's tools look for in it; what this kubelet has no choice about is left out. */
export function kubeletConfiguration(
  options: KubeletOptions,
  manifestDirectories: readonly string[],
): Readonly<Record<string, unknown>> {
  const { thresholds, maxGraceSeconds, transitionMs, imagesHigh, imagesLow } = healthOptions(options);
  return {
    kind: "KubeletConfiguration",
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    enableServer: true,
    ...(manifestDirectories[0] === undefined ? {} : { staticPodPath: manifestDirectories[0] }),
    fileCheckFrequency: seconds(manifestLookMs),
    address: "0.0.0.0",
    port: options.port ?? 10_250,
    authentication: {
      x509: {},
      webhook: { enabled: true, cacheTTL: seconds(tokenKeptMs) },
      anonymous: { enabled: false },
    },
    authorization: {
      mode: "Webhook",
      webhook: {
        cacheAuthorizedTTL: seconds(allowedKeptMs),
        cacheUnauthorizedTTL: seconds(deniedKeptMs),
      },
    },
    clusterDomain: options.clusterDomain ?? "cluster.local",
    clusterDNS: options.clusterDns ?? [],
    nodeStatusReportFrequency: seconds(nodeStatusReportMs),
    nodeLeaseDurationSeconds: leaseDurationSeconds,
    cgroupDriver: "cgroupfs",
    maxPods: options.maxPods ?? maxPods,
    evictionHard: Object.fromEntries(
      thresholds.filter((one) => one.graceMs === 0).map(({ signal, value }) => [signal, value]),
    ),
    evictionMaxPodGracePeriod: maxGraceSeconds,
    evictionPressureTransitionPeriod: seconds(transitionMs),
    imageGCHighThresholdPercent: imagesHigh,
    imageGCLowThresholdPercent: imagesLow,
    allowedUnsafeSysctls: options.allowedUnsafeSysctls ?? [],
    containerLogMaxSize: `${logKeeping.maxSizeBytes / 1024 ** 2}Mi`,
    containerLogMaxFiles: logKeeping.maxFiles,
    containerLogMonitorInterval: seconds(logKeeping.lookMs),
    podLogsDir: options.podLogsDirectory ?? "/var/log/pods",
    enableDebuggingHandlers: true,
    enableSystemLogHandler: true,
  };
}

/** As Go prints durations. */
function seconds(ms: number): string {
  const all = Math.round(ms / 1000);
  return all < 60 ? `${all}s` : `${Math.floor(all / 60)}m${all % 60}s`;
}
