/** Reads a review: like any create, with field checks and ownership, but nothing is stored. */
import { FieldErrors, type KubeObject, type Type, invalid } from "#api";
import { decodeObject } from "../registry/decoding.ts";
import { matchNamespace } from "../registry/metadata.ts";
import { type Outcome, plain } from "../registry/outcome.ts";
import type { Registry } from "../registry/registry.ts";
import { type ResourceRequest, writeOptions } from "../registry/resource-request.ts";

/** The review with its managedFields, as upstream's generic create makes it. */
export async function readReview<T>(
  registry: Registry,
  request: ResourceRequest,
  _type: Type<T>,
): Promise<T & KubeObject> {
  const options = writeOptions(request, "CreateOptions");
  const { object, managers } = await decodeObject(request, request.resource, options.fieldValidation);
  matchNamespace(request, object);
  registry.fields.update(request, undefined, object, managers, options.fieldManager);
  return object as T & KubeObject;
}

/** Access reviews have no metadata of their own, but for the namespace of a local one. */
export function checkBareMetadata(review: KubeObject, errors: FieldErrors): void {
  const {
    managedFields: _fields,
    namespace: _namespace,
    creationTimestamp: _time,
    ...rest
  } = review.metadata;
  if (Object.keys(rest).length > 0) errors.invalid("metadata", rest, "must be empty");
}

export function refuseReview(request: ResourceRequest, errors: FieldErrors): void {
  if (!errors.empty)
    throw invalid({ group: request.resource.group, kind: request.resource.kind }, "", errors);
}

export function reviewed(request: ResourceRequest, review: KubeObject, status: unknown): Outcome {
  return plain(request.resource, { ...review, status }, 201);
}
