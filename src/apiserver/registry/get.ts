/** GET of one object: the newest, or not older than `resourceVersion`. */
import { notFound } from "#api";
import { keyOf } from "./keys.ts";
import { type Outcome, stored } from "./outcome.ts";
import type { Registry } from "./registry.ts";
import type { ResourceRequest } from "./resource-request.ts";
import { requestedRevision } from "./list-options.ts";
import { awaitRevision } from "./revisions.ts";

export async function get(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  const { info, resource } = request;
  const wanted = requestedRevision(info.query.get("resourceVersion"));
  if (wanted !== undefined) await awaitRevision(registry, wanted, request.call.signal);
  const { store } = registry;
  const snapshot = wanted === undefined ? await store.latest(request.call) : store.snapshot();
  const record = snapshot.get(keyOf(resource, info.namespace, info.name));
  if (record === undefined) throw notFound(resource, info.name);
  return stored(resource, record);
}
