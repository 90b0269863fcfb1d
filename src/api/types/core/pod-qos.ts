/** A pod's quality of service: what the kubelet takes first when memory is short. */
import { Quantity } from "../../quantity.ts";
import type { PodQOSClass, PodSpec } from "./pod.ts";
import type { ResourceRequirements } from "./resources.ts";

const counted = ["cpu", "memory"] as const;

/** Amounts are canonical text. Guaranteed: cpu and memory limited everywhere, requests equal. BestEffort: neither anywhere. Else Burstable. */
export function qosClass(spec: PodSpec): PodQOSClass {
  const all = spec.resources?.limits || spec.resources?.requests ? [spec.resources] : ofContainers(spec);
  const amounts = all.flatMap((one) => counted.flatMap((name) => [one.requests?.[name], one.limits?.[name]]));
  if (amounts.every((amount) => amount === undefined || Quantity.parse(amount).sign === 0))
    return "BestEffort";
  return all.every(isGuaranteed) ? "Guaranteed" : "Burstable";
}

function ofContainers(spec: PodSpec): readonly ResourceRequirements[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? [])].map(
    (container) => container.resources ?? {},
  );
}

function isGuaranteed({ limits, requests }: ResourceRequirements): boolean {
  return counted.every((name) => {
    const limit = limits?.[name];
    if (limit === undefined || limit === "0") return false;
    const request = requests?.[name];
    if (request === undefined || request === limit) return true;
    return Quantity.parse(request).compare(Quantity.parse(limit)) === 0;
  });
}
