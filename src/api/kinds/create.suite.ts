/** Runs an object through all that a create or an update does to it before it is stored, for the tests of kinds. */
import { decode } from "../codec/mod.ts";
import type { FieldErrors } from "../field-errors.ts";
import type { RequestContext, Resource } from "../resource.ts";
import { applyDefaults, type KubeObject } from "../schema/mod.ts";
import { prepareForCreate, prepareForUpdate, validateCreate, validateUpdate } from "./lifecycle.ts";

export const context: RequestContext = {
  now: Date.UTC(2026, 0, 1),
  userName: "tester",
  subresource: undefined,
  dryRun: false,
};

export interface Created<T> {
  readonly object: T;
  readonly errors: FieldErrors;
}

/** `body` needs no `apiVersion`, `kind` or `metadata` beyond what the test is about. */
export function create<T extends KubeObject>(resource: Resource<T>, body: object): Created<T> {
  const { metadata, ...rest } = body as { metadata?: object };
  const place = resource.namespaced ? { namespace: "default" } : {};
  const object = decode(resource.type, { metadata: { name: "a", ...place, ...metadata }, ...rest }).object;
  if (resource.storage !== undefined) object.metadata.uid = "00000000-0000-4000-8000-000000000000";
  applyDefaults(resource.type, object);
  prepareForCreate(resource as Resource, object, context);
  return { object, errors: validateCreate(resource as Resource, object, context) };
}

/** `["FieldValueRequired spec.ports"]` */
export function causesOf({ errors }: Pick<Created<KubeObject>, "errors">): string[] {
  return errors.list.map((error) => `${error.reason} ${error.field}`).sort();
}

export interface Updated<T> {
  readonly draft: T;
  readonly errors: string[];
}

/** The causes of changing `old` by `change`; `subresource` by name. */
export function update<T extends KubeObject>(
  resource: Resource<T>,
  old: T,
  change: (draft: T) => void,
  subresource?: "status" | string,
): Updated<T> {
  const draft = structuredClone(old);
  change(draft);
  const row = resource as Resource;
  const door = subresource === "status" ? row.status : row.objectSubresources?.[subresource ?? ""];
  prepareForUpdate(row, draft, old, context, door);
  const errors = validateUpdate(row, draft, old, context, door);
  return { draft, errors: errors.list.map((error) => `${error.reason} ${error.field}`) };
}
