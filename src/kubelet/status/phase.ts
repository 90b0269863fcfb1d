/** The phase of a pod from the states of its containers. */
import type { ContainerStatus, Pod, PodStatus } from "#api";
import { initContainersOf, mainContainersOf } from "../pod/containers.ts";
import { afterExit } from "../pod/restart.ts";

export type Phase = "Pending" | "Running" | "Succeeded" | "Failed";

/** `terminal`: nothing runs and nothing will. */
export function phaseOf(pod: Pod, statuses: readonly ContainerStatus[], terminal: boolean): Phase {
  const byName = new Map(statuses.map((one) => [one.name, one]));
  const initialization = initPhase(pod, byName);
  if (initialization === "Failed") return "Failed";
  const main = mainContainersOf(pod).map((one) => ({ container: one, status: byName.get(one.spec.name) }));
  const ends = main.map(({ status }) => status?.state.terminated ?? waitingAfter(status));
  const running = main.some(({ status }) => status?.state.running !== undefined);
  const waits = main.some(
    ({ status }, index) => status?.state.running === undefined && ends[index] === undefined,
  );
  // Once a main container has begun, sidecars that stop again undo nothing.
  const begun = running || ends.some((end) => end !== undefined);
  if (waits || (initialization === "Pending" && !begun)) return "Pending";
  if (running) return "Running";
  const succeeded = ends.every((end) => end?.exitCode === 0);
  if (terminal) return succeeded ? "Succeeded" : "Failed";
  const again = main.some(
    ({ container }, index) => afterExit(pod, container, ends[index]?.exitCode ?? 0) !== "no",
  );
  if (again) return "Running";
  return succeeded ? "Succeeded" : "Failed";
}

/** A container that waits to be started again has ended before. */
function waitingAfter(status: ContainerStatus | undefined): { exitCode: number } | undefined {
  return status?.state.waiting === undefined ? undefined : status.lastState.terminated;
}

function initPhase(pod: Pod, byName: ReadonlyMap<string, ContainerStatus>): Phase | "Done" {
  let pending = false;
  for (const container of initContainersOf(pod)) {
    const status = byName.get(container.spec.name);
    if (container.role === "sidecar") {
      pending ||= status?.started !== true;
      continue;
    }
    const end = status?.state.terminated;
    if (end?.exitCode === 0) continue;
    if (end !== undefined && afterExit(pod, container, end.exitCode) === "no") return "Failed";
    pending = true;
  }
  return pending ? "Pending" : "Done";
}

/** True while a container of the published status may still run: a pod is not over before. */
export function mayRun(status: PodStatus): boolean {
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return all.some((one) => one.state.running !== undefined);
}
