/**
 * Tells the user why a pod waits: the pod's `PodScheduled` condition, and the text that counts reasons over nodes:
 *
 *   0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu.
 */
import { isStatus, type Pod, rfc3339 } from "#api";
import { type Env, isAbort, messageOf } from "#base";
import { isUnreachable, type ResourceClient } from "#client";
import type { Unschedulable } from "./schedule.ts";

/** The sentence of an unschedulable verdict; reasons in the order of their text, as upstream. */
export function explain(verdict: Unschedulable): string {
  const head = `0/${verdict.totalNodes} nodes are available`;
  if (verdict.totalNodes === 0) return "no nodes available to schedule pods";
  const parts = [...verdict.reasons].map(([reason, count]) => `${count} ${reason}`).sort();
  return parts.length === 0 ? `${head}.` : `${head}: ${parts.join(", ")}.`;
}

export class Verdicts {
  readonly #env: Env;
  readonly #pods: ResourceClient<Pod>;

  constructor(env: Env, pods: ResourceClient<Pod>) {
    this.#env = env;
    this.#pods = pods;
  }

  /** Writes the condition in the background when it says something new. */
  tell(pod: Pod, reason: string, message: string): void {
    const before = (pod.status.conditions ?? []).find((one) => one.type === "PodScheduled");
    if (before?.status === "False" && before.reason === reason && before.message === message) return;
    const flipped = before?.status !== "False";
    const condition = {
      type: "PodScheduled",
      status: "False",
      observedGeneration: pod.metadata.generation,
      reason,
      message,
      lastProbeTime: null,
      lastTransitionTime: flipped ? rfc3339(this.#env.clock.now()) : before.lastTransitionTime,
    };
    const patch = { metadata: { uid: pod.metadata.uid }, status: { conditions: [condition] } };
    this.#env.tasks.spawn("tell verdict", async (signal) => {
      const { namespace, name = "" } = pod.metadata;
      try {
        await this.#pods.patch({ namespace, name }, "strategic", patch, signal, { subresource: "status" });
      } catch (error) {
        const expected =
          isAbort(error) ||
          isUnreachable(error) ||
          isStatus(error, "NotFound") ||
          isStatus(error, "Conflict");
        if (!expected) this.#env.log.warn("Cannot write why a pod waits", { error: messageOf(error) });
      }
    });
  }
}
