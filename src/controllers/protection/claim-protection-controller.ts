/**
 * Keeps PersistentVolumeClaims that pods use: a deleted claim stays, by a finalizer, until no pod on a node needs it.
 */
import { type PersistentVolumeClaim, persistentVolumeClaims, type Pod, pods } from "#api";
import { type Change, type Informer, keyText, parseKey } from "#client";
import {
  type Controller,
  type ControllerDefinition,
  type ControllerDeps,
  type Turn,
  watchInto,
} from "../controller.ts";
import { ignoreNotFound } from "../not-found.ts";
import { isEnded } from "../workloads/pod-state.ts";
import { withFinalizer, withoutFinalizer } from "./finalizers.ts";

const FINALIZER = "kubernetes.io/pvc-protection";

class ClaimProtectionController implements Controller {
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #pods: Informer<Pod>;

  constructor(deps: ControllerDeps) {
    this.#claims = watchInto(deps, persistentVolumeClaims);
    this.#pods = watchInto(deps, pods, claimsLetGo);
    this.#pods.index("claims", claimKeys);
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const claim = this.#claims.lister.get(parseKey(key));
    if (claim === undefined) return;
    const ending = claim.metadata.deletionTimestamp !== undefined;
    if (ending && (await this.#isUsed(key, claim, turn))) return;
    const metadata = ending ? withoutFinalizer(claim, FINALIZER) : withFinalizer(claim, FINALIZER);
    if (metadata === undefined) return;
    await turn.client
      .of(persistentVolumeClaims)
      .update({ ...claim, metadata }, turn.signal)
      .catch(ignoreNotFound);
  }

  /** By the cache, and when that knows of nobody, by the server. */
  async #isUsed(key: string, claim: PersistentVolumeClaim, turn: Turn): Promise<boolean> {
    if (this.#pods.lister.by("claims", key).some(holds)) return true;
    const { namespace } = claim.metadata;
    const live = await turn.client.of(pods).list({ namespace }, turn.signal);
    return live.items.some((pod) => holds(pod) && claimKeys(pod).includes(key));
  }
}

/** Scheduled and not ended: its volumes are, or will be, mounted. */
function holds(pod: Pod): boolean {
  return Boolean(pod.spec.nodeName) && !isEnded(pod);
}

/** Keys of the claims of a pod's volumes, ephemeral ones included. */
function claimKeys(pod: Pod): readonly string[] {
  const { namespace, name: podName } = pod.metadata;
  return (pod.spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    const claimName = ephemeral === undefined ? persistentVolumeClaim?.claimName : `${podName}-${name}`;
    return claimName === undefined ? [] : [keyText({ namespace, name: claimName })];
  });
}

function claimsLetGo({ previous, current }: Change<Pod>): readonly string[] {
  const before = previous !== undefined && holds(previous);
  const after = current !== undefined && holds(current);
  return before && !after ? claimKeys(previous) : [];
}

export const claimProtectionController: ControllerDefinition = {
  name: "persistentvolumeclaim-protection-controller",
  user: "pvc-protection-controller",
  workers: 1,
  create: (_env, deps) => new ClaimProtectionController(deps),
};
