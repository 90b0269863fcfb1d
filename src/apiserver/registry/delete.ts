/**
 * DELETE: preconditions, propagation as finalizers, grace, then either the mark of a deletion under way (an
 * update) or the end of the object.
 */
import { type KubeObject, StatusError, conflict, notFound, parseTime, rfc3339 } from "#api";
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

/** One delete, also of each object of a collection. */
export async function removeNamed(
  registry: Registry,
  request: ResourceRequest,
  namespace: string,
  name: string,
  options: DeleteOptions,
): Promise<Outcome> {
  const key = keyOf(request.resource, namespace, name);
  return commitLoop(registry, (seen) => attemptDelete(registry, request, key, name, options, seen));
}

async function attemptDelete(
  registry: Registry,
  request: ResourceRequest,
  key: string,
  name: string,
  options: DeleteOptions,
  seen: Seen,
): Promise<Attempt<Outcome>> {
  const { resource } = request;
  const record = seen.read(key);
  if (record === undefined) throw notFound(resource, name);
  const old = registry.views.object(resource, record);
  checkPreconditions(request, old, options);
  const behaviour = registry.behaviours.get(qualifiedPlural(resource)) ?? NO_BEHAVIOUR;
  behaviour.validateDelete?.(old);
  await registry.admission.validate(admissionOf(request, "DELETE", undefined, old, options.dryRun));
  const draft = copyOf(old);
  const decision = decide(request, behaviour, draft, old, options);
  if (decision === "unchanged") return { type: "answer", value: stored(resource, record) };
  const checks = [{ key, modRevision: record.modRevision }];
  if (decision === "mark") {
    const status = options.orphanDependents === false ? 202 : 200;
    if (options.dryRun) return { type: "answer", value: plain(resource, draft, status) };
    const put = putOf(registry, resource, key, registry.views.toStorage(resource, draft));
    return {
      type: "commit",
      txn: { checks, writes: [put.write] },
      done: (revision) => stored(resource, put.record(revision), status),
    };
  }
  const gone = behaviour.returnsDeleted === true ? plain(resource, draft) : success(resource, old);
  if (options.dryRun) return { type: "answer", value: gone };
  const extra = behaviour.onDelete?.(old, { registry, request, seen, dryRun: false }) ?? NOTHING_EXTRA;
  const writes: readonly Write[] = [{ type: "delete", key }, ...extra.writes];
  return { type: "commit", txn: { checks: [...checks, ...extra.checks], writes }, done: () => gone };
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

type Step = "unchanged" | "mark" | "delete";

/** Changes `draft` into the object under deletion. */
function decide(
  request: ResourceRequest,
  behaviour: Behaviour,
  draft: KubeObject,
  old: KubeObject,
  options: DeleteOptions,
): Step {
  const { metadata } = draft;
  const { strategy } = request.resource;
  const isDeleting = (old.metadata.deletionTimestamp ?? undefined) !== undefined;
  const propagation = options.propagation ?? (isDeleting ? undefined : strategy.defaultPropagation);
  const hadFinalizers = JSON.stringify(old.metadata.finalizers ?? []);
  setPropagation(metadata, propagation);
  const finalizersChanged = JSON.stringify(metadata.finalizers ?? []) !== hadFinalizers;
  const grace = strategy.gracefulDelete?.(old, options.graceSeconds);
  const held = (metadata.finalizers ?? []).length > 0 || behaviour.holdsDeletion?.(draft) === true;
  if (grace === undefined || grace <= 0) {
    if (!held) return markNow(draft, request.now);
    if (isDeleting && !finalizersChanged && (metadata.deletionGracePeriodSeconds ?? 0) === 0)
      return "unchanged";
    if (!isDeleting) begin(draft, behaviour, request.now, 0);
    else if (grace !== undefined) metadata.deletionGracePeriodSeconds = 0;
    return "mark";
  }
  if (!isDeleting) {
    begin(draft, behaviour, request.now, grace);
    return "mark";
  }
  return shorten(draft, options.graceSeconds) || finalizersChanged ? "mark" : "unchanged";
}

/** What the answer and the last event show of an object deleted at once. */
function markNow(draft: KubeObject, now: number): Step {
  draft.metadata.deletionTimestamp ??= rfc3339(now);
  draft.metadata.deletionGracePeriodSeconds = 0;
  return "delete";
}

function begin(draft: KubeObject, behaviour: Behaviour, now: number, graceSeconds: number): void {
  const { metadata } = draft;
  metadata.deletionTimestamp = rfc3339(now + graceSeconds * 1000);
  metadata.deletionGracePeriodSeconds = graceSeconds;
  if ((metadata.generation ?? 0) > 0) metadata.generation = (metadata.generation ?? 0) + 1;
  behaviour.beginDeletion?.(draft);
}

/** A second delete can only hasten the first. */
function shorten(draft: KubeObject, seconds: number | undefined): boolean {
  const { metadata } = draft;
  const current = metadata.deletionGracePeriodSeconds ?? 0;
  const until = parseTime(metadata.deletionTimestamp);
  if (seconds === undefined || seconds >= current || until === undefined) return false;
  metadata.deletionTimestamp = rfc3339(until - (current - seconds) * 1000);
  metadata.deletionGracePeriodSeconds = seconds;
  return true;
}

function setPropagation(metadata: KubeObject["metadata"], propagation: Propagation | undefined): void {
  if (propagation === undefined) return;
  const others = (metadata.finalizers ?? []).filter((one) => one !== ORPHAN && one !== FOREGROUND);
  const own = propagation === "Orphan" ? [ORPHAN] : propagation === "Foreground" ? [FOREGROUND] : [];
  const all = [...others, ...own];
  if (all.length === 0) delete metadata.finalizers;
  else metadata.finalizers = all;
}

/** Whether an error of one object's delete lets a collection's go on: it is gone already. */
export function isGone(error: unknown): boolean {
  return error instanceof StatusError && error.reason === "NotFound";
}
