/**
 * A `KubeletConfiguration` (kubelet.config.k8s.io/v1beta1) as this kubelet's options. What it does not honour is refused
 * by name: a bound that somebody wrote and nobody keeps is worse than none.
 */
import { isDeepStrictEqual } from "node:util";
import { parseDuration, Quantity } from "#api";
import { type Signal, signals, type Threshold } from "./eviction/thresholds.ts";
import { healthzPort } from "./limits.ts";
import type { KubeletOptions } from "./options.ts";
import type { LogKeeperOptions } from "./runtime/cri/log-keeper-node.ts";
import type { HealthzOptions } from "./server/healthz-server-node.ts";

/** The message is for whoever wrote the file. */
export class ConfigurationError extends Error {}

type Fields = Readonly<Record<string, unknown>>;
type Result = { -readonly [K in keyof KubeletOptions]?: KubeletOptions[K] } & {
  podPidsLimit?: number;
  logs?: LogKeeperOptions;
  healthz?: HealthzOptions;
  /** Of static pods. */
  staticPodPath?: string;
};

/** What a file may say beside the node's name. */
export type ConfiguredOptions = Readonly<Result>;

/** Each field with what it sets. */
const readers: Readonly<Record<string, (value: unknown, name: string, result: Result) => void>> = {
  apiVersion: expect("kubelet.config.k8s.io/v1beta1"),
  kind: expect("KubeletConfiguration"),
  maxPods: (value, name, result) => void (result.maxPods = count(value, name)),
  podPidsLimit: (value, name, result) => {
    if (value !== -1) result.podPidsLimit = count(value, name);
  },
  clusterDomain: (value, name, result) => void (result.clusterDomain = text(value, name)),
  clusterDNS: (value, name, result) => void (result.clusterDns = texts(value, name)),
  allowedUnsafeSysctls: (value, name, result) => void (result.allowedUnsafeSysctls = texts(value, name)),
  imageGCHighThresholdPercent: (value, name, result) => void (result.imagesHighPercent = count(value, name)),
  imageGCLowThresholdPercent: (value, name, result) => void (result.imagesLowPercent = count(value, name)),
  imageMinimumGCAge: (value, name, result) => {
    const wanted = duration(value, name);
    if (wanted > 0) result.imagesMinAgeMs = wanted;
  },
  evictionMaxPodGracePeriod: (value, name, result) =>
    void (result.evictionMaxGraceSeconds = value === 0 ? 0 : count(value, name)),
  evictionPressureTransitionPeriod: (value, name, result) => {
    // Tools write 0s for what they leave to the kubelet.
    const wanted = duration(value, name);
    if (wanted > 0) result.pressureTransitionMs = wanted;
  },
  containerLogMaxSize: (value, name, result) => keep(result, { maxSizeBytes: bytes(value, name) }),
  containerLogMaxFiles: (value, name, result) => {
    const maxFiles = count(value, name);
    if (maxFiles < 2) throw new ConfigurationError(`${name} is not at least 2`);
    keep(result, { maxFiles });
  },
  containerLogMonitorInterval: (value, name, result) => {
    const lookMs = duration(value, name);
    if (lookMs < 3_000) throw new ConfigurationError(`${name} is not at least 3s`);
    keep(result, { lookMs });
  },
  podLogsDir: (value, name, result) => void (result.podLogsDirectory = path(value, name)),
  staticPodPath: (value, name, result) => {
    if (value !== "") result.staticPodPath = path(value, name);
  },
  healthzPort: (value, name, result) => {
    const port = value === 0 ? 0 : count(value, name);
    if (port > 0xffff) throw new ConfigurationError(`${name} is no port: ${port}`);
    result.healthz = { host: "127.0.0.1", ...result.healthz, port };
  },
  healthzBindAddress: (value, name, result) =>
    void (result.healthz = { port: healthzPort, ...result.healthz, host: text(value, name) }),
  // Those three make one list.
  evictionHard: () => {},
  evictionSoft: () => {},
  evictionSoftGracePeriod: () => {},
  systemReserved: (value, name, result) => void (result.reserved = sum(result.reserved, value, name)),
  kubeReserved: (value, name, result) => void (result.reserved = sum(result.reserved, value, name)),
};

/** What this kubelet does anyway, so that a file may say it; `0s` and such leave it to the kubelet. */
const facts: Readonly<Record<string, readonly unknown[]>> = {
  address: ["0.0.0.0"],
  port: [10_250],
  readOnlyPort: [0],
  enableServer: [true],
  enableDebuggingHandlers: [true],
  enableSystemLogHandler: [true],
  cgroupDriver: ["cgroupfs"],
  cgroupsPerQOS: [true],
  enforceNodeAllocatable: [["pods"]],
  cpuManagerPolicy: ["none"],
  memoryManagerPolicy: ["None"],
  topologyManagerPolicy: ["none"],
  topologyManagerScope: ["container"],
  fileCheckFrequency: ["0s", "20s"],
  nodeStatusReportFrequency: ["0s", "5m", "5m0s"],
  nodeStatusUpdateFrequency: ["0s", "10s"],
  nodeLeaseDurationSeconds: [0, 40],
  imageMaximumGCAge: ["0s"],
  volumeStatsAggPeriod: ["0s", "1m", "1m0s"],
  syncFrequency: ["0s"],
  httpCheckFrequency: ["0s"],
  runtimeRequestTimeout: ["0s", "2m", "2m0s"],
  streamingConnectionIdleTimeout: ["0s"],
  cpuManagerReconcilePeriod: ["0s"],
  shutdownGracePeriod: ["0s"],
  shutdownGracePeriodCriticalPods: ["0s"],
  containerLogMaxWorkers: [1],
  registerNode: [true],
  enableControllerAttachDetach: [true],
  makeIPTablesUtilChains: [false],
  protectKernelDefaults: [false],
  failSwapOn: [false],
  userNamespaces: [{}, { idsPerPod: 65_536 }],
  rotateCertificates: [false],
  serverTLSBootstrap: [false],
  cpuCFSQuota: [true],
  cpuCFSQuotaPeriod: ["100ms"],
  hairpinMode: ["promiscuous-bridge", "hairpin-veth", "none"],
  serializeImagePulls: [true],
  maxParallelImagePulls: [1],
  registerWithTaints: [[]],
  featureGates: [{}],
  memorySwap: [{}],
  logging: [{}],
  containerRuntimeEndpoint: [""],
  resolvConf: ["", "/etc/resolv.conf"],
};

/** Throws `ConfigurationError`. */
export function readConfiguration(file: unknown): ConfiguredOptions {
  const fields = map(file, "the file");
  const result: Result = {};
  for (const [name, value] of Object.entries(fields)) {
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (read !== undefined) read(value, name, result);
    else checkFact(value, name);
  }
  if ((result.imagesLowPercent ?? 80) >= (result.imagesHighPercent ?? 85))
    throw new ConfigurationError("imageGCLowThresholdPercent is not below imageGCHighThresholdPercent");
  const thresholds = [...hard(fields), ...soft(fields)];
  if (fields["evictionHard"] !== undefined) result.evictionThresholds = thresholds;
  return result;
}

function checkFact(value: unknown, name: string): void {
  const known = Object.hasOwn(facts, name) ? facts[name] : undefined;
  if (known === undefined) throw new ConfigurationError(`"${name}" is no field that this kubelet honours`);
  if (known.some((one) => isDeepStrictEqual(one, value))) return;
  const all = known.map((one) => JSON.stringify(one)).join(" or ");
  throw new ConfigurationError(`${name} is always ${all} here, and cannot be ${JSON.stringify(value)}`);
}

function keep(result: Result, logs: LogKeeperOptions): void {
  result.logs = { ...result.logs, ...logs };
}

/** What is said replaces all of the defaults, as upstream's does. */
function hard(fields: Fields): readonly Threshold[] {
  return Object.entries(map(fields["evictionHard"] ?? {}, "evictionHard")).flatMap(([signal, value]) =>
    thresholdOf("evictionHard", signal, value, 0),
  );
}

function soft(fields: Fields): readonly Threshold[] {
  const graces = map(fields["evictionSoftGracePeriod"] ?? {}, "evictionSoftGracePeriod");
  const all = Object.entries(map(fields["evictionSoft"] ?? {}, "evictionSoft"));
  if (all.length > 0 && fields["evictionHard"] === undefined)
    throw new ConfigurationError(
      "evictionSoft needs evictionHard beside it: what it says replaces the defaults",
    );
  return all.flatMap(([signal, value]) => {
    if (graces[signal] === undefined)
      throw new ConfigurationError(`evictionSoft "${signal}" has no grace in evictionSoftGracePeriod`);
    return thresholdOf("evictionSoft", signal, value, duration(graces[signal], "evictionSoftGracePeriod"));
  });
}

/** `0%` and `100%` switch a signal off. */
function thresholdOf(name: string, signal: string, value: unknown, graceMs: number): readonly Threshold[] {
  if (!(signal in signals)) throw new ConfigurationError(`${name} has no signal "${signal}"`);
  const wanted = text(value, name);
  const part = /^(\d+(?:\.\d+)?)%$/.exec(wanted)?.[1];
  if (part !== undefined && (Number(part) === 0 || Number(part) >= 100)) return [];
  if (part === undefined && Quantity.tryParse(wanted) === undefined)
    throw new ConfigurationError(`${name} "${signal}" is neither a quantity nor a percentage: "${wanted}"`);
  return [{ signal: signal as Signal, value: wanted, graceMs }];
}

function sum(
  before: KubeletOptions["reserved"],
  value: unknown,
  name: string,
): Readonly<Record<string, string>> {
  const result: Record<string, string> = { ...before };
  for (const [resource, amount] of Object.entries(map(value, name))) {
    const parsed = Quantity.tryParse(text(amount, name));
    if (parsed === undefined) throw new ConfigurationError(`${name} "${resource}" is no quantity`);
    result[resource] = parsed.plus(Quantity.parse(result[resource] ?? "0")).toString();
  }
  return result;
}

function expect(wanted: string) {
  return (value: unknown, name: string): void => {
    if (value !== wanted) throw new ConfigurationError(`${name} is not "${wanted}"`);
  };
}

function map(value: unknown, name: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new ConfigurationError(`${name} is not a map`);
}

function text(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  throw new ConfigurationError(`${name} is not a text`);
}

function texts(value: unknown, name: string): readonly string[] {
  if (Array.isArray(value)) return value.map((one) => text(one, name));
  throw new ConfigurationError(`${name} is not a list`);
}

function path(value: unknown, name: string): string {
  const found = text(value, name);
  if (found.startsWith("/")) return found;
  throw new ConfigurationError(`${name} is no absolute path: "${found}"`);
}

function bytes(value: unknown, name: string): number {
  const parsed = Quantity.tryParse(text(value, name))?.toMillis();
  if (parsed !== undefined && parsed > 0) return parsed / 1000;
  throw new ConfigurationError(`${name} is no quantity above 0: "${text(value, name)}"`);
}

function count(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
  throw new ConfigurationError(`${name} is not a positive number`);
}

function duration(value: unknown, name: string): number {
  const parsed = parseDuration(text(value, name));
  if (parsed === undefined) throw new ConfigurationError(`${name} is no duration, such as "5m0s"`);
  return parsed;
}
