/**
 * A pod's plan in the making: what is known, and the few things that can be decided about one container, each
 * of which adds an action or a wait.
 */
import type { Pod } from "#api";
import type { ContainerStatus } from "../runtime/runtime.ts";
import type { ProbeResults } from "../probe/results.ts";
import { deadContainersKept } from "../limits.ts";
import type { BackOffTable } from "./back-off.ts";
import { containerHash } from "./config/container-hash.ts";
import { initContainersOf, mainContainersOf, type PodContainer, podText } from "./containers.ts";
import {
  forgottenRestarts,
  hashOf,
  latest,
  type PodObservation,
  resetAtMs,
  restartCountOf,
} from "./observation.ts";
import type { PodResources } from "./resize.ts";

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
  readonly leftMs: number;
  /** As in the container's waiting state; `undefined` when it waits for another try at what failed. */
  readonly message: string | undefined;
}

export interface PlanInput {
  readonly pod: Pod;
  readonly observed: PodObservation;
  readonly probes: ProbeResults;
  /** Restart waits by container name. */
  readonly backOff: Pick<BackOffTable, "leftMs" | "waitMs">;
  /** For how long a container that could not be started is not tried again, by name. */
  readonly holds: { leftMs(name: string): number };
  /** What a running container needs to have the resources that were granted. */
  readonly resources: Pick<PodResources, "changeOf">;
  readonly now: number;
}

/** One for each plan. */
export class PlanScope {
  readonly pod: Pod;
  readonly actions: PodAction[] = [];
  readonly waiting: Waiting[] = [];
  readonly #input: PlanInput;
  readonly #sandboxId: string;
  readonly #resetAtMs: number;

  constructor(input: PlanInput, sandboxId: string) {
    this.pod = input.pod;
    this.#input = input;
    this.#sandboxId = sandboxId;
    this.#resetAtMs = resetAtMs(input.pod, input.observed, input.now);
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
    return initial && status.podSandboxId !== this.#sandboxId ? undefined : status;
  }

  /** True when a main container has been created in the sandbox (since a reset): initialization is behind. */
  get initialized(): boolean {
    return mainContainersOf(this.pod).some((one) => this.current(one)?.podSandboxId === this.#sandboxId);
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
    const heldMs = holds.leftMs(name);
    if (heldMs > 0) {
      this.waiting.push({ container, leftMs: heldMs, message: undefined });
      return;
    }
    const ended = observed.containers.find((one) => one.name === name && one.state === "CONTAINER_EXITED");
    const leftMs = ended === undefined ? 0 : backOff.leftMs(name, ended.finishedAtMs, now);
    if (leftMs > 0) {
      const wait = durationText(backOff.waitMs(name));
      const message = `back-off ${wait} restarting failed container=${name} pod=${podText(this.pod)}`;
      this.waiting.push({ container, leftMs, message });
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
function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}
