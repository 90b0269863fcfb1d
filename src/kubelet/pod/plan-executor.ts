/**
 * Executes a pod's plan: its volumes first, then one action after the other with a fresh look between them. What a
 * start came to is remembered, and what a resize came to is told; an action that failed ends the plan.
 */
import type { Pod } from "#api";
import { type Env, messageOf } from "#base";
import type { EventSink } from "#client";
import { type PodVolumes, VolumeError } from "../volumes/volumes.ts";
import { usualGrace } from "./grace.ts";
import { type PodObservation, readySandbox } from "./observation.ts";
import type { PodAction } from "./plan-scope.ts";
import type { PodResources } from "./resize.ts";
import { StartError } from "./start-error.ts";
import type { StartMemory } from "./start-memory.ts";
import type { PodSteps } from "./steps.ts";

/** What the plan is executed by. */
export interface PlanExecutorDeps {
  readonly steps: PodSteps;
  readonly volumes: Pick<PodVolumes, "setUp">;
  readonly events: EventSink;
  readonly starts: StartMemory;
  readonly resources: PodResources;
  /** The pod as it is now. */
  pod(): Pod;
  /** What the runtime has now, shown in the status. */
  look(signal: AbortSignal): Promise<PodObservation>;
}

/** One per pod. */
export class PlanExecutor {
  readonly #env: Env;
  readonly #deps: PlanExecutorDeps;

  constructor(env: Env, deps: PlanExecutorDeps) {
    this.#env = env;
    this.#deps = deps;
  }

  /** Ends early after a start that those behind it needed. */
  async execute(actions: readonly PodAction[], observed: PodObservation, signal: AbortSignal): Promise<void> {
    const volumes = await this.#setUpVolumes(signal);
    let current = observed;
    for (const [index, action] of actions.entries()) {
      // The first begins with what was seen, and the next round looks after the last.
      if (index > 0) current = await this.#deps.look(signal);
      if (!(await this.#act(action, current, volumes, signal))) break;
    }
  }

  async #setUpVolumes(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const { volumes, events, pod } = this.#deps;
    try {
      return await volumes.setUp(pod(), signal);
    } catch (error) {
      if (error instanceof VolumeError) {
        const reason = error.code === "attach" ? "FailedAttachVolume" : "FailedMount";
        events.record(pod(), "Warning", reason, error.message);
      }
      throw error;
    }
  }

  /** Executes one action; false when those after it must not follow. */
  async #act(
    action: PodAction,
    observed: PodObservation,
    volumes: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { steps } = this.#deps;
    const pod = this.#granted();
    switch (action.kind) {
      case "resize":
        await this.#resize(pod, action, signal);
        return true;
      case "stop-sandbox":
        await steps.stopPod(pod, observed, usualGrace(pod), signal);
        return true;
      case "create-sandbox":
        await steps.createSandbox(pod, action.attempt, action.replaces, signal);
        return true;
      case "remove":
        await steps.remove(action.id, signal);
        return true;
      case "remove-sandbox":
        await steps.removeSandbox(action.id, signal);
        return true;
      case "kill": {
        const { container, id, message, reason } = action;
        const probe =
          reason === "liveness"
            ? container.spec.livenessProbe
            : reason === "startup"
              ? container.spec.startupProbe
              : undefined;
        const graceSeconds = probe?.terminationGracePeriodSeconds ?? usualGrace(pod);
        const podIP = readySandbox(observed)?.ips[0] ?? "";
        await steps.kill(
          { pod, container, id, name: container.spec.name, graceSeconds, message, podIP },
          signal,
        );
        return true;
      }
      case "start":
        return this.#start(action, observed, volumes, signal);
    }
  }

  #granted(): Pod {
    return this.#deps.resources.granted(this.#deps.pod());
  }

  async #resize(
    pod: Pod,
    { container, id }: Extract<PodAction, { kind: "resize" }>,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.#deps.steps.resize(pod, container, id, signal);
    } catch (error) {
      signal.throwIfAborted();
      this.#deps.resources.failed(pod, messageOf(error));
      throw error;
    }
    this.#deps.resources.applied(pod, container, id);
  }

  async #start(
    action: Extract<PodAction, { kind: "start" }>,
    observed: PodObservation,
    volumes: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { container, attempt, previous } = action;
    const name = container.spec.name;
    const { starts, steps } = this.#deps;
    starts.begins(name, previous, this.#env.clock.now());
    try {
      await steps.start({ pod: this.#granted(), observed, container, attempt, volumes }, signal);
      starts.started(name);
      return true;
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      starts.failed(name, error);
      return container.role !== "init";
    }
  }
}
