/** Names of resources as plug-in tables spell them: `pods`, `leases.coordination.k8s.io`. */
import type { ResourceName } from "#api";

export function qualifiedPlural(resource: ResourceName): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}
