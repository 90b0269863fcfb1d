/**
 * The kubelet's conditions of a pod: PodReadyToStartContainers, Initialized, ContainersReady, Ready (with
 * readiness gates). Conditions of others (PodScheduled, gates, disruption) are kept as they are. A
 * condition's `lastTransitionTime` moves only when its status does.
 */
import { type ContainerStatus, type Pod, type PodCondition, rfc3339 } from "#api";
import { containersOf, initContainersOf } from "../pod/containers.ts";
import { resizeConditions, type ResizeState } from "../pod/resize.ts";
import type { Phase } from "./phase.ts";

/** What the conditions follow from. */
export interface ConditionsInput {
  readonly pod: Pod;
  readonly phase: Phase;
  readonly statuses: readonly ContainerStatus[];
  /** The sandbox is ready and has its network. */
  readonly sandboxReady: boolean;
  readonly before: readonly PodCondition[];
  /** Why the node had to end the pod, if it had. */
  readonly disruption: string | undefined;
  readonly resize: ResizeState;
  readonly now: number;
}

interface Verdict {
  readonly status: "True" | "False";
  readonly reason?: string;
  readonly message?: string;
}

/** Conditions that go when they hold no more. */
export const resizeTypes = ["PodResizePending", "PodResizeInProgress"];

const holds: Verdict = { status: "True" };
const own = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];

/** The kubelet's conditions first, then those of others. */
export function conditionsOf(input: ConditionsInput): PodCondition[] {
  const containersReady = readiness(input);
  const verdicts: Readonly<Record<string, Verdict>> = {
    PodReadyToStartContainers: input.sandboxReady ? holds : { status: "False" },
    Initialized: initialized(input),
    Ready: gated(input, containersReady),
    ContainersReady: containersReady,
    // Also for a pod that its author bound.
    PodScheduled: holds,
  };
  const ours = own.map((type) => condition(input, type, verdicts[type] ?? holds));
  if (input.disruption !== undefined) {
    const target = { ...holds, reason: "TerminationByKubelet", message: input.disruption };
    ours.push(condition(input, "DisruptionTarget", target));
  }
  for (const { type, reason, message } of resizeConditions(input.resize)) {
    const words = {
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
    };
    ours.push(condition(input, type, { ...holds, ...words }));
  }
  const types = new Set([...ours.map((one) => one.type), ...resizeTypes]);
  return [...ours, ...input.before.filter((one) => !types.has(one.type))];
}

function condition({ pod, before, now }: ConditionsInput, type: string, verdict: Verdict): PodCondition {
  const old = before.find((one) => one.type === type);
  const kept = old?.status === verdict.status ? old.lastTransitionTime : undefined;
  const generation = pod.metadata.generation;
  return {
    type,
    ...(generation === undefined || generation === 0 ? {} : { observedGeneration: generation }),
    status: verdict.status,
    lastProbeTime: null,
    lastTransitionTime: kept ?? rfc3339(now),
    ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
    ...(verdict.message === undefined ? {} : { message: verdict.message }),
  };
}

function initialized({ pod, phase, statuses }: ConditionsInput): Verdict {
  const byName = new Map(statuses.map((one) => [one.name, one]));
  const incomplete = initContainersOf(pod)
    .filter(({ spec, role }) => {
      const status = byName.get(spec.name);
      return role === "sidecar" ? status?.started !== true : status?.ready !== true;
    })
    .map(({ spec }) => spec.name);
  if (phase === "Succeeded") return { ...holds, reason: "PodCompleted" };
  // Sidecars that stop again do not undo the initialization.
  const past = statuses.some(
    (one) => byMain(pod, one.name) && (one.state.running !== undefined || one.state.terminated !== undefined),
  );
  if (incomplete.length === 0 || past) return holds;
  return {
    status: "False",
    reason: "ContainersNotInitialized",
    message: `containers with incomplete status: [${incomplete.join(" ")}]`,
  };
}

function byMain(pod: Pod, name: string): boolean {
  return pod.spec.containers.some((one) => one.name === name);
}

function readiness({ pod, phase, statuses }: ConditionsInput): Verdict {
  if (phase === "Succeeded") return { status: "False", reason: "PodCompleted" };
  if (phase === "Failed") return { status: "False", reason: "PodFailed" };
  const ready = new Set(statuses.filter((one) => one.ready).map((one) => one.name));
  const unready = containersOf(pod)
    .filter(({ role, spec }) => (role === "main" || role === "sidecar") && !ready.has(spec.name))
    .map(({ spec }) => spec.name);
  if (unready.length === 0) return holds;
  const message = `containers with unready status: [${unready.join(" ")}]`;
  return { status: "False", reason: "ContainersNotReady", message };
}

function gated({ pod, before }: ConditionsInput, containersReady: Verdict): Verdict {
  if (containersReady.status === "False") return containersReady;
  const messages: string[] = [];
  for (const { conditionType } of pod.spec.readinessGates ?? []) {
    const found = before.find((one) => one.type === conditionType);
    if (found === undefined) {
      messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    } else if (found.status !== "True") {
      messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${found.status}`);
    }
  }
  if (messages.length === 0) return holds;
  return { status: "False", reason: "ReadinessGatesNotReady", message: messages.join(", ") };
}
