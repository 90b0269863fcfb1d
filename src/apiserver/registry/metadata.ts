/** `metadata` around a write: what the server fills in, keeps and refuses, for every kind. */
import { type KubeObject, badRequest, rfc3339 } from "#api";
import type { Env } from "#base";
import type { ResourceRequest } from "./resource-request.ts";

const SUFFIX_LENGTH = 5;
/** Names are at most 63 characters with their suffix, as upstream cuts them. */
const MAX_GENERATED_BASE = 58;

/**
 * Puts the request's namespace into a draft that has none; 400 when they differ. Objects at cluster scope
 * lose theirs.
 */
export function matchNamespace(request: ResourceRequest, draft: KubeObject): void {
  const { namespace } = request.info;
  const given = draft.metadata.namespace ?? "";
  if (!request.resource.namespaced) {
    delete draft.metadata.namespace;
    return;
  }
  if (given === "") draft.metadata.namespace = namespace;
  else if (given !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
}

/** Throws 400 unless a draft has the request's name. */
export function matchName(request: ResourceRequest, draft: KubeObject): void {
  const { name } = request.info;
  const given = draft.metadata.name ?? "";
  if (given === name) return;
  throw badRequest(
    given === ""
      ? `the name of the object (${name} based on URL) was undeterminable: name must be provided`
      : `the name of the object (${given}) does not match the name on the URL (${name})`,
  );
}

/** Gives the request's name to what is applied and has none, and tells whether it did; 400 when they differ. */
export function nameApplied(request: ResourceRequest, applied: KubeObject): boolean {
  const isNameless = (applied.metadata.name ?? "") === "";
  if (isNameless) applied.metadata.name = request.info.name;
  else matchName(request, applied);
  return isNameless;
}

/** A draft's first server-owned metadata: uid, creation time, a generated name. */
export function fillNew(env: Env, draft: KubeObject, now: number): void {
  const { metadata } = draft;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.selfLink;
  metadata.uid = env.random.uuid();
  metadata.creationTimestamp = rfc3339(now);
  if ((metadata.name ?? "") === "" && (metadata.generateName ?? "") !== "") generateName(env, draft);
}

/** A fresh name from `generateName`. */
export function generateName(env: Env, draft: KubeObject): void {
  const base = (draft.metadata.generateName ?? "").slice(0, MAX_GENERATED_BASE);
  draft.metadata.name = base + env.random.suffix(SUFFIX_LENGTH);
}

/** What a client can neither set nor clear on an update. Times of its own are passed over, where there is one already. */
export function keepSystemFields(draft: KubeObject, old: KubeObject): void {
  const { metadata } = draft;
  const kept = old.metadata;
  delete metadata.selfLink;
  metadata.uid ||= kept.uid ?? "";
  keep(metadata, "creationTimestamp", kept.creationTimestamp || metadata.creationTimestamp);
  keep(metadata, "deletionTimestamp", kept.deletionTimestamp || metadata.deletionTimestamp);
  keep(
    metadata,
    "deletionGracePeriodSeconds",
    metadata.deletionGracePeriodSeconds ?? kept.deletionGracePeriodSeconds,
  );
  keep(metadata, "generation", kept.generation);
  keep(metadata, "resourceVersion", kept.resourceVersion);
}

function keep<T, K extends keyof T>(target: T, key: K, value: T[K] | undefined): void {
  if (value === undefined || value === null) delete target[key];
  else target[key] = value;
}
