/** The kubelet's options as a KubeletConfiguration, which `/configz` shows. Pure. */
import type { LogKeeperOptions } from "./runtime/cri/log-keeper-node.ts";
import type { HealthzOptions } from "./server/healthz-server-node.ts";
import { healthzPort, manifestLookMs, leaseDurationSeconds, maxPods, nodeStatusReportMs } from "./limits.ts";
import { healthOptions, type KubeletOptions } from "./options.ts";
import { logKeeping } from "./runtime/cri/limits.ts";
import { allowedKeptMs, deniedKeptMs, tokenKeptMs } from "./server/limits.ts";

/** What upstream's tools look for in it; what this kubelet has no choice about is left out. */
export function kubeletConfiguration(
  options: KubeletOptions & {
    readonly manifestDirectories?: readonly string[];
    readonly healthz?: HealthzOptions;
    readonly logs?: LogKeeperOptions;
  },
): Readonly<Record<string, unknown>> {
  const { manifestDirectories = [], healthz, logs } = options;
  const logBytes = logs?.maxSizeBytes ?? logKeeping.maxSizeBytes;
  const { thresholds, maxGraceSeconds, transitionMs, imagesHigh, imagesLow, imagesMinAgeMs } =
    healthOptions(options);
  return {
    kind: "KubeletConfiguration",
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    enableServer: true,
    ...(manifestDirectories[0] === undefined ? {} : { staticPodPath: manifestDirectories[0] }),
    fileCheckFrequency: seconds(manifestLookMs),
    healthzPort: healthz?.port ?? healthzPort,
    healthzBindAddress: healthz?.host ?? "127.0.0.1",
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
    imageMinimumGCAge: seconds(imagesMinAgeMs),
    imageGCHighThresholdPercent: imagesHigh,
    imageGCLowThresholdPercent: imagesLow,
    allowedUnsafeSysctls: options.allowedUnsafeSysctls ?? [],
    containerLogMaxSize: logBytes % 1024 ** 2 === 0 ? `${logBytes / 1024 ** 2}Mi` : String(logBytes),
    containerLogMaxFiles: logs?.maxFiles ?? logKeeping.maxFiles,
    containerLogMonitorInterval: seconds(logs?.lookMs ?? logKeeping.lookMs),
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
