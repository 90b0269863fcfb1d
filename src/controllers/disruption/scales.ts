/**
 * How many pods a pod's controller is to have: the scale of the Deployment above a ReplicaSet, else the controller's own,
 * by its `scale` subresource, whatever kind it is.
 */
import {
  type Deployment,
  deployments,
  type OwnerReference,
  type Pod,
  type ReplicaSet,
  replicaSets,
} from "#api";
import { discover, type Informer, type Informers, objectPath } from "#client";
import type { Turn } from "../controller.ts";
import { controllerOf } from "../workloads/claim.ts";

/** A controller that has no scale, or that nobody serves. */
export class NoScaleError extends Error {
  override readonly name = "NoScaleError";
}

export class Scales {
  readonly #replicaSets: Informer<ReplicaSet>;
  readonly #deployments: Informer<Deployment>;

  constructor(informers: Informers) {
    this.#replicaSets = informers.of(replicaSets);
    this.#deployments = informers.of(deployments);
  }

  /** The sum over the controllers of `pods`, each once; pods without one do not count. */
  async total(pods: readonly Pod[], turn: Turn): Promise<number> {
    const scales = new Map<string, number>();
    for (const pod of pods) {
      const owner = controllerOf(pod);
      if (owner === undefined) continue;
      const top = this.#top(owner, pod.metadata.namespace);
      if (!scales.has(top.uid)) scales.set(top.uid, await this.#scale(top, pod, turn));
    }
    return [...scales.values()].reduce((sum, scale) => sum + scale, 0);
  }

  #top(owner: OwnerReference, namespace: string | undefined): OwnerReference {
    if (owner.kind !== replicaSets.kind) return owner;
    return controllerOf(this.#replicaSets.lister.get({ namespace, name: owner.name })) ?? owner;
  }

  async #scale(owner: OwnerReference, pod: Pod, turn: Turn): Promise<number> {
    const key = { namespace: pod.metadata.namespace, name: owner.name };
    for (const { lister } of [this.#deployments, this.#replicaSets]) {
      const known = lister.get(key);
      if (known?.metadata.uid === owner.uid) return known.spec.replicas ?? 1;
    }
    const group = owner.apiVersion.includes("/")
      ? owner.apiVersion.slice(0, owner.apiVersion.indexOf("/"))
      : "";
    const { resources } = await discover(turn.client.raw, turn.signal);
    const resource = resources.find((served) => served.group === group && served.kind === owner.kind);
    const path = resource === undefined ? "" : objectPath(resource, key, "scale");
    const answer =
      path === "" ? undefined : await turn.client.raw.request({ method: "GET", path }, turn.signal);
    if (answer?.status !== 200) {
      throw new NoScaleError(`found no controllers for pod "${pod.metadata.name}"`);
    }
    return (answer.body as { readonly spec?: { readonly replicas?: number } }).spec?.replicas ?? 0;
  }
}
