/**
 * `planPod`: what to do next for a pod that shall run, as a pure function of its spec, what the runtime has,
 * what the probes found and the time. The worker executes the actions in order, looks again and plans again,
 * until there is nothing to do; so a kubelet that starts over a running pod plans nothing.
 *
 *   no ready sandbox  -> create one (the old one's containers are stopped first)
 *   init containers   -> one after the other; sidecars stay (`plan-init.ts`)
 *   main containers   -> start, restart after back-off, or kill (changed, unhealthy)
 *   nothing will run  -> the pod is finished
 */
import type { Pod } from "#api";
import type { ContainerStatus } from "../runtime/runtime.ts";
import type { ProbeResults } from "../probe/results.ts";
import { deadContainersKept } from "../limits.ts";
import type { BackOffTable } from "./back-off.ts";
import { containerHash } from "./container-hash.ts";
import {
  ephemeralContainersOf,
  initContainersOf,
  mainContainersOf,
  type PodContainer,
  podText,
} from "./containers.ts";
import {
  forgottenRestarts,
  hashOf,
  latest,
  type PodObservation,
  readySandbox,
  resetAtMs,
  restartCountOf,
} from "./observation.ts";
import { planInit } from "./plan-init.ts";
import type { PodResources } from "./resize.ts";
import { afterExit } from "./restart.ts";

export type KillReason = "changed" | "resize" | "liveness" | "startup" | "unknown" | "restart-all" | "pod";

export type PodAction =
  | { readonly kind: "create-sandbox"; readonly attempt: number; readonly replaces: string | undefined }
  /** Ends everything that runs in old sandboxes, before a new one. */
  | { readonly kind: "stop-sandbox" }
  | {
      readonly kind: "start";
      readonly container: PodContainer;
      readonly attempt: number;
      readonly previous: ContainerStatus | undefined;
    }
  | {
      readonly kind: "kill";
      readonly container: PodContainer;
      readonly id: string;
      readonly reason: KillReason;
      readonly message: string;
    }
  | { readonly kind: "resize"; readonly container: PodContainer; readonly id: string }
  | { readonly kind: "remove" | "remove-sandbox"; readonly id: string };

/** A container that would start but for its back-off. */
export interface Waiting {
  readonly container: PodContainer;
  readonly untilMs: number;
  /** As in the container's waiting state; `undefined` when it waits for another try at what failed. */
  readonly message: string | undefined;
}

export interface PodPlan {
  readonly actions: readonly PodAction[];
  readonly waiting: readonly Waiting[];
  /** Every container has ended for good: the pod's sandbox can go, its phase is final. */
  readonly finished: boolean;
}

export interface PlanInput {
  readonly pod: Pod;
  readonly observed: PodObservation;
  readonly probes: ProbeResults;
  /** Restart waits by container name. */
  readonly backOff: Pick<BackOffTable, "dueMs" | "waitMs">;
  /** Containers that could not be started, by name: not tried again before. */
  readonly holds: ReadonlyMap<string, number>;
  /** What a running container needs to have the resources that were granted. */
  readonly resources: Pick<PodResources, "changeOf">;
  readonly now: number;
}

const finished: PodPlan = { actions: [], waiting: [], finished: true };

export function planPod(input: PlanInput): PodPlan {
  const sandbox = readySandbox(input.observed);
  if (sandbox === undefined || (sandbox.ips.length === 0 && !sandbox.hostNetwork)) return planSandbox(input);
  const scope = new PlanScope(input, sandbox.createdAtMs);
  for (const container of ephemeralContainersOf(input.pod)) {
    if (latest(input.observed, container.spec.name) === undefined) scope.start(container);
  }
  const initialization = planInit(scope);
  if (initialization === "failed") return finished;
  if (initialization === "done") {
    const stays = mainContainersOf(input.pod).map((container) => planMain(scope, container));
    if (!stays.includes(true)) return finished;
  }
  scope.prune();
  return { actions: scope.actions, waiting: scope.waiting, finished: false };
}

/** A new sandbox, unless all containers have ended for good. */
function planSandbox(input: PlanInput): PodPlan {
  const { pod, observed } = input;
  const newest = observed.sandboxes[0];
  if (
    newest !== undefined &&
    observed.containers.length > 0 &&
    !mainContainersOf(pod).some((one) => startsAgain(input, one))
  ) {
    return finished;
  }
  const attempt = newest === undefined ? 0 : newest.attempt + 1;
  const actions: PodAction[] = newest === undefined ? [] : [{ kind: "stop-sandbox" }];
  actions.push({ kind: "create-sandbox", attempt, replaces: newest?.id });
  return { actions, waiting: [], finished: false };
}

/**
 * Whether a container that lost its sandbox runs again in the next one. What never ran does, unless the pod
 * failed before it.
 */
function startsAgain(input: PlanInput, container: PodContainer): boolean {
  const status = latest(input.observed, container.spec.name);
  if (status === undefined) {
    return !initContainersOf(input.pod).some((init) => {
      const ended = latest(input.observed, init.spec.name);
      return (
        ended?.state === "CONTAINER_EXITED" &&
        init.role === "init" &&
        ended.exitCode !== 0 &&
        afterExit(input.pod, init, ended.exitCode) === "no"
      );
    });
  }
  return status.state !== "CONTAINER_EXITED" || afterExit(input.pod, container, status.exitCode) !== "no";
}

/** Plans one main container; true when it runs, or will. */
function planMain(scope: PlanScope, container: PodContainer): boolean {
  const status = scope.current(container);
  if (status === undefined || status.state === "CONTAINER_CREATED") {
    scope.start(container);
    return true;
  }
  if (status.state === "CONTAINER_RUNNING") return scope.keepRunning(container, status);
  if (status.state === "CONTAINER_UNKNOWN") {
    scope.kill(
      container,
      status,
      "unknown",
      'Container is in "unknown" state, try killing it before restart',
    );
    scope.start(container);
    return true;
  }
  if (afterExit(scope.pod, container, status.exitCode) === "no") return false;
  scope.start(container);
  return true;
}

/** The plan in the making: what is known, and the few things that can be decided about one container. */
export class PlanScope {
  readonly pod: Pod;
  readonly actions: PodAction[] = [];
  readonly waiting: Waiting[] = [];
  readonly #input: PlanInput;
  readonly #sandboxCreatedAtMs: number;
  readonly #resetAtMs: number;

  constructor(input: PlanInput, sandboxCreatedAtMs: number) {
    this.pod = input.pod;
    this.#input = input;
    this.#sandboxCreatedAtMs = sandboxCreatedAtMs;
    this.#resetAtMs = resetAtMs(input.pod, input.observed);
    this.#killReset();
  }

  /**
   * The newest instance that counts: for init containers that of this sandbox, for all one younger than a
   * reset.
   */
  current(container: PodContainer): ContainerStatus | undefined {
    const status = latest(this.#input.observed, container.spec.name);
    if (status === undefined || status.createdAtMs <= this.#resetAtMs) return undefined;
    const initial = container.role === "init" || container.role === "sidecar";
    return initial && status.createdAtMs < this.#sandboxCreatedAtMs ? undefined : status;
  }

  /** True when a main container has been created since the sandbox (or a reset): initialization is behind. */
  get initialized(): boolean {
    const since = Math.max(this.#sandboxCreatedAtMs, this.#resetAtMs + 1);
    return mainContainersOf(this.pod).some((one) => (this.current(one)?.createdAtMs ?? -1) >= since);
  }

  /**
   * Whether the startup probe lets the next container begin; containers without one are started when they
   * run.
   */
  started(container: PodContainer, status: ContainerStatus): boolean {
    return container.spec.startupProbe === undefined || this.#input.probes.startup(status.id) === "success";
  }

  /** Starts it now, or says until when it waits. */
  start(container: PodContainer): void {
    const { observed, backOff, holds, now } = this.#input;
    const name = container.spec.name;
    const hold = holds.get(name) ?? 0;
    if (hold > now) {
      this.waiting.push({ container, untilMs: hold, message: undefined });
      return;
    }
    const ended = observed.containers.find((one) => one.name === name && one.state === "CONTAINER_EXITED");
    const due = ended === undefined ? undefined : backOff.dueMs(name, ended.finishedAtMs, now);
    if (due !== undefined) {
      const wait = durationText(backOff.waitMs(name));
      const message = `back-off ${wait} restarting failed container=${name} pod=${podText(this.pod)}`;
      this.waiting.push({ container, untilMs: due, message });
      return;
    }
    const newest = latest(observed, name);
    const attempt = newest === undefined ? forgottenRestarts(this.pod, name) : restartCountOf(newest) + 1;
    this.actions.push({ kind: "start", container, attempt, previous: ended });
  }

  kill(container: PodContainer, status: ContainerStatus, reason: KillReason, message: string): void {
    this.actions.push({ kind: "kill", container, id: status.id, reason, message });
  }

  /**
   * Kills a running container that changed or is unwell, and starts it again if it may; true when it runs,
   * or will.
   */
  keepRunning(container: PodContainer, status: ContainerStatus): boolean {
    const name = container.spec.name;
    const prefix = container.role === "main" ? "Container" : "Init container";
    const changed = hashOf(status) !== containerHash(container.spec);
    const resources = this.#input.resources.changeOf(this.pod, container, status);
    const reason = changed
      ? "changed"
      : this.#input.probes.liveness(status.id) === "failure"
        ? "liveness"
        : this.#input.probes.startup(status.id) === "failure"
          ? "startup"
          : resources === "restart"
            ? "resize"
            : undefined;
    if (reason === undefined) {
      if (resources === "update") this.actions.push({ kind: "resize", container, id: status.id });
      return true;
    }
    if (reason === "resize") {
      this.kill(container, status, reason, `Container ${name} resize requires restart`);
      this.start(container);
      return true;
    }
    const restarts = changed || (container.spec.restartPolicy ?? this.pod.spec.restartPolicy) !== "Never";
    const what = changed
      ? `Container ${name} definition changed`
      : `${prefix} ${name} failed ${reason} probe`;
    this.kill(container, status, reason, restarts ? `${what}, will be restarted` : what);
    if (restarts) this.start(container);
    return restarts;
  }

  /**
   * Removes sandboxes that were replaced and hold nothing any more, old instances beyond those kept for
   * `lastState`, and what was made but never started.
   */
  prune(): void {
    const { sandboxes, containers } = this.#input.observed;
    const held = new Set(containers.map((one) => one.podSandboxId));
    for (const { id } of sandboxes.slice(1))
      if (!held.has(id)) this.actions.push({ kind: "remove-sandbox", id });
    const kept = new Map<string, number>();
    for (const status of this.#input.observed.containers) {
      if (status.state === "CONTAINER_RUNNING" || latest(this.#input.observed, status.name) === status)
        continue;
      const count = kept.get(status.name) ?? 0;
      kept.set(status.name, count + 1);
      const dead = status.state === "CONTAINER_EXITED" && count < deadContainersKept;
      if (!dead) this.actions.push({ kind: "remove", id: status.id });
    }
  }

  #killReset(): void {
    if (this.#resetAtMs === 0) return;
    for (const container of [...initContainersOf(this.pod), ...mainContainersOf(this.pod)]) {
      const status = latest(this.#input.observed, container.spec.name);
      if (status?.state !== "CONTAINER_RUNNING" || status.createdAtMs > this.#resetAtMs) continue;
      this.kill(
        container,
        status,
        "restart-all",
        `Stopping container ${container.spec.name} to restart all containers`,
      );
    }
  }
}

/** As Go prints a duration of whole seconds: `10s`, `1m20s`, `5m0s`. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}
