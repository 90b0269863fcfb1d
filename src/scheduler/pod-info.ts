/** A pod as the scheduler sees it: what every plugin would compute again is computed once, when the pod arrives. */
import type { Pod } from "#api";
import { type Amounts, podRequests, scoredRequests } from "./resources.ts";

/** A port of the host that a container takes. `ip` is `0.0.0.0` for every address. */
export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

export interface PodInfo {
  readonly pod: Pod;
  /** `namespace/name`. */
  readonly key: string;
  readonly uid: string;
  readonly priority: number;
  readonly requests: Amounts;
  readonly scored: Amounts;
  readonly hostPorts: readonly HostPort[];
  readonly terminating: boolean;
}

/** Reads a pod once. */
export function podInfoOf(pod: Pod): PodInfo {
  const requests = podRequests(pod);
  return {
    pod,
    key: `${pod.metadata.namespace ?? ""}/${pod.metadata.name ?? ""}`,
    uid: pod.metadata.uid ?? "",
    priority: pod.spec.priority ?? 0,
    requests,
    scored: scoredRequests(pod, requests),
    hostPorts: hostPortsOf(pod),
    terminating: pod.metadata.deletionTimestamp !== undefined,
  };
}

/** True when the pod no longer holds anything of its node. */
export function hasEnded(pod: Pod): boolean {
  return pod.status.phase === "Succeeded" || pod.status.phase === "Failed";
}

function hostPortsOf(pod: Pod): readonly HostPort[] {
  const sidecars = (pod.spec.initContainers ?? []).filter((one) => one.restartPolicy === "Always");
  return [...sidecars, ...pod.spec.containers].flatMap((container) =>
    (container.ports ?? [])
      .filter((port) => (port.hostPort ?? 0) > 0)
      .map((port) => ({
        ip: port.hostIP === undefined || port.hostIP === "" ? "0.0.0.0" : port.hostIP,
        protocol: port.protocol ?? "TCP",
        port: port.hostPort ?? 0,
      })),
  );
}
