/**
 * The `scale` subresource of whatever declares where its replicas are: a Scale (autoscaling/v1) made from
 * the object, and written back as an update of that one field.
 */
import {
  FieldErrors,
  type KubeObject,
  ManagedFieldsError,
  PatchError,
  type ScaledObject,
  type ScaleSubresource,
  StatusError,
  type Type,
  applyConflict,
  applyDefaults,
  applyPatch,
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  autoscalingV1,
  badRequest,
  conflict,
  decode,
  invalid,
  labelSelector,
  labelSelectorOfMap,
  notFound,
  parentManagedFields,
  scaleManagedFields,
  trackUpdate,
  rfc3339,
  scaleColumns,
  subdomainName,
  unsupportedMediaType,
  validateObjectMeta,
} from "#api";
import { groupVersion } from "../catalog.ts";
import { decodeApplied, decodeAs, decodePatch } from "./decoding.ts";
import { copyOf } from "./plain-data.ts";
import { keyOf } from "./keys.ts";
import { matchName, matchNamespace, nameApplied } from "./metadata.ts";
import { type Outcome, plainAs } from "./outcome.ts";
import { type Attempt, type Registry, type Seen, commitLoop } from "./registry.ts";
import { type ResourceRequest, type WriteOptions, writeOptions } from "./resource-request.ts";
import { checkVersion, finishUpdate } from "./update.ts";

type Scale = KubeObject & { spec: { replicas?: number }; status: { replicas: number; selector?: string } };
type Data = Record<string, unknown>;

const PATCHES: Readonly<Record<string, (current: Data, document: unknown) => unknown>> = {
  "application/json-patch+json": applyJsonPatch,
  "application/merge-patch+json": applyMergePatch,
  "application/strategic-merge-patch+json": (current, document) =>
    applyStrategicMergePatch(autoscalingV1.Scale, current, document),
};

/** The Scale of an object. */
export async function getScale(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  const { resource, info } = request;
  const record = registry.store.snapshot().get(keyOf(resource, info.namespace, info.name));
  if (record === undefined) throw notFound(scaleResource(request, "get"), info.name);
  const scale = scaleOf(request, registry.views.object(resource, record));
  return plainAs(resource, autoscalingV1.Scale, scale, { columns: scaleColumns });
}

/** Replaces the Scale. */
export async function updateScale(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  const options = writeOptions(request, "UpdateOptions");
  const sent = (await decodeAs(request, autoscalingV1.Scale)) as unknown as Scale;
  matchNamespace(request, sent);
  matchName(request, sent);
  return write(registry, request, options, () => copyOf(sent));
}

/** Patches the Scale, or applies to it. */
export async function patchScale(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  const contentType = (request.call.header("content-type") ?? "").split(";")[0]?.trim() ?? "";
  if (contentType === APPLY) return applyScale(registry, request);
  const transform = PATCHES[contentType];
  if (transform === undefined) throw unsupportedMediaType([...Object.keys(PATCHES), APPLY]);
  const options = writeOptions(request, "PatchOptions");
  const document = await decodePatch(request);
  return write(registry, request, options, ({ scale }) => {
    try {
      return scaleFrom(transform(scale as unknown as Data, document));
    } catch (error) {
      throw error instanceof PatchError ? error.toStatusError() : error;
    }
  });
}

function scaleFrom(data: unknown): Scale {
  const { object } = decode(autoscalingV1.Scale, data);
  applyDefaults(autoscalingV1.Scale, object);
  return object as unknown as Scale;
}

async function applyScale(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  const options = writeOptions(request, "PatchOptions", true);
  const applied = await decodeApplied(request, options.fieldValidation, autoscalingV1.Scale as Type);
  matchNamespace(request, applied);
  nameApplied(request, applied);
  const { fieldManager: manager, force } = options;
  return write(registry, request, options, (current) => {
    try {
      const live = withManagers(current) as unknown as Data;
      const patch = copyOf(applied);
      const time = rfc3339(request.now);
      const result = applyPatch({ ...SCALE, live, patch, manager, force, time, subresource: "scale" });
      if (result.conflicts !== undefined) throw applyConflict(result.conflicts);
      current.entries = result.managedFields ?? [];
      return scaleFrom(result.object);
    } catch (error) {
      if (!(error instanceof ManagedFieldsError)) throw error;
      throw error.code === "badRequest" ? badRequest(error.message) : new StatusError(500, "", error.message);
    }
  });
}

const APPLY = "application/apply-patch+yaml";
const SCALE = { type: autoscalingV1.Scale as Type, apiVersion: "autoscaling/v1" };

/** The Scale as it is. `entries`: its managed fields after the change, where the change books them itself. */
interface CurrentScale {
  readonly scale: Scale;
  readonly scaled: ScaledObject;
  entries: ManagedFieldsEntries | undefined;
}
type ManagedFieldsEntries = NonNullable<ReturnType<typeof scaleManagedFields>>;

/** The Scale with the entries of those who own the replicas. */
function withManagers({ scale, scaled }: CurrentScale): object {
  return { ...scale, metadata: { ...scale.metadata, managedFields: scaleManagedFields(scaled) } };
}

function write(
  registry: Registry,
  request: ResourceRequest,
  options: WriteOptions,
  change: (current: CurrentScale) => Scale,
): Promise<Outcome> {
  const { resource, info } = request;
  const key = keyOf(resource, info.namespace, info.name);
  return commitLoop(registry, async (seen: Seen): Promise<Attempt<Outcome>> => {
    const record = seen.read(key);
    if (record === undefined) throw notFound(scaleResource(request, "write"), info.name);
    const current = registry.views.object(resource, record);
    const before: CurrentScale = {
      scale: scaleOf(request, current),
      scaled: {
        managedFields: current.metadata.managedFields,
        apiVersion: groupVersion(resource),
        replicasPath: pathsOf(request).replicasPath,
      },
      entries: undefined,
    };
    const scale = change(before);
    checkScale(request, scale);
    checkIdentity(request, scale, current);
    checkVersion(request, scale, current);
    const object = copyOf(current);
    setAt(object, pathsOf(request).replicasPath, scale.spec.replicas ?? 0);
    own(request, object, before, scale, options.fieldManager);
    const attempt = await finishUpdate(registry, request, {
      options,
      seen,
      record,
      current,
      object,
      managers: undefined,
      owned: true,
    });
    return asScale(registry, request, attempt);
  });
}

function asScale(registry: Registry, request: ResourceRequest, attempt: Attempt<Outcome>): Attempt<Outcome> {
  const shown = (outcome: Outcome): Outcome => {
    if (outcome.type !== "single") return outcome;
    const { value } = outcome;
    const object =
      "record" in value
        ? registry.views.object(request.resource, value.record)
        : (value.object as KubeObject);
    return plainAs(request.resource, autoscalingV1.Scale, scaleOf(request, object), {
      columns: scaleColumns,
    });
  };
  if (attempt.type === "answer") return { type: "answer", value: shown(attempt.value) };
  return { ...attempt, done: (revision) => shown(attempt.done(revision)) };
}

/** Whoever writes the Scale owns the replicas of the object. */
function own(
  request: ResourceRequest,
  object: KubeObject,
  before: CurrentScale,
  scale: Scale,
  manager: string,
): void {
  const entries =
    before.entries ??
    trackUpdate({
      ...SCALE,
      old: withManagers(before) as Data,
      new: scale as unknown as Data,
      requested: undefined,
      manager,
      time: rfc3339(request.now),
      subresource: "scale",
    });
  const all = parentManagedFields(before.scaled, entries);
  if (all === undefined) delete object.metadata.managedFields;
  else object.metadata.managedFields = all;
}

/** What the Scale says of itself, whatever it is of. */
function checkScale(request: ResourceRequest, scale: Scale): void {
  const errors = new FieldErrors();
  const rules = { namespaced: request.resource.namespaced, name: subdomainName, anyFinalizer: false };
  validateObjectMeta(scale.metadata, "metadata", errors, rules);
  const replicas = scale.spec.replicas ?? 0;
  if (replicas < 0) errors.invalid("spec.replicas", replicas, "must be greater than or equal to 0");
  if (!errors.empty) throw invalid({ group: "autoscaling", kind: "Scale" }, request.info.name, errors);
}

/** A Scale of another object's life. */
function checkIdentity(request: ResourceRequest, scale: Scale, current: KubeObject): void {
  const { uid } = scale.metadata;
  if (!uid || uid === current.metadata.uid) return;
  const detail = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`;
  throw conflict(scaleResource(request, "write"), request.info.name, detail);
}

/** The name by which refusals call it; a read of a replication controller's is of the Scale's own group. */
function scaleResource(
  { resource }: ResourceRequest,
  verb: "get" | "write",
): { group: string; plural: string } {
  const group = verb === "get" && resource.group === "" ? "autoscaling" : resource.group;
  return { group, plural: `${resource.plural}/scale` };
}

function pathsOf(request: ResourceRequest): ScaleSubresource {
  const { scale } = request.resource;
  if (scale === undefined) throw badRequest(`${request.resource.plural} have no scale`);
  return scale;
}

function scaleOf(request: ResourceRequest, object: KubeObject): Scale {
  const { replicasPath, statusReplicasPath, selectorPath } = pathsOf(request);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = Number(getAt(object, replicasPath) ?? 0);
  const selector = selectorText(getAt(object, selectorPath));
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: Number(getAt(object, statusReplicasPath) ?? 0),
      ...(selector === "" ? {} : { selector }),
    },
  } as unknown as Scale;
}

/** A LabelSelector object, a map of labels, or text. */
function selectorText(selector: unknown): string {
  if (selector === undefined || selector === null) return "";
  if (typeof selector === "string") return selector;
  const object = selector as Data;
  if ("matchLabels" in object || "matchExpressions" in object)
    return labelSelector(object as never).toString();
  return labelSelectorOfMap(object as Record<string, string>).toString();
}

function getAt(object: unknown, path: readonly string[]): unknown {
  let value = object;
  for (const step of path) value = (value as Data | undefined | null)?.[step];
  return value;
}

function setAt(object: unknown, path: readonly string[], value: unknown): void {
  const parents = path.slice(0, -1);
  let target = object as Data;
  for (const step of parents) {
    target[step] ??= {};
    target = target[step] as Data;
  }
  target[path[path.length - 1] ?? ""] = value;
}
