/** Storage keys, as upstream lays them out: `/registry/pods/<namespace>/<name>`. */
import { assert } from "#base";
import type { Resource } from "#api";

export interface KeyRange {
  readonly from: string;
  readonly to: string;
}

/** The key of one object; `namespace` is `""` at cluster scope. */
export function keyOf(resource: Resource, namespace: string, name: string): string {
  const prefix = prefixOf(resource);
  return resource.namespaced ? `${prefix}/${namespace}/${name}` : `${prefix}/${name}`;
}

/** All keys of a resource, or those of one namespace. `0` follows `/` in ASCII. */
export function rangeOf(resource: Resource, namespace: string): KeyRange {
  const prefix = prefixOf(resource);
  const scoped = resource.namespaced && namespace !== "" ? `${prefix}/${namespace}` : prefix;
  return { from: `${scoped}/`, to: `${scoped}0` };
}

function prefixOf(resource: Resource): string {
  assert(resource.storage !== undefined, `${resource.plural} are not stored`);
  return resource.storage.prefix;
}
