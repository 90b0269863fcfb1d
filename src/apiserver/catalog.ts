/**
 * Which resources are served: by group, version and plural for routing, by group and plural for code that
 * needs one (`catalog.of("", "pods")`). Definitions of custom resources will add rows at run time;
 * `generation` grows then.
 */
import { assert } from "#base";
import type { Resource } from "#api";

export class Catalog {
  readonly #byRoute = new Map<string, Resource>();
  readonly #byName = new Map<string, Resource>();
  readonly #byKind = new Map<string, Resource>();
  readonly #byPrefix = new Map<string, Resource>();
  readonly #groups = new Set<string>();
  readonly all: readonly Resource[];

  constructor(resources: readonly Resource[]) {
    this.all = resources;
    for (const resource of resources) this.#add(resource);
  }

  /** The resource at a route, or undefined. */
  lookup(group: string, version: string, plural: string): Resource | undefined {
    return this.#byRoute.get(`${group}/${version}/${plural}`);
  }

  hasVersion(group: string, version: string): boolean {
    return this.#groups.has(`${group}/${version}`);
  }

  /** The resource in its storage version (the first served when it is not stored). */
  of(group: string, plural: string): Resource {
    const resource = this.find(group, plural);
    assert(resource !== undefined, `no resource ${plural} in group "${group}"`);
    return resource;
  }

  find(group: string, plural: string): Resource | undefined {
    return this.#byName.get(`${group}/${plural}`);
  }

  /** The first resource of a kind, whatever its plural. */
  ofKind(group: string, version: string, kind: string): Resource | undefined {
    return this.#byKind.get(`${group}/${version}/${kind}`);
  }

  /** The stored resource that owns a key, with its decoding; the longest prefix wins. */
  ofKey(key: string): Resource | undefined {
    let end = key.length;
    while (end > 0) {
      end = key.lastIndexOf("/", end - 1);
      if (end <= 0) return undefined;
      const found = this.#byPrefix.get(key.slice(0, end));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The resource, in its storage version, whose keys begin with `prefix`. */
  ofPrefix(prefix: string): Resource | undefined {
    return this.#byPrefix.get(prefix);
  }

  /** Another version of a stored resource, by its `apiVersion`. */
  otherVersion({ storage }: Resource, apiVersion: string): Resource | undefined {
    if (storage === undefined) return undefined;
    return this.all.find((one) => one.storage?.prefix === storage.prefix && groupVersion(one) === apiVersion);
  }

  #add(resource: Resource): void {
    const { group, version, plural, storage } = resource;
    this.#groups.add(`${group}/${version}`);
    this.#byRoute.set(`${group}/${version}/${plural}`, resource);
    const isStored = storage !== undefined && isStorageVersion(resource);
    const kind = `${group}/${version}/${resource.kind}`;
    if (!this.#byKind.has(kind)) this.#byKind.set(kind, resource);
    if (isStored || !this.#byName.has(`${group}/${plural}`)) this.#byName.set(`${group}/${plural}`, resource);
    if (isStored) this.#byPrefix.set(storage.prefix, resource);
  }
}

/** Storage versions read `v1` for the core group and `apps/v1` otherwise. */
export function groupVersion(resource: { readonly group: string; readonly version: string }): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** Whether objects of this resource are stored as they are served. */
export function isStorageVersion(resource: Resource): boolean {
  if (resource.storage === undefined) return false;
  return resource.storage.version === groupVersion(resource);
}
