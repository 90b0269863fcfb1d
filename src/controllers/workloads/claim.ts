/**
 * Which dependents belong to an owner that selects by labels: it keeps what it controls and selects, releases what it no
 * longer selects, and adopts orphans that it selects. `planClaim` decides; `claim` acts by patches that name the uid.
 */
import {
  isStatus,
  type KubeObject,
  labelSelector,
  type LabelSelectorObject,
  type OwnerReference,
  type Resource,
} from "#api";
import { type Informer, keyOf } from "#client";
import type { Turn } from "../controller.ts";
import { ignoreNotFound } from "../not-found.ts";

export interface ClaimPlan<T> {
  readonly keep: readonly T[];
  readonly adopt: readonly T[];
  readonly release: readonly T[];
}

/** `owned` are controlled by the owner; `orphans` by nobody. An owner or orphan that is being deleted stays alone. */
function planClaim<T extends KubeObject>(
  owner: KubeObject,
  selector: LabelSelectorObject | null,
  owned: readonly T[],
  orphans: readonly T[],
): ClaimPlan<T> {
  const matcher = labelSelector(selector);
  const ending = owner.metadata.deletionTimestamp !== undefined;
  const matches = (object: T) => matcher.matches(object.metadata.labels ?? {});
  return {
    keep: owned.filter(matches),
    adopt: ending ? [] : orphans.filter((object) => !object.metadata.deletionTimestamp && matches(object)),
    release: ending ? [] : owned.filter((object) => !matches(object)),
  };
}

/** Declares the indices by which `claim` finds dependents cheaply. */
export function indexForClaims<T extends KubeObject>(informer: Informer<T>): Informer<T> {
  informer.index("orphans", (object) => (controllerOf(object) ? [] : [object.metadata.namespace ?? ""]));
  return informer;
}

export interface ClaimRequest<O extends KubeObject, T extends KubeObject> {
  readonly owner: O;
  readonly ownerResource: Resource<O>;
  readonly selector: LabelSelectorObject | null;
  readonly resource: Resource<T>;
  readonly informer: Informer<T>;
}

/** Carries the plan out and returns all that the owner now controls. */
export async function claim<O extends KubeObject, T extends KubeObject>(
  request: ClaimRequest<O, T>,
  turn: Turn,
): Promise<readonly T[]> {
  const { owner, informer, selector } = request;
  const owned = informer.lister.by("owner", owner.metadata.uid ?? "");
  const orphans = informer.lister.by("orphans", owner.metadata.namespace ?? "");
  const plan = planClaim(owner, selector, owned.filter(sameNamespace(owner)), orphans);
  for (const object of plan.release) await release(request, object, turn);
  if (plan.adopt.length === 0) return plan.keep;
  if (!(await stillStands(request.ownerResource, owner, turn))) return plan.keep;
  const adopted: T[] = [];
  for (const object of plan.adopt) {
    const taken = await adopt(request, object, turn);
    if (taken !== undefined) adopted.push(taken);
  }
  return [...plan.keep, ...adopted];
}

/** The reference of the one owner that controls `object`. */
export function controllerOf(object: KubeObject | undefined): OwnerReference | undefined {
  return object?.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** The reference by which `owner` controls a dependent. */
export function controllerReference(owner: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  const { name = "", uid = "" } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

function sameNamespace(owner: KubeObject): (object: KubeObject) => boolean {
  return (object) => object.metadata.namespace === owner.metadata.namespace;
}

/**
 * Whether an owner may have (more) dependents: asked of the server, not the cache. One made anew under the same name must
 * not adopt for the old one, and what is made for one that is gone is garbage at once.
 */
export async function stillStands<O extends KubeObject>(
  resource: Resource<O>,
  owner: KubeObject,
  turn: Turn,
): Promise<boolean> {
  const fresh = await turn.client.of(resource).get(keyOf(owner), turn.signal).catch(ignoreNotFound);
  return fresh?.metadata.uid === owner.metadata.uid && fresh?.metadata.deletionTimestamp === undefined;
}

async function adopt<O extends KubeObject, T extends KubeObject>(
  { owner, resource }: ClaimRequest<O, T>,
  object: T,
  turn: Turn,
): Promise<T | undefined> {
  const reference = controllerReference(owner);
  return patchOwners(resource, object, reference, turn);
}

async function release<O extends KubeObject, T extends KubeObject>(
  { owner, resource }: ClaimRequest<O, T>,
  object: T,
  turn: Turn,
): Promise<void> {
  await patchOwners(resource, object, { $patch: "delete", uid: owner.metadata.uid }, turn);
}

async function patchOwners<T extends KubeObject>(
  resource: Resource<T>,
  object: T,
  reference: unknown,
  turn: Turn,
): Promise<T | undefined> {
  const patch = { metadata: { ownerReferences: [reference], uid: object.metadata.uid } };
  try {
    return await turn.client.of(resource).patch(keyOf(object), "strategic", patch, turn.signal);
  } catch (error) {
    // Gone, or made anew with another uid: there is nothing left to claim.
    if (isStatus(error, "NotFound") || isStatus(error, "Invalid") || isStatus(error, "Conflict"))
      return undefined;
    throw error;
  }
}
