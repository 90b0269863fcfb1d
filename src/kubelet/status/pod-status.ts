/**
 * The whole status of a pod, as a pure function of its spec, what the runtime has, what the probes found and
 * the status published before. Invariants: restart counts and terminal phases never go back; the conditions
 * and fields of other writers stay.
 */
import { type Pod, type PodStatus, rfc3339 } from "#api";
import {
  ephemeralContainersOf,
  initContainersOf,
  mainContainersOf,
  type PodContainer,
} from "../pod/containers.ts";
import { type PodObservation, readySandbox } from "../pod/observation.ts";
import type { PodResources, ResizeState } from "../pod/resize.ts";
import type { ProbeResults } from "../probe/results.ts";
import { conditionsOf } from "./conditions.ts";
import { containerStatus, type StartTrouble } from "./container-status.ts";
import { mayRun, type Phase, phaseOf } from "./phase.ts";
import { qosClassOf } from "./qos.ts";
import { foreignPart } from "./status-manager.ts";
import { accountedFor } from "./unaccounted.ts";

/** Why a pod ended before its containers did: rejected by the node, past its deadline, evicted. */
export interface Verdict {
  readonly reason: string;
  readonly message: string;
  /** The node's need ended it: the words of its condition DisruptionTarget. */
  readonly disruption?: string;
  /** The node lacks room for it. */
  readonly lacksRoom?: boolean;
}

/** What a status follows from. */
export interface PodStatusInput {
  readonly pod: Pod;
  /** The status to go on from: the last one published, or the object's. */
  readonly before: PodStatus;
  readonly observed: PodObservation;
  readonly resize: ResizeState;
  readonly resources: Pick<PodResources, "changeOf">;
  readonly probes: ProbeResults;
  readonly troubles: ReadonlyMap<string, StartTrouble>;
  readonly verdict: Verdict | undefined;
  /** The verdict is the node's refusal: the pod never began here. */
  readonly refused: boolean;
  /** Nothing runs and nothing will. */
  readonly terminal: boolean;
  readonly hostIPs: readonly string[];
  readonly runtimeName: string;
  readonly now: number;
}

/** Never fails; equal input, equal status. */
export function podStatus(input: PodStatusInput): PodStatus {
  const { pod, before, verdict, hostIPs } = input;
  if (verdict !== undefined && input.refused) return rejected(input, verdict);
  const list = (containers: readonly PodContainer[]): PodStatus["containerStatuses"] =>
    containers.map((one) => statusOf(one, input));
  const found = { init: list(initContainersOf(pod)) ?? [], main: list(mainContainersOf(pod)) ?? [] };
  const ephemeral = list(ephemeralContainersOf(pod)) ?? [];
  const draft: PodStatus = { initContainerStatuses: found.init, containerStatuses: found.main };
  const phase = settle(input, phaseOf(pod, [...found.init, ...found.main], input.terminal), draft);
  const { init, main } = input.terminal ? accountedFor(pod, found.init, found.main) : found;
  const sandbox = readySandbox(input.observed);
  const ips =
    pod.spec.hostNetwork === true
      ? input.observed.sandboxes.length > 0
        ? hostIPs
        : []
      : (sandbox?.ips ?? knownIPs(before));
  const sandboxReady = sandbox !== undefined && (sandbox.hostNetwork || sandbox.ips.length > 0);
  const statuses = [...init, ...main];
  return {
    ...foreignPart(before),
    ...generationOf(pod),
    phase,
    conditions: conditionsOf({
      pod,
      phase,
      statuses,
      sandboxReady,
      before: before.conditions ?? [],
      disruption: verdict?.disruption,
      resize: input.resize,
      now: input.now,
    }),
    ...(verdict === undefined ? kept(before) : { reason: verdict.reason, message: verdict.message }),
    ...addresses(hostIPs, ips),
    startTime: before.startTime ?? rfc3339(input.now),
    ...(init.length === 0 ? {} : { initContainerStatuses: init }),
    containerStatuses: main,
    ...(ephemeral.length === 0 ? {} : { ephemeralContainerStatuses: ephemeral }),
    qosClass: before.qosClass ?? qosClassOf(pod),
  };
}

/** A pod that the node refused: it has no containers, only the reason. */
function rejected({ pod, before, now }: PodStatusInput, verdict: Verdict): PodStatus {
  return {
    ...foreignPart(before),
    ...(before.conditions === undefined ? {} : { conditions: before.conditions }),
    ...generationOf(pod),
    phase: "Failed",
    reason: verdict.reason,
    message: `Pod was rejected: ${verdict.message}`,
    startTime: before.startTime ?? rfc3339(now),
    qosClass: before.qosClass ?? qosClassOf(pod),
  };
}

function statusOf(container: PodContainer, input: PodStatusInput): ReturnType<typeof containerStatus> {
  const { pod, before } = input;
  const known = [before.initContainerStatuses, before.containerStatuses, before.ephemeralContainerStatuses];
  return containerStatus(container, {
    pod,
    observed: input.observed,
    hasItsResources: (now) => input.resources.changeOf(pod, container, now) === "none",
    probes: input.probes,
    troubles: input.troubles,
    before: known.flatMap((list) => list ?? []).find((one) => one.name === container.spec.name),
    waitingReason: (pod.spec.initContainers ?? []).length > 0 ? "PodInitializing" : "ContainerCreating",
    runtimeName: input.runtimeName,
  });
}

/** A phase is final once it is Succeeded or Failed, and becomes so only when nothing runs any more. */
function settle(input: PodStatusInput, computed: Phase, draft: PodStatus): Phase {
  const old = input.before.phase as Phase | undefined;
  if (old === "Failed" || old === "Succeeded") return old;
  const over = input.verdict !== undefined ? "Failed" : computed;
  if (over !== "Failed" && over !== "Succeeded") return input.terminal ? "Failed" : over;
  if (input.terminal || !mayRun(draft)) return over;
  return old === "Running" || old === "Pending" ? old : "Running";
}

function kept({ reason, message }: PodStatus): PodStatus {
  return { ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }) };
}

function generationOf(pod: Pod): PodStatus {
  const generation = pod.metadata.generation;
  return generation === undefined || generation === 0 ? {} : { observedGeneration: generation };
}

function knownIPs(before: PodStatus): readonly string[] {
  return (before.podIPs ?? []).map(({ ip }) => ip);
}

function addresses(hostIPs: readonly string[], ips: readonly string[]): PodStatus {
  const host = hostIPs[0];
  const first = ips[0];
  return {
    ...(host === undefined ? {} : { hostIP: host, hostIPs: hostIPs.map((ip) => ({ ip })) }),
    ...(first === undefined ? {} : { podIP: first, podIPs: ips.map((ip) => ({ ip })) }),
  };
}
