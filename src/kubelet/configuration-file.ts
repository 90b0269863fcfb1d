/**
 * A `KubeletConfiguration` (kubelet.config.k8s.io/v1beta1) as this kubelet's options. Fields that it does not
 * honour are refused by name: a bound that somebody wrote and nobody keeps is worse than none.
 */
import { parseDuration, Quantity } from "#api";
import { type Signal, signals, type Threshold } from "./eviction/thresholds.ts";
import type { KubeletOptions } from "./options.ts";

/** The message is for whoever wrote the file. */
export class ConfigurationError extends Error {}

type Fields = Readonly<Record<string, unknown>>;
type Result = { -readonly [K in keyof KubeletOptions]?: KubeletOptions[K] } & { podPidsLimit?: number };

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
  evictionMaxPodGracePeriod: (value, name, result) =>
    void (result.evictionMaxGraceSeconds = value === 0 ? 0 : count(value, name)),
  evictionPressureTransitionPeriod: (value, name, result) =>
    void (result.pressureTransitionMs = duration(value, name)),
  // Those three make one list.
  evictionHard: () => {},
  evictionSoft: () => {},
  evictionSoftGracePeriod: () => {},
  systemReserved: (value, name, result) => void (result.reserved = sum(result.reserved, value, name)),
  kubeReserved: (value, name, result) => void (result.reserved = sum(result.reserved, value, name)),
};

/** Throws `ConfigurationError`. */
export function readConfiguration(file: unknown): ConfiguredOptions {
  const fields = map(file, "the file");
  const result: Result = {};
  for (const [name, value] of Object.entries(fields)) {
    const read = readers[name];
    if (read === undefined) throw new ConfigurationError(`"${name}" is no field that this kubelet honours`);
    read(value, name, result);
  }
  if ((result.imagesLowPercent ?? 80) >= (result.imagesHighPercent ?? 85))
    throw new ConfigurationError("imageGCLowThresholdPercent is not below imageGCHighThresholdPercent");
  const thresholds = [...hard(fields), ...soft(fields)];
  if (fields["evictionHard"] !== undefined) result.evictionThresholds = thresholds;
  return result;
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

function count(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
  throw new ConfigurationError(`${name} is not a positive number`);
}

function duration(value: unknown, name: string): number {
  const parsed = parseDuration(text(value, name));
  if (parsed === undefined) throw new ConfigurationError(`${name} is no duration, such as "5m0s"`);
  return parsed;
}
