/**
 * Keeps as many pods as a ReplicaSet asks for. Counting is safe because a turn only begins when the informer has
 * seen the writes of the last one (`own-writes.ts`).
 */
import { type Pod, pods, type ReplicaSet, replicaSets } from "#api";
import { type Env, messageOf } from "#base";
import { type Informer, parseKey } from "#client";
import {
  type Controller,
  type ControllerDefinition,
  type ControllerDeps,
  type Turn,
  watchInto,
} from "../controller.ts";
import { claim, controllerOf, indexForClaims, stillStands } from "./claim.ts";
import { createPod, deletePod, isNamespaceEnding, podFromTemplate } from "./new-pod.ts";
import { keysOfDependents } from "./owner-keys.ts";
import { availableInMs, isActive } from "./pod-state.ts";
import { podsToDelete } from "./pods-to-delete.ts";
import { replicaSetStatus, sameReplicaSetStatus } from "./replica-set-status.ts";
import { slowStart } from "./slow-start.ts";

/** Pods made or deleted in one turn at most; upstream's. */
const BURST = 500;

interface Failure {
  readonly reason: string;
  readonly message: string;
  readonly error: unknown;
}

class ReplicaSetController implements Controller {
  readonly #env: Env;
  readonly #deps: ControllerDeps;
  readonly #replicaSets: Informer<ReplicaSet>;
  readonly #pods: Informer<Pod>;

  constructor(env: Env, deps: ControllerDeps) {
    this.#env = env;
    this.#deps = deps;
    this.#replicaSets = watchInto(deps, replicaSets);
    this.#replicaSets.index("rollout", (replicaSet) => [rolloutOf(replicaSet)]);
    this.#pods = indexForClaims(watchInto(deps, pods, keysOfDependents(this.#replicaSets, "ReplicaSet")));
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const replicaSet = this.#replicaSets.lister.get(parseKey(key));
    if (replicaSet === undefined) return;
    const claimed = await claim(
      {
        owner: replicaSet,
        ownerResource: replicaSets,
        selector: replicaSet.spec.selector,
        resource: pods,
        informer: this.#pods,
      },
      turn,
    );
    const active = claimed.filter(isActive);
    const terminating = claimed.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).length;
    const ending = replicaSet.metadata.deletionTimestamp !== undefined;
    const failure = ending ? undefined : await this.#scale(replicaSet, active, turn);
    await this.#writeStatus(replicaSet, active, terminating, failure, turn);
    if (failure !== undefined) throw failure.error;
    this.#wakeWhenAvailable(replicaSet, active, turn);
  }

  async #scale(replicaSet: ReplicaSet, active: readonly Pod[], turn: Turn): Promise<Failure | undefined> {
    const missing = (replicaSet.spec.replicas ?? 1) - active.length;
    return missing > 0
      ? this.#create(replicaSet, Math.min(missing, BURST), turn)
      : this.#delete(replicaSet, active, Math.min(-missing, BURST), turn);
  }

  async #create(replicaSet: ReplicaSet, count: number, turn: Turn): Promise<Failure | undefined> {
    const { template } = replicaSet.spec;
    if (template === undefined || !(await stillStands(replicaSets, replicaSet, turn))) return undefined;
    const pod = podFromTemplate(template, replicaSet);
    const { error } = await slowStart(count, () => createPod(replicaSet, pod, this.#deps.events, turn));
    if (error === undefined || isNamespaceEnding(error)) return undefined;
    return { reason: "FailedCreate", message: messageOf(error), error };
  }

  async #delete(
    replicaSet: ReplicaSet,
    active: readonly Pod[],
    count: number,
    turn: Turn,
  ): Promise<Failure | undefined> {
    if (count === 0) return undefined;
    const victims = podsToDelete(active, this.#related(replicaSet), count, this.#env.clock.now());
    const deletions = victims.map((pod) => deletePod(replicaSet, pod, this.#deps.events, turn));
    const failed = (await Promise.allSettled(deletions)).find((result) => result.status === "rejected");
    if (failed === undefined) return undefined;
    return { reason: "FailedDelete", message: messageOf(failed.reason), error: failed.reason };
  }

  async #writeStatus(
    replicaSet: ReplicaSet,
    active: readonly Pod[],
    terminating: number,
    failure: Failure | undefined,
    turn: Turn,
  ): Promise<void> {
    const reported = failure && { reason: failure.reason, message: failure.message };
    const status = replicaSetStatus(replicaSet, active, terminating, reported, this.#env.clock.now());
    if (sameReplicaSetStatus(status, replicaSet.status)) return;
    await turn.client
      .of(replicaSets)
      .update({ ...replicaSet, status }, turn.signal, { subresource: "status" });
  }

  /** Ready pods become available by the passing of time alone. */
  #wakeWhenAvailable(replicaSet: ReplicaSet, active: readonly Pod[], turn: Turn): void {
    const minReadySeconds = replicaSet.spec.minReadySeconds ?? 0;
    const now = this.#env.clock.now();
    for (const pod of active) {
      const wait = availableInMs(pod, minReadySeconds, now);
      if (wait !== undefined && wait > 0) turn.again(wait);
    }
  }

  /** Pods of all replica sets of the same rollout. */
  #related(replicaSet: ReplicaSet): readonly Pod[] {
    const siblings = this.#replicaSets.lister.by("rollout", rolloutOf(replicaSet));
    return siblings.flatMap(({ metadata }) => this.#pods.lister.by("owner", metadata.uid ?? ""));
  }
}

/** The uid of what controls the replica set, else its own: pods of one rollout crowd a node together. */
function rolloutOf(replicaSet: ReplicaSet): string {
  return controllerOf(replicaSet)?.uid ?? replicaSet.metadata.uid ?? "";
}

export const replicaSetController: ControllerDefinition = {
  name: "replicaset-controller",
  user: "replicaset-controller",
  workers: 5,
  create: (env, deps) => new ReplicaSetController(env, deps),
};
