/**
 * The hooks of a container's life: postStart before it counts as started, preStop before its stop signal. A hook that
 * fails is told as an event; what the container then is, the caller decides.
 */
import type { Pod } from "#api";
import { type Env, messageOf } from "#base";
import type { EventSink } from "#client";
import type { Prober, ProbeTarget } from "../probe/prober.ts";
import { fieldPathOf, type PodContainer, podText } from "./containers.ts";
import { StartError } from "./start-error.ts";

/** A running container whose hook is due. */
export interface HookTarget {
  readonly pod: Pod;
  readonly container: PodContainer;
  readonly containerId: string;
  readonly podIP: string;
}

/** One for all pods of a node. */
export class LifecycleHooks {
  readonly #env: Env;
  readonly #prober: Prober;
  readonly #events: EventSink;

  constructor(env: Env, deps: { readonly prober: Prober; readonly events: EventSink }) {
    this.#env = env;
    this.#prober = deps.prober;
    this.#events = deps.events;
  }

  /** Rejects with `StartError` when the hook fails: the container must not stay. */
  async postStart(target: HookTarget, signal: AbortSignal): Promise<void> {
    const hook = target.container.spec.lifecycle?.postStart;
    if (hook === undefined) return;
    try {
      await this.#prober.hook(probeTarget(target), hook, signal);
    } catch (error) {
      signal.throwIfAborted();
      this.#failed(target, "FailedPostStartHook", "PostStartHook failed", error);
      throw new StartError("PostStartHookError", `rpc error: ${messageOf(error)}`, {
        cause: error,
        retryInMs: 0,
      });
    }
  }

  /** Ends with the container's grace at the latest. */
  async preStop(target: HookTarget, graceSeconds: number, signal: AbortSignal): Promise<void> {
    const hook = target.container.spec.lifecycle?.preStop;
    if (hook === undefined || graceSeconds <= 0) return;
    const over = new AbortController();
    const timer = this.#env.clock.timer(graceSeconds * 1000, () => over.abort());
    try {
      await this.#prober.hook(probeTarget(target), hook, AbortSignal.any([signal, over.signal]));
    } catch (error) {
      signal.throwIfAborted();
      // A hook that takes the whole grace is cut off, not failed.
      if (!over.signal.aborted) this.#failed(target, "FailedPreStopHook", "PreStopHook failed", error);
    } finally {
      timer.cancel();
    }
  }

  #failed({ pod, container }: HookTarget, reason: string, text: string, error: unknown): void {
    this.#env.log.info(text, { pod: podText(pod), container: container.spec.name, error: messageOf(error) });
    this.#events.record(pod, "Warning", reason, text, { fieldPath: fieldPathOf(container) });
  }
}

function probeTarget({ pod, container, containerId, podIP }: HookTarget): ProbeTarget {
  return { pod, container: container.spec, containerId, podIP };
}
