/**
 * The quality of service class of a pod: Guaranteed when every container limits cpu and memory and asks for
 * exactly that, BestEffort when nobody asks for either, else Burstable. Pod-level resources, where given,
 * decide alone.
 */
import { type Pod, Quantity, type ResourceRequirements } from "#api";

export type QosClass = "Guaranteed" | "Burstable" | "BestEffort";

const computed = ["cpu", "memory"] as const;

export function qosClassOf(pod: Pod): QosClass {
  const level = pod.spec.resources;
  const parts: readonly ResourceRequirements[] =
    level !== undefined
      ? [level]
      : [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((one) => one.resources);
  const asks = parts.some((one) =>
    computed.some((name) => amount(one.requests, name) > 0n || amount(one.limits, name) > 0n),
  );
  if (!asks) return "BestEffort";
  const guaranteed = parts.every((one) =>
    computed.every((name) => {
      const limit = amount(one.limits, name);
      const request = one.requests?.[name] === undefined ? limit : amount(one.requests, name);
      return limit > 0n && limit === request;
    }),
  );
  return guaranteed ? "Guaranteed" : "Burstable";
}

function amount(list: Readonly<Record<string, string>> | undefined, name: string): bigint {
  const text = list?.[name];
  return text === undefined ? 0n : Quantity.parse(text).nanos;
}
