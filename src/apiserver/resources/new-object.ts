/** Objects that the server itself makes, complete and canonical. */
import type { Env } from "#base";
import { type KubeObject, type Resource, canonical, applyDefaults, prepareForCreate, rfc3339 } from "#api";
import { groupVersion } from "../catalog.ts";

/** The body of `resource` with metadata filled in, defaults set and the kind's own preparation done. */
export function newObject(
  env: Env,
  resource: Resource,
  body: { readonly metadata: object } & Readonly<Record<string, unknown>>,
): KubeObject {
  const now = env.clock.now();
  const metadata = { ...body.metadata, uid: env.random.uuid(), creationTimestamp: rfc3339(now) };
  const object = canonical(resource.type, {
    ...body,
    kind: resource.kind,
    apiVersion: groupVersion(resource),
    metadata,
  });
  applyDefaults(resource.type, object);
  prepareForCreate(resource, object, {
    now,
    userName: "system:apiserver",
    subresource: undefined,
    dryRun: false,
  });
  return object;
}
