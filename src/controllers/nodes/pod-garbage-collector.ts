/**
 * Removes pods that no kubelet will: ended ones beyond a threshold, those of nodes that are gone (after 40 s and a
 * question to the server), deleted ones that never had a node, and deleted ones of nodes out of service.
 */
import { isStatus, nodes, type Pod, pods, rfc3339 } from "#api";
import type { Env } from "#base";
import { keyOf } from "#client";
import type { Controller, ControllerDefinition, ControllerDeps, Turn } from "../controller.ts";
import { ignoreNotFound } from "../not-found.ts";
import { isEnded } from "../workloads/pod-state.ts";
import { indexForSweeps, type Swept, sweepOf } from "./pod-sweep.ts";

const SWEEP = "sweep";
const PERIOD_MS = 20_000;
const QUARANTINE_MS = 40_000;

class PodGarbageCollector implements Controller {
  readonly #env: Env;
  readonly #deps: ControllerDeps;
  readonly #informers: Swept;
  /** Since when each missing node was missed, on the monotonic clock. */
  readonly #missedSinceMs = new Map<string, number>();

  constructor(env: Env, deps: ControllerDeps) {
    this.#env = env;
    this.#deps = deps;
    this.#informers = { pods: deps.informers.of(pods), nodes: deps.informers.of(nodes) };
    indexForSweeps(this.#informers);
    deps.queue.add(SWEEP);
  }

  async reconcile(_key: string, turn: Turn): Promise<void> {
    turn.again(PERIOD_MS);
    const sweep = sweepOf(this.#informers, this.#deps.options.terminatedPodGcThreshold);
    const gone = await this.#goneNodes(sweep.orphaned, turn);
    for (const pod of sweep.orphaned) {
      if (gone.has(pod.spec.nodeName ?? "")) await this.#remove(pod, "PodGC: node no longer exists", turn);
    }
    for (const pod of sweep.outOfService) await this.#remove(pod, "PodGC: node out of service", turn);
    for (const pod of [...sweep.ended, ...sweep.unscheduled]) await this.#remove(pod, undefined, turn);
  }

  /** The names that have been missing for the quarantine and that the server does not know either. */
  async #goneNodes(orphaned: readonly Pod[], turn: Turn): Promise<ReadonlySet<string>> {
    const missing = new Set(orphaned.map((pod) => pod.spec.nodeName ?? ""));
    for (const name of this.#missedSinceMs.keys()) if (!missing.has(name)) this.#missedSinceMs.delete(name);
    const now = this.#env.clock.monotonic();
    const gone = new Set<string>();
    for (const name of missing) {
      const since = this.#missedSinceMs.get(name) ?? now;
      this.#missedSinceMs.set(name, since);
      if (now - since < QUARANTINE_MS) continue;
      const found = await turn.client.of(nodes).get({ name }, turn.signal).catch(ignoreNotFound);
      if (!found) gone.add(name);
    }
    return gone;
  }

  /** Deletes without grace; a pod that may still seem to run is first told to have failed. */
  async #remove(pod: Pod, why: string | undefined, turn: Turn): Promise<void> {
    const client = turn.client.of(pods);
    const { uid } = pod.metadata;
    if (uid === undefined) return;
    try {
      if (why !== undefined && !isEnded(pod)) {
        const patch = { metadata: { uid }, status: { phase: "Failed", conditions: [this.#disruption(why)] } };
        await client.patch(keyOf(pod), "strategic", patch, turn.signal, { subresource: "status" });
      }
      await client.delete(keyOf(pod), turn.signal, { uid, gracePeriodSeconds: 0 });
    } catch (error) {
      if (!isStatus(error, "NotFound") && !isStatus(error, "Conflict")) throw error;
    }
  }

  #disruption(message: string): object {
    const lastTransitionTime = rfc3339(this.#env.clock.now());
    return {
      type: "DisruptionTarget",
      status: "True",
      reason: "DeletionByPodGC",
      message,
      lastTransitionTime,
    };
  }
}

export const podGarbageCollector: ControllerDefinition = {
  name: "pod-garbage-collector-controller",
  user: "pod-garbage-collector",
  workers: 1,
  create: (env, deps) => new PodGarbageCollector(env, deps),
};
