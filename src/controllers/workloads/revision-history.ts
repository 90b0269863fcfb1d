/**
 * The templates that an owner has had, as ControllerRevisions: the newest is the one it has now. A template that comes
 * back takes its old revision with it, under the newest number.
 */
import {
  type ControllerRevision,
  controllerRevisions,
  isStatus,
  type KubeObject,
  type LabelSelector,
  type PodTemplateSpec,
  type Resource,
} from "#api";
import { type Informer, keyOf } from "#client";
import type { Turn } from "../controller.ts";
import { ignoreNotFound } from "../not-found.ts";
import { claim, controllerOf, controllerReference } from "./claim.ts";
import { sameTemplate, templateHash } from "./template-hash.ts";

/** On pods: the revision that they were made from. */
export const REVISION_LABEL = "controller-revision-hash";
const HASH_LABEL = "controller.kubernetes.io/hash";

/** What has revisions: a StatefulSet or DaemonSet. */
export interface RevisionedOwner extends KubeObject {
  readonly spec: { readonly selector: LabelSelector | null; readonly template: PodTemplateSpec };
  readonly status: { readonly collisionCount?: number };
}

export interface History {
  /** Oldest first. */
  readonly revisions: readonly ControllerRevision[];
  /** The revision of the template as it is now. */
  readonly update: ControllerRevision;
  readonly collisionCount: number | undefined;
}

/** The template that a revision keeps. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec | undefined {
  const data = revision.data as { readonly spec?: { readonly template?: object } } | null;
  const { $patch: _, ...template } = (data?.spec?.template ?? {}) as PodTemplateSpec & { $patch?: string };
  return template.spec === undefined ? undefined : template;
}

function isOf(revision: ControllerRevision, template: PodTemplateSpec): boolean {
  const kept = templateOf(revision);
  return kept !== undefined && sameTemplate(kept, template);
}

/** Brings the history up to the owner's template. */
export async function syncHistory<O extends RevisionedOwner>(
  owner: O,
  ownerResource: Resource<O>,
  informer: Informer<ControllerRevision>,
  turn: Turn,
): Promise<History> {
  const { selector, template } = owner.spec;
  const claimed = await claim(
    { owner, ownerResource, selector, resource: controllerRevisions, informer },
    turn,
  );
  const revisions = [...claimed].sort((a, b) => a.revision - b.revision);
  const data = { spec: { template: { ...template, $patch: "replace" } } };
  const { collisionCount } = owner.status;
  const newest = revisions.at(-1);
  const known = revisions.findLast((revision) => isOf(revision, template));
  if (known !== undefined && known === newest) return { revisions, update: known, collisionCount };
  const revision = (newest?.revision ?? 0) + 1;
  if (known !== undefined) {
    const update = await turn.client.of(controllerRevisions).update({ ...known, revision }, turn.signal);
    return { revisions: [...revisions.filter((old) => old !== known), update], update, collisionCount };
  }
  const made = await create(owner, data, revision, turn);
  return { revisions: [...revisions, made.update], ...made };
}

async function create(
  owner: RevisionedOwner,
  data: object,
  revision: number,
  turn: Turn,
): Promise<Pick<History, "update" | "collisionCount">> {
  const client = turn.client.of(controllerRevisions);
  const { name: ownerName, namespace = "" } = owner.metadata;
  for (let { collisionCount } = owner.status; ; collisionCount = (collisionCount ?? 0) + 1) {
    const hash = templateHash(owner.spec.template, collisionCount);
    const name = `${ownerName}-${hash}`;
    const labels = { ...owner.spec.template.metadata.labels, [HASH_LABEL]: hash };
    const metadata = { name, namespace, labels, ownerReferences: [controllerReference(owner)] };
    try {
      return { update: await client.create({ metadata, data, revision }, turn.signal), collisionCount };
    } catch (error) {
      if (!isStatus(error, "AlreadyExists")) throw error;
      const taken = await client.get({ namespace, name }, turn.signal);
      const own = controllerOf(taken)?.uid === owner.metadata.uid;
      if (own && isOf(taken, owner.spec.template)) return { update: taken, collisionCount };
    }
  }
}

/** Deletes the oldest revisions beyond `limit` that no pod and no status names. */
export async function truncateHistory(
  { revisions, update }: History,
  live: ReadonlySet<string>,
  limit: number,
  turn: Turn,
): Promise<void> {
  const unused = revisions.filter(
    (revision) => revision !== update && !live.has(revision.metadata.name ?? ""),
  );
  for (const revision of unused.slice(0, Math.max(0, unused.length - limit))) {
    await turn.client.of(controllerRevisions).delete(keyOf(revision), turn.signal).catch(ignoreNotFound);
  }
}
