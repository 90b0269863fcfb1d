/** Keeps PersistentVolumes that are bound to a claim: a deleted volume stays, by a finalizer, until it is released. */
import { type PersistentVolume, persistentVolumes } from "#api";
import { type Informer, parseKey } from "#client";
import {
  type Controller,
  type ControllerDefinition,
  type ControllerDeps,
  type Turn,
  watchInto,
} from "../controller.ts";
import { ignoreNotFound } from "../not-found.ts";
import { withFinalizer, withoutFinalizer } from "./finalizers.ts";

const FINALIZER = "kubernetes.io/pv-protection";

class VolumeProtectionController implements Controller {
  readonly #volumes: Informer<PersistentVolume>;

  constructor(deps: ControllerDeps) {
    this.#volumes = watchInto(deps, persistentVolumes);
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const volume = this.#volumes.lister.get(parseKey(key));
    if (volume === undefined) return;
    const ending = volume.metadata.deletionTimestamp !== undefined;
    if (ending && volume.status.phase === "Bound") return;
    const metadata = ending ? withoutFinalizer(volume, FINALIZER) : withFinalizer(volume, FINALIZER);
    if (metadata === undefined) return;
    await turn.client
      .of(persistentVolumes)
      .update({ ...volume, metadata }, turn.signal)
      .catch(ignoreNotFound);
  }
}

export const volumeProtectionController: ControllerDefinition = {
  name: "persistentvolume-protection-controller",
  user: "pv-protection-controller",
  workers: 1,
  create: (_env, deps) => new VolumeProtectionController(deps),
};
