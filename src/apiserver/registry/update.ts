/**
 * UPDATE, and the second half of every patch: from the changed object to the commit, inside the compare-
 * and-swap loop, on the object that the commit replaces. A change that changes nothing is answered and not
 * written.
 */
import {
  FieldErrors,
  type KubeObject,
  type ObjectSubresource,
  type Resource,
  StatusError,
  conflict,
  invalid,
  notFound,
  prepareForUpdate,
  sameOf,
  validateUpdate,
} from "#api";
import { NO_BEHAVIOUR } from "../resources/behaviour.ts";
import { admissionOf } from "./admission-request.ts";
import { createFrom } from "./create.ts";
import { decodeObject } from "./decoding.ts";
import { copyOf } from "./plain-data.ts";
import { keyOf } from "./keys.ts";
import { keepSystemFields, matchName, matchNamespace } from "./metadata.ts";
import { type Outcome, plain, stored } from "./outcome.ts";
import type { Versioned } from "./records.ts";
import {
  type Attempt,
  type Extra,
  NOTHING_EXTRA,
  type Registry,
  type Seen,
  commitLoop,
  committed,
  joined,
  putOf,
} from "./registry.ts";
import { type ResourceRequest, type WriteOptions, contextOf, writeOptions } from "./resource-request.ts";
import { qualifiedPlural } from "./target.ts";

const MODIFIED =
  "the object has been modified; please apply your changes to the latest version and try again";

export async function update(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  const options = writeOptions(request, "UpdateOptions");
  const sent = await decodeObject(request, request.resource, options.fieldValidation);
  const { object: draft, managers } = sent;
  matchNamespace(request, draft);
  matchName(request, draft);
  const key = keyOf(request.resource, request.info.namespace, request.info.name);
  const outcome = await commitLoop(registry, async (seen): Promise<Attempt<Outcome | undefined>> => {
    const record = seen.read(key);
    if (record === undefined) {
      if (mayCreate(request)) return { type: "answer", value: undefined };
      throw notFound(request.resource, request.info.name);
    }
    const current = registry.views.passingObject(request.resource, record);
    checkVersion(request, draft, current);
    const object = copyOf(draft);
    return finishUpdate(registry, request, {
      options,
      seen,
      record,
      current,
      object,
      managers,
      owned: false,
    });
  });
  return outcome ?? createFrom(registry, request, options, { object: withoutVersion(draft), managers });
}

function withoutVersion(draft: KubeObject): KubeObject {
  delete draft.metadata.resourceVersion;
  return draft;
}

function mayCreate(request: ResourceRequest): boolean {
  return request.info.subresource === "" && request.resource.strategy.allowCreateOnUpdate === true;
}

/** 0 when the client does not care. Throws 500 for what is no number, as upstream does. */
function revisionOf(text: string): bigint {
  if (text === "") return 0n;
  if (/^\d{1,20}$/.test(text)) return BigInt(text);
  throw new StatusError(500, "", `resource version ${JSON.stringify(text)} is no number`);
}

/** Optimistic concurrency: uid and resourceVersion, where the client gave them. Throws 409. */
export function checkVersion(request: ResourceRequest, draft: KubeObject, current: KubeObject): void {
  const { resource, info } = request;
  const { uid, resourceVersion } = draft.metadata;
  if ((uid ?? "") !== "" && uid !== current.metadata.uid) {
    const actual = `UID in object meta: ${current.metadata.uid}`;
    throw conflict(resource, info.name, `Precondition failed: UID in precondition: ${uid}, ${actual}`);
  }
  const revision = revisionOf(resourceVersion ?? "");
  if (revision !== 0n) {
    if (revision !== BigInt(current.metadata.resourceVersion ?? 0))
      throw conflict(resource, info.name, MODIFIED);
  } else if (resource.strategy.allowUnconditionalUpdate === false) {
    const errors = new FieldErrors();
    errors.invalid("metadata.resourceVersion", 0, "must be specified for an update");
    throw invalid(resource, info.name, errors);
  }
}

export interface Replacement {
  readonly options: WriteOptions;
  readonly seen: Seen;
  readonly record: Versioned;
  /** The object that is replaced, in the request's version; shared. */
  readonly current: KubeObject;
  /** What shall replace it; changed in place. */
  readonly object: KubeObject;
  /** `metadata.managedFields` as sent. */
  readonly managers: unknown;
  /** managedFields are already those of an apply. */
  readonly owned: boolean;
}

/** Admits, prepares and validates a replacement, and says what to commit. */
export async function finishUpdate(
  registry: Registry,
  request: ResourceRequest,
  change: Replacement,
): Promise<Attempt<Outcome>> {
  const { resource } = request;
  const { options, current, object } = change;
  const context = contextOf(request, options.dryRun);
  const subresource = subresourceOf(request);
  const behaviour = registry.behaviours.get(qualifiedPlural(resource)) ?? NO_BEHAVIOUR;
  keepSystemFields(object, current);
  if (!change.owned) registry.fields.update(request, current, object, change.managers, options.fieldManager);
  await registry.admission.mutate(admissionOf(request, "UPDATE", object, current, options.dryRun));
  const write = { registry, request, seen: change.seen, dryRun: options.dryRun };
  const allocated =
    (subresource === undefined ? behaviour.onUpdate?.(object, current, write) : undefined) ?? NOTHING_EXTRA;
  prepareForUpdate(resource, object, current, context, subresource);
  const errors = new FieldErrors();
  behaviour.validateUpdate?.(object, current, errors, write);
  validateUpdate(resource, object, current, context, subresource, errors);
  if (!errors.empty) throw invalid(resource, request.info.name, errors);
  if (request.info.subresource !== "status")
    for (const text of resource.strategy.warnings?.(object, current) ?? []) request.warnings.add(text);
  const admitted = admissionOf(request, "UPDATE", object, current, options.dryRun);
  await registry.admission.validate(admitted);
  registry.fields.settle(request.resource.type, current, object);
  const extra = joined(allocated, registry.admission.charge(admitted, write));
  if (options.dryRun) return { type: "answer", value: plain(resource, object) };
  const released = isReleased(object, current) && behaviour.holdsDeletion?.(object) !== true;
  if (!released) return replace(registry, request, change, extra);
  return release(request, change, behaviour.onDelete?.(current, write) ?? NOTHING_EXTRA);
}

function replace(
  registry: Registry,
  request: ResourceRequest,
  change: Replacement,
  extra: Extra,
): Attempt<Outcome> {
  const { resource } = request;
  const { object, record } = change;
  const { key, modRevision } = record;
  const put = putOf(registry, resource, key, registry.views.toStorage(resource, object));
  const { value } = put.record(modRevision);
  const isSame = Buffer.compare(value, record.value) === 0 || isReordered(resource, value, change);
  if (isSame && extra.writes.length === 0) return { type: "answer", value: stored(resource, record) };
  const checks = [{ key, modRevision }, ...extra.checks];
  return {
    type: "commit",
    txn: { checks, writes: [put.write, ...extra.writes] },
    extra,
    done: (revision) => stored(resource, committed(registry, request, put, object, revision)),
  };
}

/** What defaults and hooks have added to a new object stands last in it, and elsewhere once that has been read and sent back. */
function isReordered(
  resource: Resource,
  value: Uint8Array,
  { record, current, object }: Replacement,
): boolean {
  return value.length === record.value.length && sameOf(resource.type, object, current);
}

/** The update is the end of the object. */
function release(request: ResourceRequest, change: Replacement, extra: Extra): Attempt<Outcome> {
  const { key, modRevision } = change.record;
  const checks = [{ key, modRevision }, ...extra.checks];
  return {
    type: "commit",
    txn: { checks, writes: [{ type: "delete", key }, ...extra.writes] },
    extra,
    done: (revision) => plain(request.resource, withVersion(change.object, revision)),
  };
}

/** The last finalizer of an object whose grace is over has gone: the update is its delete. */
function isReleased(object: KubeObject, current: KubeObject): boolean {
  if ((object.metadata.finalizers ?? []).length > 0 || !current.metadata.deletionTimestamp) return false;
  return (current.metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

function withVersion(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}

/** The subresource that the request writes, when it is one of the object's own. */
function subresourceOf(request: ResourceRequest): ObjectSubresource<KubeObject> | undefined {
  const { resource, info } = request;
  if (info.subresource === "") return undefined;
  if (info.subresource === "status") return resource.status;
  return resource.objectSubresources?.[info.subresource];
}
