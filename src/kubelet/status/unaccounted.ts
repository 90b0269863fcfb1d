/**
 * Containers of a pod that is over and of whose end nobody knows: they wait to be made, or are lost. Clients that look for an
 * exit code find one, so that nothing seems to wait in a pod that never runs again. Containers that were never due (the
 * pod's init containers did not end well) stay as they are.
 */
import type { ContainerStatus, Pod } from "#api";

/** What a pod's containers look like when nothing runs and nothing will; both lists in the pod's order. */
export function accountedFor(
  pod: Pod,
  init: readonly ContainerStatus[],
  main: readonly ContainerStatus[],
): { init: ContainerStatus[]; main: ContainerStatus[] } {
  // An init container had its turn when it or a later one began; the first one always had.
  const due = Math.max(init.findLastIndex(hasBegun), 0);
  const initialized = init.length === 0 || main.some(hasBegun) || lastIsDone(pod, init);
  return {
    init: init.map((one, index) => (index <= due ? ended(one) : one)),
    main: main.map((one) => (initialized ? ended(one) : one)),
  };
}

function hasBegun({ state, lastState }: ContainerStatus): boolean {
  return state.running !== undefined || state.terminated !== undefined || lastState.terminated !== undefined;
}

function lastIsDone(pod: Pod, init: readonly ContainerStatus[]): boolean {
  const [spec, last] = [pod.spec.initContainers?.at(-1), init.at(-1)];
  if (spec?.restartPolicy === "Always" && last?.state.running !== undefined && last.started === true)
    return true;
  return last?.state.terminated?.exitCode === 0 || last?.lastState.terminated?.exitCode === 0;
}

function ended(status: ContainerStatus): ContainerStatus {
  if (status.state.terminated !== undefined) return status;
  const terminated = {
    exitCode: 137,
    reason: "ContainerStatusUnknown",
    message: "The container could not be located when the pod was terminated",
    startedAt: null,
    finishedAt: null,
  };
  return { ...status, state: { terminated } };
}
