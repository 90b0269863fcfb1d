/**
 * What `kubectl get pods` says of a pod: containers ready, one word for its state, restarts and the last
 * one's age. The word comes from the first init container that is not done, else from the containers, last
 * first.
 */
import { ageOf } from "../../human-duration.ts";
import { parseTime } from "../../time.ts";
import type { Container, ContainerStatus, Pod } from "../../types/core/mod.ts";

interface Restarts {
  count: number;
  /** `finishedAt` of the latest end before a restart. */
  last: string | undefined;
}

interface Summary {
  /** `1/2` */
  readonly ready: string;
  /** `Running`, `Init:0/1`, `CrashLoopBackOff`, ... */
  readonly reason: string;
  readonly restarts: Restarts;
}

/** `{ ready: "1/2", reason: "CrashLoopBackOff", restarts: ... }` */
export function summarize({ metadata, spec, status }: Pod): Summary {
  const init = summarizeInit(spec.initContainers ?? [], status.initContainerStatuses ?? []);
  const gated = status.conditions?.some(
    (one) => one.type === "PodScheduled" && one.reason === "SchedulingGated",
  );
  const initialized = status.conditions?.some((one) => one.type === "Initialized" && one.status === "True");
  let reason = gated ? "SchedulingGated" : status.reason || status.phase || "";
  let { ready } = init;
  let { restarts } = init;
  if (init.reason !== undefined && !initialized) reason = init.reason;
  else {
    const main = summarizeMain(status.containerStatuses ?? [], init.sidecarRestarts);
    ready += main.ready;
    restarts = main.restarts;
    reason = main.reason ?? init.reason ?? reason;
    if (reason === "Completed" && main.running) {
      const isReady = status.conditions?.some((one) => one.type === "Ready" && one.status === "True");
      reason = isReady ? "Running" : "NotReady";
    }
  }
  if (metadata.deletionTimestamp) {
    const ended = status.phase === "Succeeded" || status.phase === "Failed";
    if (status.reason === "NodeLost") reason = "Unknown";
    else if (!ended) reason = "Terminating";
  }
  const total = (spec.containers ?? []).length + init.sidecars;
  return { ready: `${ready}/${total}`, reason, restarts };
}

function summarizeInit(containers: readonly Container[], statuses: readonly ContainerStatus[]) {
  const sidecars = new Set(containers.filter((one) => one.restartPolicy === "Always").map((one) => one.name));
  const restarts: Restarts = { count: 0, last: undefined };
  const sidecarRestarts: Restarts = { count: 0, last: undefined };
  const summary = {
    ready: 0,
    restarts,
    sidecarRestarts,
    sidecars: sidecars.size,
    reason: undefined as string | undefined,
  };
  for (const [i, container] of statuses.entries()) {
    const isSidecar = sidecars.has(container.name);
    countRestarts(restarts, container);
    if (isSidecar) countRestarts(sidecarRestarts, container);
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (isSidecar && container.started) {
      if (container.ready) summary.ready++;
      continue;
    }
    if (terminated) summary.reason = `Init:${terminated.reason || endedBy(terminated)}`;
    else if (waiting?.reason && waiting.reason !== "PodInitializing")
      summary.reason = `Init:${waiting.reason}`;
    else summary.reason = `Init:${i}/${containers.length}`;
    break;
  }
  return summary;
}

function summarizeMain(statuses: readonly ContainerStatus[], before: Restarts) {
  const restarts = { ...before };
  const summary = { ready: 0, restarts, running: false, reason: undefined as string | undefined };
  for (const container of statuses.toReversed()) {
    countRestarts(restarts, container);
    const { waiting, terminated, running } = container.state ?? {};
    if (waiting?.reason) summary.reason = waiting.reason;
    else if (terminated) summary.reason = terminated.reason || endedBy(terminated);
    else if (container.ready && running) {
      summary.running = true;
      summary.ready++;
    }
  }
  return summary;
}

function endedBy(terminated: { readonly exitCode: number; readonly signal?: number }): string {
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`;
}

function countRestarts(restarts: Restarts, { restartCount, lastState }: ContainerStatus): void {
  restarts.count += restartCount ?? 0;
  const finished = lastState?.terminated?.finishedAt;
  if (finished && (parseTime(restarts.last) ?? 0) < (parseTime(finished) ?? 0)) restarts.last = finished;
}

/** `2 (5s ago)` */
export function restartsText(pod: Pod, now: number): string {
  const { count, last } = summarize(pod).restarts;
  return count === 0 || last === undefined ? String(count) : `${count} (${ageOf(last, now)} ago)`;
}

/** The first address. */
export function podIpText({ status }: Pod): string {
  return status.podIPs?.[0]?.ip || status.podIP || "<none>";
}

/** The node that preemption makes room on. */
export function nominatedText({ status }: Pod): string {
  return status.nominatedNodeName || "<none>";
}

/** `1/2`: readiness gates whose condition is true. */
export function readinessText({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? [];
  if (gates.length === 0) return "<none>";
  const holds = (type: string) =>
    status.conditions?.some((one) => one.type === type && one.status === "True");
  return `${gates.filter((gate) => holds(gate.conditionType)).length}/${gates.length}`;
}
