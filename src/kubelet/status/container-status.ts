/**
 * The API's status of one container from what the runtime has of it: the newest instance is `state`, the one
 * before is `lastState`; a container that should run but cannot be started is waiting, with the reason. One that will not
 * be started again shows how it ended.
 */
import { type ContainerState, type ContainerStatus, type core, type Pod, rfc3339 } from "#api";
import type { PodContainer } from "../pod/containers.ts";
import { latest, type PodObservation, previous, restartCountOf } from "../pod/observation.ts";
import { afterExit } from "../pod/restart.ts";
import type { ProbeResults } from "../probe/results.ts";
import type { ContainerStatus as RuntimeStatus } from "../runtime/runtime.ts";

/** Why a container that should run does not, as its waiting state shows it. */
export interface StartTrouble {
  readonly reason: string;
  readonly message: string;
}

/** What a container's status follows from. */
export interface ContainerStatusInput {
  readonly pod: Pod;
  readonly observed: PodObservation;
  /** Whether a running instance has what its spec says. */
  hasItsResources(now: RuntimeStatus): boolean;
  readonly probes: ProbeResults;
  readonly troubles: ReadonlyMap<string, StartTrouble>;
  /** The status published before, for what the runtime has forgotten. */
  readonly before: ContainerStatus | undefined;
  /** `PodInitializing` or `ContainerCreating`. */
  readonly waitingReason: string;
  /** `containerd`, the scheme of container ids. */
  readonly runtimeName: string;
}

/** Never fails: what is not known is waiting. */
export function containerStatus(container: PodContainer, input: ContainerStatusInput): ContainerStatus {
  const { spec } = container;
  const now = latest(input.observed, spec.name);
  if (now === undefined) return absentStatus(container, input);
  const last = previous(input.observed, spec.name);
  let state = stateOf(now, input);
  let lastState = last === undefined ? {} : stateOf(last, input);
  const trouble = input.troubles.get(spec.name);
  if (trouble !== undefined && state.running === undefined && !hasEnded(container, now, input.pod)) {
    if (state.terminated !== undefined) lastState = state;
    state = { waiting: { ...trouble } };
  }
  const started = isStarted(container, now, input.probes);
  return {
    name: spec.name,
    state,
    lastState,
    ready: isReady(container, now, state, started, input.probes),
    restartCount: restartCountOf(now),
    image: now.image,
    imageID: now.imageRef,
    containerID: idText(now, input),
    ...(container.role === "ephemeral" ? {} : { started }),
    ...resourcesOf(container, now, input),
    ...volumeMountsOf(container, now.recursiveReadOnly),
    ...userOf(now),
  };
}

/** For good. */
function hasEnded(container: PodContainer, { state, exitCode }: RuntimeStatus, pod: Pod): boolean {
  if (state !== "CONTAINER_EXITED") return false;
  return pod.metadata.deletionTimestamp !== undefined || afterExit(pod, container, exitCode) === "no";
}

/** True when the runtime runs it and its startup probe, if any, has succeeded. */
function isStarted(container: PodContainer, now: RuntimeStatus, probes: ProbeResults): boolean {
  if (now.state !== "CONTAINER_RUNNING") return false;
  return container.spec.startupProbe === undefined || probes.startup(now.id) === "success";
}

function isReady(
  container: PodContainer,
  now: RuntimeStatus,
  state: ContainerState,
  started: boolean,
  probes: ProbeResults,
): boolean {
  if (container.role === "init") return state.terminated?.exitCode === 0;
  if (now.state !== "CONTAINER_RUNNING" || !started || container.role === "ephemeral") return false;
  return container.spec.readinessProbe === undefined || probes.readiness(now.id) === "success";
}

function stateOf(status: RuntimeStatus, input: ContainerStatusInput): ContainerState {
  switch (status.state) {
    case "CONTAINER_CREATED":
      return { waiting: { reason: input.waitingReason } };
    case "CONTAINER_RUNNING":
      return { running: { startedAt: rfc3339(status.startedAtMs) } };
    case "CONTAINER_EXITED":
    case "CONTAINER_UNKNOWN":
      return { terminated: terminated(status, input) };
  }
}

function terminated(status: RuntimeStatus, input: ContainerStatusInput): core.ContainerStateTerminated {
  const unknown = status.state === "CONTAINER_UNKNOWN";
  return {
    exitCode: unknown ? 137 : status.exitCode,
    reason: unknown ? "ContainerStatusUnknown" : status.reason,
    ...(status.message === "" ? {} : { message: status.message }),
    startedAt: rfc3339(status.startedAtMs),
    finishedAt: rfc3339(status.finishedAtMs),
    containerID: idText(status, input),
  };
}

/** A container that the runtime does not have: not made yet, or lost. */
function absentStatus(container: PodContainer, input: ContainerStatusInput): ContainerStatus {
  const { before } = input;
  const { name, image = "" } = container.spec;
  const waiting = input.troubles.get(name) ?? { reason: input.waitingReason };
  const fresh: ContainerStatus = {
    name,
    state: { waiting: { ...waiting } },
    lastState: {},
    ready: false,
    restartCount: 0,
    image,
    imageID: "",
    ...(container.role === "ephemeral" ? {} : { started: false }),
    ...volumeMountsOf(container, []),
  };
  if (before?.state.terminated !== undefined)
    return { ...before, ready: container.role === "init" && before.ready };
  if (before?.state.running === undefined)
    return { ...fresh, restartCount: before?.restartCount ?? 0, lastState: before?.lastState ?? {} };
  const lost: core.ContainerStateTerminated = {
    exitCode: 137,
    reason: "ContainerStatusUnknown",
    message: "The container could not be located when the pod was deleted.  The container used to be Running",
    startedAt: null,
    finishedAt: null,
  };
  return { ...fresh, lastState: { terminated: lost }, restartCount: before.restartCount + 1 };
}

function idText(status: RuntimeStatus, input: ContainerStatusInput): string {
  return `${input.runtimeName}://${status.id}`;
}

function resourcesOf(
  container: PodContainer,
  now: RuntimeStatus,
  input: ContainerStatusInput,
): Partial<ContainerStatus> {
  if (now.state !== "CONTAINER_RUNNING" || container.role === "ephemeral") return {};
  const granted = container.spec.resources;
  const resources = input.hasItsResources(now) ? granted : (input.before?.resources ?? granted);
  const requests = granted.requests;
  return { ...(requests === undefined ? {} : { allocatedResources: requests }), resources };
}

function userOf({ user }: RuntimeStatus): Partial<ContainerStatus> {
  if (user === undefined) return {};
  return { user: { linux: { ...user, supplementalGroups: [...user.supplementalGroups] } } };
}

/** `recursive`: where mounts are read-only with all that is below. */
function volumeMountsOf(container: PodContainer, recursive: readonly string[]): Partial<ContainerStatus> {
  const mounts = container.spec.volumeMounts ?? [];
  if (mounts.length === 0) return {};
  return {
    volumeMounts: mounts.map(({ name, mountPath, readOnly }) => {
      if (readOnly !== true) return { name, mountPath };
      const recursiveReadOnly = recursive.includes(mountPath) ? "Enabled" : "Disabled";
      return { name, mountPath, readOnly, recursiveReadOnly };
    }),
  };
}
