/**
 * Rolls deployments out: claims their replica sets, plans (`plan.ts`), and takes the plan's steps in order.
 */
import { type Deployment, deployments, isStatus, type Pod, pods, type ReplicaSet, replicaSets } from "#api";
import { type Env, messageOf } from "#base";
import { type Change, type Informer, keyOf, keyText, parseKey } from "#client";
import {
  type Controller,
  type ControllerDefinition,
  type ControllerDeps,
  type Turn,
  watchInto,
} from "../../controller.ts";
import { ignoreNotFound } from "../../not-found.ts";
import { claim, controllerOf, indexForClaims, stillStands } from "../claim.ts";
import { isNamespaceEnding } from "../new-pod.ts";
import { keysOfDependents } from "../owner-keys.ts";
import { isEnded } from "../pod-state.ts";
import { sameStatus, stuckInMs, withFailedCreate } from "./deployment-status.ts";
import { planDeployment, type Step } from "./plan.ts";
import { REVISION } from "./revisions.ts";
import { sameTemplate } from "../template-hash.ts";

class DeploymentController implements Controller {
  readonly #env: Env;
  readonly #deps: ControllerDeps;
  readonly #deployments: Informer<Deployment>;
  readonly #sets: Informer<ReplicaSet>;
  readonly #pods: Informer<Pod>;

  constructor(env: Env, deps: ControllerDeps) {
    this.#env = env;
    this.#deps = deps;
    this.#deployments = watchInto(deps, deployments);
    this.#sets = indexForClaims(
      watchInto(deps, replicaSets, keysOfDependents(this.#deployments, "Deployment")),
    );
    this.#pods = watchInto(deps, pods, (change) => this.#waitingForPod(change));
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const deployment = this.#deployments.lister.get(parseKey(key));
    if (deployment === undefined) return;
    if (selectsEverything(deployment)) return this.#refuse(deployment, turn);
    const sets = await claim(
      {
        owner: deployment,
        ownerResource: deployments,
        selector: deployment.spec.selector,
        resource: replicaSets,
        informer: this.#sets,
      },
      turn,
    );
    const nowMs = this.#env.clock.now();
    const hasRunningPods = (set: ReplicaSet) =>
      this.#pods.lister.by("owner", set.metadata.uid ?? "").some((pod) => !isEnded(pod));
    const steps = planDeployment({ deployment, sets, hasRunningPods, nowMs });
    for (const step of steps) await this.#take(step, deployment, turn);
    const status = steps.findLast((step) => step.kind === "status")?.status ?? deployment.status;
    const stuckIn = stuckInMs(deployment, status, nowMs);
    if (stuckIn !== undefined) turn.again(stuckIn);
  }

  async #take(step: Step, deployment: Deployment, turn: Turn): Promise<void> {
    const sets = turn.client.of(replicaSets);
    switch (step.kind) {
      case "create":
        return this.#create(step.set, step.statusAfter, deployment, turn);
      case "update":
        await sets.update(step.set, turn.signal);
        return;
      case "resize":
        await sets.update(step.set, turn.signal);
        return this.#tellScaled(deployment, step.set, step.from);
      case "delete":
        await sets.delete(keyOf(step.set), turn.signal).catch(ignoreNotFound);
        return;
      case "status":
        return this.#writeStatus(deployment, step.status, step.revision, turn);
    }
  }

  async #create(
    set: ReplicaSet,
    statusAfter: Deployment["status"],
    deployment: Deployment,
    turn: Turn,
  ): Promise<void> {
    if (!(await stillStands(deployments, deployment, turn))) return;
    try {
      await turn.client.of(replicaSets).create(set, turn.signal);
    } catch (error) {
      if (isNamespaceEnding(error)) return;
      if (isStatus(error, "AlreadyExists")) return this.#settleName(set, deployment, turn);
      const text = `Failed to create new replica set "${set.metadata.name}": ${messageOf(error)}`;
      const status = withFailedCreate(deployment, text, this.#env.clock.now());
      await this.#writeStatus(deployment, status, undefined, turn);
      throw error;
    }
    if ((set.spec.replicas ?? 0) > 0) this.#tellScaled(deployment, set, 0);
    await this.#writeStatus(deployment, statusAfter, set.metadata.annotations?.[REVISION], turn);
  }

  /** The name is taken: by this deployment's own set that the cache lacks, or by another, and the hash must move on. */
  async #settleName(set: ReplicaSet, deployment: Deployment, turn: Turn): Promise<void> {
    const taken = await turn.client.of(replicaSets).get(keyOf(set), turn.signal);
    const own = controllerOf(taken)?.uid === deployment.metadata.uid;
    if (
      own &&
      taken.spec.template &&
      set.spec.template &&
      sameTemplate(taken.spec.template, set.spec.template)
    ) {
      return this.#sets.seen(taken.metadata.resourceVersion ?? "0", turn.signal);
    }
    const collisionCount = (deployment.status.collisionCount ?? 0) + 1;
    await this.#writeStatus(deployment, { ...deployment.status, collisionCount }, undefined, turn);
  }

  async #writeStatus(
    deployment: Deployment,
    status: Deployment["status"],
    revision: string | undefined,
    turn: Turn,
  ): Promise<void> {
    const { annotations } = deployment.metadata;
    const sameRevision = revision === undefined || annotations?.[REVISION] === revision;
    if (sameRevision && sameStatus(status, deployment.status)) return;
    const metadata = sameRevision
      ? deployment.metadata
      : { ...deployment.metadata, annotations: { ...annotations, [REVISION]: revision } };
    await turn.client
      .of(deployments)
      .update({ ...deployment, metadata, status }, turn.signal, { subresource: "status" });
  }

  #tellScaled(deployment: Deployment, set: ReplicaSet, from: number): void {
    const to = set.spec.replicas ?? 0;
    if (to === from) return;
    const direction = to > from ? "up" : "down";
    const message = `Scaled ${direction} replica set ${set.metadata.name} from ${from} to ${to}`;
    this.#deps.events.record(deployment, "Normal", "ScalingReplicaSet", message);
  }

  async #refuse(deployment: Deployment, turn: Turn): Promise<void> {
    const message = "This deployment is selecting all pods. A non-empty selector is required.";
    this.#deps.events.record(deployment, "Warning", "SelectingAll", message);
    const observedGeneration = deployment.metadata.generation ?? 0;
    await this.#writeStatus(deployment, { ...deployment.status, observedGeneration }, undefined, turn);
  }

  /** A Recreate deployment waits for its old pods to end. */
  #waitingForPod({ previous, current }: Change<Pod>): readonly string[] {
    if (current !== undefined && !isEnded(current)) return [];
    const pod = current ?? previous;
    const namespace = pod?.metadata.namespace;
    const set = this.#sets.lister.get({ namespace, name: controllerOf(pod)?.name ?? "" });
    const owner = controllerOf(set);
    const deployment = this.#deployments.lister.get({ namespace, name: owner?.name ?? "" });
    return deployment?.spec.strategy.type === "Recreate" ? [keyText(keyOf(deployment))] : [];
  }
}

function selectsEverything({ spec }: Deployment): boolean {
  const { matchLabels, matchExpressions } = spec.selector ?? {};
  return Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;
}

export const deploymentController: ControllerDefinition = {
  name: "deployment-controller",
  user: "deployment-controller",
  workers: 5,
  create: (env, deps) => new DeploymentController(env, deps),
};
