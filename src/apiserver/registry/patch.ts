/**
 * PATCH: four documents, one path. The document is read once and applied to whatever the commit replaces; a
 * race applies it again. Apply also creates.
 */
import {
  type KnownParts,
  type Resource,
  type Schema,
  type KubeObject,
  PatchError,
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  conflict,
  notFound,
  unsupportedMediaType,
} from "#api";
import { isStorageVersion } from "../catalog.ts";
import { createFrom } from "./create.ts";
import { decodeApplied, decodePatch, decodePatched } from "./decoding.ts";
import { copyOf } from "./plain-data.ts";
import { keyOf } from "./keys.ts";
import { matchName, matchNamespace, nameApplied } from "./metadata.ts";
import type { Outcome } from "./outcome.ts";
import { type Attempt, type Registry, type Seen, commitLoop } from "./registry.ts";
import { type ResourceRequest, type WriteOptions, writeOptions } from "./resource-request.ts";
import type { Versioned } from "./records.ts";
import { checkVersion, finishUpdate } from "./update.ts";

type Apply = (request: ResourceRequest, current: KubeObject, document: unknown) => unknown;

const APPLY = "application/apply-patch+yaml";
const PATCHES: Readonly<Record<string, Apply>> = {
  "application/json-patch+json": (_request, current, document) => applyJsonPatch(dataOf(current), document),
  "application/merge-patch+json": (_request, current, document) => applyMergePatch(dataOf(current), document),
  "application/strategic-merge-patch+json": (request, current, document) =>
    applyStrategicMergePatch(request.resource.type, dataOf(current), document),
};
function dataOf(object: KubeObject): Record<string, unknown> {
  return object as unknown as Record<string, unknown>;
}

const TYPES = [...Object.keys(PATCHES), APPLY];

export async function patch(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  const contentType = (request.call.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (contentType === APPLY) return apply(registry, request);
  const transform = PATCHES[contentType];
  if (transform === undefined) throw unsupportedMediaType(TYPES);
  const options = writeOptions(request, "PatchOptions");
  const document = await decodePatch(request);
  const key = keyOf(request.resource, request.info.namespace, request.info.name);
  return await commitLoop(registry, async (seen): Promise<Attempt<Outcome>> => {
    const record = seen.read(key);
    if (record === undefined) throw notFound(request.resource, request.info.name);
    const current = registry.views.passingObject(request.resource, record);
    const patched = transformed(transform, request, current, document);
    const known = decodedParts(request.resource, record, current);
    const { object, managers } = decodePatched(request, patched, options.fieldValidation, known);
    matchNamespace(request, object);
    matchName(request, object);
    checkVersion(request, object, current);
    return await finishUpdate(registry, request, {
      options,
      seen,
      record,
      current,
      object,
      managers,
      owned: false,
    });
  });
}

/** What a patch leaves alone is as it was decoded and defaulted when this server wrote it. */
function decodedParts(resource: Resource, { index }: Versioned, current: KubeObject): KnownParts | undefined {
  if (index.managersEnd === 0 || !isStorageVersion(resource)) return undefined;
  const parts = new Map<unknown, Schema | undefined>();
  for (const { name, of } of resource.type.fields.values()) {
    const part = dataOf(current)[name] as Record<string, unknown> | undefined;
    parts.set(part, of);
    if (of.form !== "message" || part === undefined) continue;
    for (const below of Object.keys(part)) parts.set(part[below], of.fields.get(below)?.of);
  }
  return (part, schema) => (parts.get(part) === schema ? copyOf(part) : undefined);
}

function transformed(
  transform: Apply,
  request: ResourceRequest,
  current: KubeObject,
  document: unknown,
): unknown {
  try {
    return transform(request, current, document);
  } catch (error) {
    throw error instanceof PatchError ? error.toStatusError() : error;
  }
}

async function apply(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  const options = writeOptions(request, "PatchOptions", true);
  const applied = await decodeApplied(request, options.fieldValidation);
  matchNamespace(request, applied);
  const isNameless = nameApplied(request, applied);
  const key = keyOf(request.resource, request.info.namespace, request.info.name);
  const outcome = await commitLoop(registry, (seen) =>
    attemptApply(registry, request, options, applied, key, seen),
  );
  if (outcome !== undefined) return outcome;
  if (isNameless) matchName(request, { ...applied, metadata: {} });
  const object = registry.fields.apply(request, undefined, copyOf(applied), options);
  return createFrom(registry, request, options, { object, managers: undefined }, true);
}

async function attemptApply(
  registry: Registry,
  request: ResourceRequest,
  options: WriteOptions,
  applied: KubeObject,
  key: string,
  seen: Seen,
): Promise<Attempt<Outcome | undefined>> {
  const { resource, info } = request;
  const record = seen.read(key);
  if (record === undefined) {
    if (info.subresource !== "") throw notFound(resource, info.name);
    if ((applied.metadata.uid ?? "") !== "")
      throw conflict(
        resource,
        info.name,
        "uid mismatch: the provided object specified uid of an object that does not exist",
      );
    return { type: "answer", value: undefined };
  }
  const current = registry.views.passingObject(resource, record);
  // What is applied may name a version; else it has the live object's.
  const { resourceVersion = "" } = applied.metadata;
  const expected = resourceVersion === "" ? (current.metadata.resourceVersion ?? "") : resourceVersion;
  checkVersion(
    request,
    { ...applied, metadata: { ...applied.metadata, resourceVersion: expected } },
    current,
  );
  const known = decodedParts(resource, record, current);
  const object = registry.fields.apply(request, current, copyOf(applied), options, known);
  return await finishUpdate(registry, request, {
    options,
    seen,
    record,
    current,
    object,
    managers: undefined,
    owned: true,
  });
}
