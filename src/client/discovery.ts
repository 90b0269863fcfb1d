/**
 * What the API server serves, from aggregated discovery (two calls in all): each resource once, in its group's
 * preferred version.
 */
import { apidiscovery } from "#api";
import type { ResourceRef } from "./client.ts";
import { refusal } from "./paths.ts";
import type { ApiRequest, Transport } from "./transport.ts";

/** One served resource and what can be done with it. */
export interface DiscoveredResource extends ResourceRef {
  readonly verbs: readonly string[];
}

/** What the server serves, as far as it knows. */
export interface Discovery {
  readonly resources: readonly DiscoveredResource[];
  /** Groups (`metrics.k8s.io/v1beta1`) whose server does not answer: nobody knows what they hold. */
  readonly failed: readonly string[];
}

const ACCEPT = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** Asks for all of it; refusals reject with `StatusError`. */
export async function discover(transport: Transport, signal: AbortSignal): Promise<Discovery> {
  const lists = await Promise.all(["/api", "/apis"].map((path) => groupsAt(transport, path, signal)));
  const resources: DiscoveredResource[] = [];
  const failed: string[] = [];
  for (const group of lists.flat()) {
    const name = group.metadata.name ?? "";
    const known = new Set<string>();
    for (const { version, resources: served, freshness } of group.versions ?? []) {
      if (freshness === "Stale") failed.push(name === "" ? version : `${name}/${version}`);
      for (const { resource, responseKind, scope, verbs } of served ?? []) {
        if (known.has(resource)) continue;
        known.add(resource);
        const kind = responseKind?.kind ?? "";
        resources.push({
          group: name,
          version,
          plural: resource,
          kind,
          namespaced: scope === "Namespaced",
          verbs,
        });
      }
    }
  }
  return { resources, failed };
}

async function groupsAt(
  transport: Transport,
  path: string,
  signal: AbortSignal,
): Promise<readonly apidiscovery.APIGroupDiscovery[]> {
  const request: ApiRequest = { method: "GET", path, accept: ACCEPT };
  const response = await transport.request(request, signal);
  if (response.status >= 400) throw refusal(request, response);
  return (response.body as apidiscovery.APIGroupDiscoveryList).items ?? [];
}
