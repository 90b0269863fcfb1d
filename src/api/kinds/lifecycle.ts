/**
 * The generic steps around a kind's strategy, in upstream's order: the strategy prepares, generation follows,
 * the strategy validates, metadata is validated by the kind's name rule or by the rule for all. Pure.
 */
import { assert } from "#base";
import { dropDisabled } from "../gates.ts";
import { FieldErrors } from "../field-errors.ts";
import type { MetadataCheck, ObjectSubresource, RequestContext, Resource } from "../resource.ts";
import { sameOf } from "../same-of.ts";
import type { KubeObject, Schema } from "../schema/mod.ts";
import {
  type ObjectMetaRules,
  validateObjectMeta,
  validateObjectMetaChange,
  validateObjectMetaUpdate,
} from "../types/meta/object-meta-validation.ts";

function rulesOf(resource: Resource): ObjectMetaRules {
  const { namespaced, strategy } = resource;
  if (strategy.name === undefined) return { namespaced, anyFinalizer: true };
  return { namespaced, name: strategy.name, anyFinalizer: strategy.anyFinalizer ?? false };
}

/** Defaults have run, and the server has set name, namespace, uid and time. Changes `draft`. */
export function prepareForCreate(resource: Resource, draft: KubeObject, context: RequestContext): void {
  delete draft.metadata.generation;
  if (resource.strategy.generationOf !== undefined) draft.metadata.generation = 1;
  resource.strategy.prepareForCreate?.(draft, context);
  dropDisabled(resource.type, draft, undefined);
}

/** Adds to `errors`, which stay empty when the object may be created. */
export function validateCreate(
  resource: Resource,
  object: KubeObject,
  context: RequestContext,
  errors = new FieldErrors(),
): FieldErrors {
  if (resource.strategy.name !== undefined) {
    validateObjectMeta(object.metadata, "metadata", errors, rulesOf(resource));
  }
  resource.strategy.validateCreate?.(object, errors, context);
  if (errors.empty && resource.strategy.name === undefined && resource.storage !== undefined) {
    validateObjectMeta(object.metadata, "metadata", errors, rulesOf(resource));
  }
  return errors;
}

/** Changes `draft`. `subresource` is one of the kind's object subresources. */
export function prepareForUpdate(
  resource: Resource,
  draft: KubeObject,
  old: KubeObject,
  context: RequestContext,
  subresource?: ObjectSubresource<KubeObject>,
): void {
  if (old.metadata.generation === undefined) delete draft.metadata.generation;
  else draft.metadata.generation = old.metadata.generation;
  dropDisabled(resource.type, draft, old);
  if (subresource !== undefined) return subresource.prepareForUpdate(draft, old, context);
  resource.strategy.prepareForUpdate?.(draft, old, context);
  bumpGeneration(resource, draft, old);
}

function bumpGeneration(resource: Resource, draft: KubeObject, old: KubeObject): void {
  const fields = resource.strategy.generationOf;
  if (fields === undefined) return;
  const isKept = (path: string): boolean =>
    sameOf(schemaAt(resource.type, path), valueAt(draft, path), valueAt(old, path));
  if (!fields.every(isKept)) draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
}

function schemaAt(type: Schema, path: string): Schema {
  let schema = type;
  for (const step of path.split(".")) {
    const field = schema.form === "message" ? schema.fields.get(step) : undefined;
    assert(field !== undefined, `generationOf names no field: ${path}`);
    schema = field.of;
  }
  return schema;
}

/** `"spec"` or `"metadata.annotations"`. */
function valueAt(object: unknown, path: string): unknown {
  let value = object;
  for (const step of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[step];
  return value;
}

/** Adds to `errors`, which stay empty when the update may be stored. */
export function validateUpdate(
  resource: Resource,
  object: KubeObject,
  old: KubeObject,
  context: RequestContext,
  subresource?: ObjectSubresource<KubeObject>,
  errors = new FieldErrors(),
): FieldErrors {
  const { strategy } = resource;
  const rereads = subresource === undefined && strategy.rereads === true;
  const checks = (subresource ?? strategy).metadataOnUpdate ?? ["changes"];
  validateMetadataUpdate(resource, object, old, errors, rereads ? ["whole", ...checks] : checks);
  if (subresource !== undefined) subresource.validateUpdate?.(object, old, errors, context);
  else {
    if (rereads) strategy.validateCreate?.(object, errors, context);
    strategy.validateUpdate?.(object, old, errors, context);
  }
  return errors;
}

/** A fault that several checks see is told by each, as upstream's causes are. Most updates have none: one look tells. */
function validateMetadataUpdate(
  resource: Resource,
  { metadata }: KubeObject,
  { metadata: old }: KubeObject,
  errors: FieldErrors,
  checks: readonly MetadataCheck[],
): void {
  const rules = rulesOf(resource);
  const seen = new FieldErrors();
  validateObjectMeta(metadata, "metadata", seen, rules);
  validateObjectMetaChange(metadata, old, "metadata", seen);
  if (seen.empty) return;
  const everyKind = { namespaced: resource.namespaced, anyFinalizer: true };
  validateObjectMeta(metadata, "metadata", errors, everyKind);
  validateObjectMetaUpdate(metadata, old, "metadata", errors, everyKind);
  if (resource.strategy.name === undefined) return;
  for (const check of checks) {
    if (check === "whole") validateObjectMeta(metadata, "metadata", errors, rules);
    else validateObjectMetaUpdate(metadata, old, "metadata", errors, rules);
  }
}
