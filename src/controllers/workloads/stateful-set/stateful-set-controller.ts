/**
 * Keeps the pods of StatefulSets: each with its own name and claims, made, updated and deleted in order. Claims outlive
 * pods and sets unless the retention policy says otherwise.
 */
import {
  type ControllerRevision,
  controllerRevisions,
  isStatus,
  type OwnerReference,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  type Pod,
  pods,
  same,
  type StatefulSet,
  statefulSets,
} from "#api";
import { type Env, messageOf } from "#base";
import { type Informer, keyOf, keyText, parseKey } from "#client";
import {
  type Controller,
  type ControllerDefinition,
  type ControllerDeps,
  type Turn,
  watchInto,
} from "../../controller.ts";
import { claim, controllerReference, indexForClaims, stillStands } from "../claim.ts";
import { availableInMs, isReady } from "../pod-state.ts";
import { keysOfDependents } from "../owner-keys.ts";
import { type History, syncHistory, templateOf, truncateHistory } from "../revision-history.ts";
import { claimNames, claimsOf, ordinalOf, podOf } from "./identity.ts";
import { planStatefulSet, revisionOf, type StatefulView } from "./plan.ts";

class StatefulSetController implements Controller {
  readonly #env: Env;
  readonly #deps: ControllerDeps;
  readonly #sets: Informer<StatefulSet>;
  readonly #pods: Informer<Pod>;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #revisions: Informer<ControllerRevision>;

  constructor(env: Env, deps: ControllerDeps) {
    this.#env = env;
    this.#deps = deps;
    this.#sets = watchInto(deps, statefulSets);
    this.#pods = indexForClaims(watchInto(deps, pods, keysOfDependents(this.#sets, "StatefulSet")));
    this.#revisions = indexForClaims(deps.informers.of(controllerRevisions));
    this.#claims = deps.informers.of(persistentVolumeClaims);
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const set = this.#sets.lister.get(parseKey(key));
    if (set === undefined) return;
    const owned = await this.#ownPods(set, turn);
    const history = await syncHistory(set, statefulSets, this.#revisions, turn);
    const update = history.update.metadata.name ?? "";
    const current = history.revisions.find(({ metadata }) => metadata.name === set.status.currentRevision);
    const currentRevision = current?.metadata.name ?? update;
    const nowMs = this.#env.clock.now();
    const view = { set, pods: owned, currentRevision, updateRevision: update, nowMs };
    if (set.metadata.deletionTimestamp === undefined) {
      await this.#retain(set, owned, turn);
      await this.#act(view, history, turn);
    }
    await this.#writeStatus(view, history, turn);
    const live = new Set([currentRevision, update, ...owned.map(revisionOf)]);
    await truncateHistory(history, live, set.spec.revisionHistoryLimit ?? 10, turn);
    this.#wakeWhenAvailable(view, turn);
  }

  /** The pods that carry a name of the set, claimed. */
  async #ownPods(set: StatefulSet, turn: Turn): Promise<readonly Pod[]> {
    const claimed = await claim(
      {
        owner: set,
        ownerResource: statefulSets,
        selector: set.spec.selector,
        resource: pods,
        informer: this.#pods,
      },
      turn,
    );
    return claimed.filter((pod) => ordinalOf(set, pod) !== undefined);
  }

  async #act(view: StatefulView, history: History, turn: Turn): Promise<void> {
    const { set } = view;
    const plan = planStatefulSet(view);
    if (plan.create.length > 0 && !(await stillStands(statefulSets, set, turn))) return;
    for (const { ordinal, fromCurrent } of plan.create) {
      const revision = fromCurrent ? view.currentRevision : view.updateRevision;
      await this.#create(set, history, revision, ordinal, turn);
    }
    for (const { pod, why } of plan.delete) {
      if (why === "ended") {
        const message = `StatefulSet ${keyText(keyOf(set))} is recreating failed Pod ${pod.metadata.name}`;
        this.#deps.events.record(set, "Warning", "RecreatingFailedPod", message);
      }
      await this.#tell(set, "delete", `Pod ${pod.metadata.name}`, async () => {
        const { uid } = pod.metadata;
        await turn.client.of(pods).delete(keyOf(pod), turn.signal, uid === undefined ? {} : { uid });
      });
    }
  }

  async #create(
    set: StatefulSet,
    history: History,
    revision: string,
    ordinal: number,
    turn: Turn,
  ): Promise<void> {
    for (const wanted of claimsOf(set, ordinal)) {
      const { namespace, name = "" } = wanted.metadata ?? {};
      if (this.#claims.lister.get({ namespace, name }) !== undefined) continue;
      const what = `Claim ${name} Pod ${set.metadata.name}-${ordinal}`;
      await this.#tell(set, "create", what, async () => {
        await turn.client.of(persistentVolumeClaims).create(wanted, turn.signal);
      });
    }
    const kept = history.revisions.find(({ metadata }) => metadata.name === revision);
    const template = (kept && templateOf(kept)) ?? set.spec.template;
    const pod = podOf(set, template, revision, ordinal);
    await this.#tell(set, "create", `Pod ${set.metadata.name}-${ordinal}`, async () => {
      await turn.client.of(pods).create(pod, turn.signal);
    });
  }

  /** Acts and tells of it; what somebody else did first is done. */
  async #tell(
    set: StatefulSet,
    verb: "create" | "delete",
    what: string,
    act: () => Promise<void>,
  ): Promise<void> {
    const [good, bad] =
      verb === "create" ? ["SuccessfulCreate", "FailedCreate"] : ["SuccessfulDelete", "FailedDelete"];
    const place = `in StatefulSet ${set.metadata.name}`;
    try {
      await act();
      this.#deps.events.record(set, "Normal", good, `${verb} ${what} ${place} successful`);
    } catch (error) {
      if (isStatus(error, "AlreadyExists") || isStatus(error, "NotFound")) return;
      this.#deps.events.record(
        set,
        "Warning",
        bad,
        `${verb} ${what} ${place} failed error: ${messageOf(error)}`,
      );
      throw error;
    }
  }

  /** Owner references of claims, by which garbage collection follows the retention policy. */
  async #retain(set: StatefulSet, owned: readonly Pod[], turn: Turn): Promise<void> {
    const policy = set.spec.persistentVolumeClaimRetentionPolicy;
    const end = (set.spec.ordinals?.start ?? 0) + (set.spec.replicas ?? 1);
    for (const pod of owned) {
      const ordinal = ordinalOf(set, pod) ?? 0;
      const condemned = ordinal >= end && policy?.whenScaled === "Delete";
      const byPod = condemned ? [reference(pod)] : [];
      const wanted = !condemned && policy?.whenDeleted === "Delete" ? [controllerReference(set)] : byPod;
      for (const name of claimNames(set, ordinal)) {
        const known = this.#claims.lister.get({ namespace: set.metadata.namespace, name });
        if (known === undefined) continue;
        const foreign = (known.metadata.ownerReferences ?? []).filter(
          ({ uid }) => uid !== set.metadata.uid && uid !== pod.metadata.uid,
        );
        const ownerReferences = [...foreign, ...wanted];
        if (same(ownerReferences, known.metadata.ownerReferences ?? [])) continue;
        const metadata = { ...known.metadata, ownerReferences };
        await turn.client.of(persistentVolumeClaims).update({ ...known, metadata }, turn.signal);
      }
    }
  }

  async #writeStatus(view: StatefulView, history: History, turn: Turn): Promise<void> {
    const { set } = view;
    const status = statusOf(view, history.collisionCount);
    if (same(withoutZeros(status), withoutZeros(set.status))) return;
    await turn.client.of(statefulSets).update({ ...set, status }, turn.signal, { subresource: "status" });
  }

  #wakeWhenAvailable({ set, pods: owned, nowMs }: StatefulView, turn: Turn): void {
    for (const pod of owned) {
      const wait = availableInMs(pod, set.spec.minReadySeconds ?? 0, nowMs);
      if (wait !== undefined && wait > 0) turn.again(wait);
    }
  }
}

/** Counts by revision; a finished update makes the update revision the current one. */
export function statusOf(view: StatefulView, collisionCount: number | undefined): StatefulSet["status"] {
  const { set, currentRevision, updateRevision, nowMs } = view;
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  const staying = view.pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const count = (holds: (pod: Pod) => boolean) => staying.filter(holds).length;
  const replicas = view.pods.length;
  const readyReplicas = view.pods.filter(isReady).length;
  const updatedReplicas = count((pod) => revisionOf(pod) === updateRevision);
  const done =
    set.spec.updateStrategy.type !== "OnDelete" && updatedReplicas === replicas && readyReplicas === replicas;
  return {
    ...set.status,
    observedGeneration: set.metadata.generation ?? 0,
    replicas,
    readyReplicas,
    availableReplicas: view.pods.filter((pod) => availableInMs(pod, minReadySeconds, nowMs) === 0).length,
    currentReplicas: done ? updatedReplicas : count((pod) => revisionOf(pod) === currentRevision),
    updatedReplicas,
    currentRevision: done ? updateRevision : currentRevision,
    updateRevision,
    collisionCount: collisionCount ?? 0,
  };
}

function withoutZeros(status: StatefulSet["status"]): object {
  return Object.fromEntries(Object.entries(status).filter(([, value]) => value !== 0));
}

function reference(pod: Pod): OwnerReference {
  const { name = "", uid = "" } = pod.metadata;
  return { apiVersion: "v1", kind: "Pod", name, uid };
}

export const statefulSetController: ControllerDefinition = {
  name: "statefulset-controller",
  user: "statefulset-controller",
  workers: 5,
  create: (env, deps) => new StatefulSetController(env, deps),
};
