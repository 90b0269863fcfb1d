/** What controllers read off a pod. Pure. */
import { type Pod, parseTime } from "#api";

/** Neither ended nor ending: it counts as a replica. */
export function isActive(pod: Pod): boolean {
  return !isEnded(pod) && pod.metadata.deletionTimestamp === undefined;
}

export function isEnded(pod: Pod): boolean {
  return pod.status.phase === "Succeeded" || pod.status.phase === "Failed";
}

export function isReady(pod: Pod): boolean {
  return pod.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** When the pod became ready, in milliseconds since the epoch; undefined when it is not. */
export function readySinceMs(pod: Pod): number | undefined {
  const ready = pod.status.conditions?.find(({ type, status }) => type === "Ready" && status === "True");
  return ready === undefined ? undefined : parseTime(ready.lastTransitionTime);
}

/** How long until the ready pod counts as available: 0 when it does, undefined when it is not ready. */
export function availableInMs(pod: Pod, minReadySeconds: number, nowMs: number): number | undefined {
  if (!isReady(pod)) return undefined;
  if (minReadySeconds === 0) return 0;
  const since = readySinceMs(pod);
  return since === undefined ? undefined : Math.max(0, since + minReadySeconds * 1000 - nowMs);
}

/** The most restarts of any one container. */
export function maxRestarts(pod: Pod): number {
  return Math.max(0, ...(pod.status.containerStatuses ?? []).map((status) => status.restartCount));
}
