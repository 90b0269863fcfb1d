/**
 * DELETE: preconditions, propagation as finalizers, grace, then either the mark of a deletion under way (an
 * update) or the end of the object.
 */
import { type KubeObject, StatusError, conflict, notFound, parseTime, rfc3339, same } from "#api";
import type { Write } from "#store";
import { type Behaviour, NO_BEHAVIOUR } from "../resources/behaviour.ts";
import { admissionOf } from "./admission-request.ts";
import { type DeleteOptions, type Propagation, deleteOptions } from "./delete-options.ts";
import { copyOf } from "./plain-data.ts";
import { keyOf } from "./keys.ts";
import { type Outcome, plain, stored, success } from "./outcome.ts";
import { type Attempt, NOTHING_EXTRA, type Registry, type Seen, commitLoop, putOf } from "./registry.ts";
import type { ResourceRequest } from "./resource-request.ts";
import { qualifiedPlural } from "./target.ts";

const ORPHAN = "orphan";
const FOREGROUND = "foregroundDeletion";

export async function remove(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  const options = await deleteOptions(request);
  return removeNamed(registry, request, request.info.namespace, request.info.name, options);
}

/**
 * One delete, also of each object of a collection. A kind that deletes gracefully shows the mark before the end, also
 * when there is no grace: its watchers see it change, then go.
 */
export async function removeNamed(
  registry: Registry,
  request: ResourceRequest,
  namespace: string,
  name: string,
  options: DeleteOptions,
): Promise<Outcome> {
  const key = keyOf(request.resource, namespace, name);
  const remove = (checked: DeleteOptions, known?: KubeObject): Promise<Removal> =>
    commitLoop(registry, (seen) => attemptDelete(registry, request, { key, name, known }, checked, seen));
  const marked = await remove(options);
  if (marked.goesOn === undefined) return marked.outcome;
  try {
    return (await remove({ ...options, resourceVersion: undefined }, marked.goesOn)).outcome;
  } catch (error) {
    if (isGone(error)) return marked.outcome;
    throw error;
  }
}

/** What one commit of a delete did; `goesOn`: the object, which is only marked and goes with the next. */
interface Removal {
  readonly outcome: Outcome;
  readonly goesOn: KubeObject | undefined;
}

/** `known`: a version of the object, perhaps the newest. */
interface Condemned {
  readonly key: string;
  readonly name: string;
  readonly known: KubeObject | undefined;
}

async function attemptDelete(
  registry: Registry,
  request: ResourceRequest,
  { key, name, known }: Condemned,
  options: DeleteOptions,
  seen: Seen,
): Promise<Attempt<Removal>> {
  const { resource } = request;
  const record = seen.read(key);
  if (record === undefined) throw notFound(resource, name);
  const isKnown = known?.metadata.resourceVersion === String(record.modRevision);
  const old = isKnown ? known : registry.views.object(resource, record);
  checkPreconditions(request, old, options);
  const behaviour = registry.behaviours.get(qualifiedPlural(resource)) ?? NO_BEHAVIOUR;
  behaviour.validateDelete?.(old);
  await registry.admission.validate(admissionOf(request, "DELETE", undefined, old, options.dryRun));
  const draft = copyOf(old);
  const step = decide(request, behaviour, draft, old, options);
  const answer = (outcome: Outcome): Attempt<Removal> => ({
    type: "answer",
    value: { outcome, goesOn: undefined },
  });
  if (step === "unchanged") return answer(stored(resource, record));
  const checks = [{ key, modRevision: record.modRevision }];
  if (step === "mark" || (step === "mark and delete" && !options.dryRun)) {
    const status = options.orphanDependents === false ? 202 : 200;
    if (options.dryRun) return answer(plain(resource, draft, status));
    const put = putOf(registry, resource, key, registry.views.toStorage(resource, draft));
    return {
      type: "commit",
      txn: { checks, writes: [put.write] },
      done: (revision) => ({
        outcome: stored(resource, put.record(revision), step === "mark" ? status : 200),
        goesOn: step === "mark" ? undefined : withVersion(draft, revision),
      }),
    };
  }
  const goneAt = (revision: number | undefined): Outcome =>
    behaviour.returnsDeleted === true
      ? plain(resource, withVersion(draft, revision))
      : success(resource, old);
  if (options.dryRun) return answer(goneAt(undefined));
  const extra = behaviour.onDelete?.(old, { registry, request, seen, dryRun: false }) ?? NOTHING_EXTRA;
  const writes: readonly Write[] = [{ type: "delete", key }, ...extra.writes];
  return {
    type: "commit",
    txn: { checks: [...checks, ...extra.checks], writes },
    extra,
    done: (revision) => ({ outcome: goneAt(revision), goesOn: undefined }),
  };
}

/** What was deleted carries the revision of its end. */
function withVersion(object: KubeObject, revision: number | undefined): KubeObject {
  if (revision !== undefined) object.metadata.resourceVersion = String(revision);
  return object;
}

function checkPreconditions(request: ResourceRequest, old: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = old.metadata;
  const name = old.metadata.name ?? "";
  if (options.uid !== undefined && options.uid !== uid) {
    const detail = `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${uid}`;
    throw conflict(request.resource, name, detail);
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    const given = `ResourceVersion in precondition: ${options.resourceVersion}`;
    throw conflict(
      request.resource,
      name,
      `Precondition failed: ${given}, ResourceVersion in object meta: ${resourceVersion}`,
    );
  }
}

type Step = "unchanged" | "mark" | "mark and delete" | "delete";

/** Changes `draft` into the object under deletion. */
function decide(
  request: ResourceRequest,
  behaviour: Behaviour,
  draft: KubeObject,
  old: KubeObject,
  options: DeleteOptions,
): Step {
  const { strategy } = request.resource;
  const grace = graceOf(request, behaviour, draft, old, options.graceSeconds);
  if (grace === "pending") return "unchanged";
  setFinalizers(draft.metadata, options.propagation, strategy.defaultPropagation);
  const held = (draft.metadata.finalizers ?? []).length > 0 || behaviour.holdsDeletion?.(draft) === true;
  if (grace !== undefined) return held || grace > 0 ? "mark" : "mark and delete";
  if (!held) return "delete";
  if ((old.metadata.deletionTimestamp ?? undefined) === undefined) begin(draft, behaviour, request.now, 0);
  else if ((old.metadata.deletionGracePeriodSeconds ?? 0) > 0) draft.metadata.deletionGracePeriodSeconds = 0;
  return same(draft.metadata, old.metadata) ? "unchanged" : "mark";
}

/**
 * The grace that a delete gives a kind that deletes gracefully, marked in `draft`; undefined for other kinds and when
 * it is over already; `pending` when it runs and this delete does not hasten it: then nothing changes at all.
 */
function graceOf(
  request: ResourceRequest,
  behaviour: Behaviour,
  draft: KubeObject,
  old: KubeObject,
  requested: number | undefined,
): number | "pending" | undefined {
  const { strategy } = request.resource;
  const { metadata } = draft;
  if (strategy.gracefulDelete === undefined) return undefined;
  if ((old.metadata.deletionTimestamp ?? undefined) === undefined) {
    const grace = strategy.gracefulDelete(old, requested);
    begin(draft, behaviour, request.now, grace);
    return grace;
  }
  const current = metadata.deletionGracePeriodSeconds ?? 0;
  if (current === 0) return undefined;
  const until = parseTime(metadata.deletionTimestamp);
  if (requested === undefined || requested >= current || until === undefined) return "pending";
  metadata.deletionTimestamp = rfc3339(until - (current - requested) * 1000);
  metadata.deletionGracePeriodSeconds = requested;
  return requested;
}

function begin(draft: KubeObject, behaviour: Behaviour, now: number, graceSeconds: number): void {
  const { metadata } = draft;
  metadata.deletionTimestamp = rfc3339(now + graceSeconds * 1000);
  metadata.deletionGracePeriodSeconds = graceSeconds;
  if ((metadata.generation ?? 0) > 0) metadata.generation = (metadata.generation ?? 0) + 1;
  behaviour.beginDeletion?.(draft);
}

/** The policy that was asked for decides; else a finalizer that is there; else the kind. */
function setFinalizers(
  metadata: KubeObject["metadata"],
  asked: Propagation | undefined,
  byDefault: Propagation | undefined,
): void {
  const finalizers = metadata.finalizers ?? [];
  const others = finalizers.filter((one) => one !== ORPHAN && one !== FOREGROUND);
  if (asked === undefined && others.length < finalizers.length) return;
  const propagation = asked ?? byDefault;
  const own = propagation === "Orphan" ? [ORPHAN] : propagation === "Foreground" ? [FOREGROUND] : [];
  const all = [...others, ...own];
  if (all.length === finalizers.length && all.every((one) => finalizers.includes(one))) return;
  if (all.length === 0) delete metadata.finalizers;
  else metadata.finalizers = all;
}

/** Whether an error of one object's delete lets a collection's go on: it is gone already. */
export function isGone(error: unknown): boolean {
  return error instanceof StatusError && error.reason === "NotFound";
}
