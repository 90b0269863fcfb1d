/** CREATE: decode, complete, admit, prepare, validate, commit. */
import {
  FieldErrors,
  type KubeObject,
  StatusError,
  alreadyExists,
  invalid,
  methodNotAllowed,
  prepareForCreate,
  validateCreate,
} from "#api";
import { checkMayCreate } from "../authz/creates.ts";
import { MAX_NAME_TRIES } from "../limits.ts";
import { NO_BEHAVIOUR } from "../resources/behaviour.ts";
import { admissionOf } from "./admission-request.ts";
import { decodeObject } from "./decoding.ts";
import { copyOf } from "./plain-data.ts";
import { keyOf } from "./keys.ts";
import type { Draft } from "./managed-fields.ts";
import { fillNew, generateName, matchName, matchNamespace } from "./metadata.ts";
import { type Outcome, plain, stored } from "./outcome.ts";
import {
  type Attempt,
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

export async function create(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  if (request.info.name !== "") throw methodNotAllowed();
  const options = writeOptions(request, "CreateOptions");
  const draft = await decodeObject(request, request.resource, options.fieldValidation);
  return await createFrom(registry, request, options, draft);
}

/**
 * Creates a decoded draft: also for PUT and apply to a name that is not there. `owned`: managedFields are
 * set.
 */
export async function createFrom(
  registry: Registry,
  request: ResourceRequest,
  options: WriteOptions,
  { object: draft, managers }: Draft,
  owned = false,
): Promise<Outcome> {
  matchNamespace(request, draft);
  if (request.info.name !== "") matchName(request, draft);
  const isGenerated = (draft.metadata.name ?? "") === "";
  fillNew(registry.env, draft, request.now);
  if (!owned) registry.fields.update(request, undefined, draft, managers, options.fieldManager);
  await registry.admission.mutate(admissionOf(request, "CREATE", draft, undefined, options.dryRun));
  // What an attempt allocates is not what the client asked for: the next one begins with the draft as it was.
  const allocates = registry.behaviours.get(qualifiedPlural(request.resource))?.onCreate !== undefined;
  return await commitLoop(registry, (seen, tries) => {
    const object = tries === 1 && !allocates ? draft : copyOf(draft);
    if (isGenerated) findName(registry, request, object, seen);
    return attemptCreate(registry, request, options, object, seen);
  });
}

/** A generated name that is taken is made anew, as often as upstream does. */
function findName(
  registry: Registry,
  { resource, info }: ResourceRequest,
  draft: KubeObject,
  seen: Seen,
): void {
  const isTaken = (): boolean =>
    seen.read(keyOf(resource, info.namespace, draft.metadata.name ?? "")) !== undefined;
  for (let tries = 1; tries < MAX_NAME_TRIES && isTaken(); tries++) generateName(registry.env, draft);
}

async function attemptCreate(
  registry: Registry,
  request: ResourceRequest,
  options: WriteOptions,
  object: KubeObject,
  seen: Seen,
): Promise<Attempt<Outcome>> {
  const { resource, info } = request;
  const context = contextOf(request, options.dryRun);
  const behaviour = registry.behaviours.get(qualifiedPlural(resource)) ?? NO_BEHAVIOUR;
  const key = keyOf(resource, info.namespace, object.metadata.name ?? "");
  const write = { registry, request, seen, dryRun: options.dryRun };
  const allocated = behaviour.onCreate?.(object, write) ?? NOTHING_EXTRA;
  prepareForCreate(resource, object, context);
  const errors = new FieldErrors();
  behaviour.validateCreate?.(object, errors, write);
  validateCreate(resource, object, context, errors);
  if (!errors.empty) throw invalid(resource, object.metadata.name ?? "", errors);
  for (const text of resource.strategy.warnings?.(object, undefined) ?? []) request.warnings.add(text);
  checkMayCreate(registry.authorizers, request);
  const admitted = admissionOf(request, "CREATE", object, undefined, options.dryRun);
  await registry.admission.validate(admitted);
  if (seen.read(key) !== undefined) throw taken(request, object);
  const extra = joined(allocated, registry.admission.charge(admitted, write));
  if (options.dryRun) return { type: "answer", value: plain(resource, object, 201) };
  if ((object.metadata.resourceVersion ?? "") !== "") {
    throw new StatusError(500, "", "resourceVersion should not be set on objects to be created");
  }
  const put = putOf(registry, resource, key, registry.views.toStorage(resource, object));
  const checks = [{ key, modRevision: 0 }, ...extra.checks];
  return {
    type: "commit",
    txn: { checks, writes: [put.write, ...extra.writes] },
    extra,
    done: (revision) => stored(resource, committed(registry, request, put, object, revision), 201),
  };
}

function taken(request: ResourceRequest, object: KubeObject): StatusError {
  return alreadyExists(request.resource, object.metadata.name ?? "");
}
