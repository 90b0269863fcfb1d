/**
 * The initialization of a pod: init containers run to success in order; a sidecar lets the next one begin
 * once it has started, and runs on beside everything that follows. Afterwards only sidecars are looked
 * after.
 *
 * The runtime may have forgotten init containers that are done, so the last one that it knows says how far
 * the pod is.
 */
import { initContainersOf, type PodContainer } from "./containers.ts";
import type { PlanScope } from "./plan-scope.ts";
import { afterExit } from "./restart.ts";

/** `failed`: an init container has failed for good. */
export type Initialization = "done" | "running" | "failed";

export function planInit(scope: PlanScope): Initialization {
  const containers = initContainersOf(scope.pod);
  if (scope.initialized) {
    for (const container of containers) if (container.role === "sidecar") planSidecar(scope, container);
    return "done";
  }
  const reached = containers.findLastIndex((one) => scope.current(one) !== undefined);
  for (const container of containers.slice(0, Math.max(reached, 0))) {
    if (container.role === "sidecar") planSidecar(scope, container);
  }
  const at = containers[reached];
  const progress =
    at === undefined ? "done" : at.role === "sidecar" ? planSidecar(scope, at) : planInitContainer(scope, at);
  if (progress !== "done") return progress;
  const next = containers[reached + 1];
  if (next === undefined) return "done";
  scope.start(next);
  return "running";
}

/** Keeps a sidecar running; `done` once it has started. */
function planSidecar(scope: PlanScope, container: PodContainer): Initialization {
  const status = scope.current(container);
  if (status?.state !== "CONTAINER_RUNNING") {
    if (status?.state === "CONTAINER_UNKNOWN")
      scope.kill(container, status, "unknown", "Container is in unknown state");
    scope.start(container);
    return "running";
  }
  scope.keepRunning(container, status);
  return scope.started(container, status) ? "done" : "running";
}

function planInitContainer(scope: PlanScope, container: PodContainer): Initialization {
  const status = scope.current(container);
  if (status?.state === "CONTAINER_RUNNING") return "running";
  if (status?.state === "CONTAINER_EXITED") {
    if (status.exitCode === 0) return "done";
    if (afterExit(scope.pod, container, status.exitCode) === "no") return "failed";
  }
  if (status?.state === "CONTAINER_UNKNOWN")
    scope.kill(container, status, "unknown", "Container is in unknown state");
  scope.start(container);
  return "running";
}
