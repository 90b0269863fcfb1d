/**
 * Discovery documents of a set of resources: the classic ones (`/api`, `/apis`, one for each group and
 * version) and the aggregated ones (apidiscovery.k8s.io/v2). Immutable: made for one generation of the
 * resources, each document on first use.
 */
import type { Resource } from "../resource.ts";
import { compareGroups, compareVersions } from "./group-order.ts";
import { storageVersionHash } from "./storage-version-hash.ts";
import { subresourcesOf } from "./subresources.ts";

/** What discovery reads of a resource. */
export type DiscoveredResource = Pick<
  Resource,
  | "group"
  | "version"
  | "plural"
  | "singular"
  | "kind"
  | "namespaced"
  | "shortNames"
  | "categories"
  | "verbs"
  | "storage"
  | "status"
  | "scale"
  | "objectSubresources"
  | "actions"
>;

/** The digest of ETags and storage version hashes. */
export interface DiscoveryDeps {
  readonly sha256: (text: string) => Uint8Array;
}

/** Settings of the documents. */
export interface DiscoveryOptions {
  /** Where `/api` tells old clients to find the server: `"10.0.0.1:6443"`. */
  readonly serverAddress: string;
}

/** A document with the ETag of its JSON text. */
export interface DiscoveryDocument {
  readonly body: Readonly<Record<string, unknown>>;
  /** Quoted, as the header has it. */
  readonly etag: string;
}

/** `new Discovery(resources, deps, options).groups().body` is the document of `/apis`. */
export class Discovery {
  readonly #groups = new Map<string, Map<string, DiscoveredResource[]>>();
  readonly #documents = new Map<string, DiscoveryDocument>();
  readonly #deps: DiscoveryDeps;
  readonly #options: DiscoveryOptions;

  constructor(resources: Iterable<DiscoveredResource>, deps: DiscoveryDeps, options: DiscoveryOptions) {
    for (const resource of resources) {
      const versions = this.#groups.get(resource.group) ?? new Map<string, DiscoveredResource[]>();
      this.#groups.set(resource.group, versions);
      versions.set(resource.version, [...(versions.get(resource.version) ?? []), resource]);
    }
    this.#deps = deps;
    this.#options = options;
  }

  /** `/api`. */
  coreVersions(): DiscoveryDocument {
    return this.#document("api", () => ({
      kind: "APIVersions",
      versions: this.#versionsOf(""),
      serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: this.#options.serverAddress }],
    }));
  }

  /** `/apis`. */
  groups(): DiscoveryDocument {
    return this.#document("apis", () => ({
      kind: "APIGroupList",
      apiVersion: "v1",
      groups: this.#namedGroups().map((group) => this.#group(group)),
    }));
  }

  /** `/apis/GROUP`; `undefined` for a group that is not there. */
  group(group: string): DiscoveryDocument | undefined {
    if (group === "" || !this.#groups.has(group)) return undefined;
    return this.#document(`apis/${group}`, () => ({
      kind: "APIGroup",
      apiVersion: "v1",
      ...this.#group(group),
    }));
  }

  /** `/api/v1`, `/apis/GROUP/VERSION`; `undefined` for a version that is not there. */
  resources(group: string, version: string): DiscoveryDocument | undefined {
    const resources = this.#groups.get(group)?.get(version);
    if (resources === undefined) return undefined;
    return this.#document(`${group}/${version}`, () => ({
      kind: "APIResourceList",
      ...(group === "" ? {} : { apiVersion: "v1" }),
      groupVersion: group === "" ? version : `${group}/${version}`,
      resources: byName(resources, (one) => one.plural).flatMap((one) => this.#classicRows(one)),
    }));
  }

  /** `/api` in the aggregated form. */
  aggregatedCore(): DiscoveryDocument {
    return this.#document("aggregated api", () => this.#aggregated(this.#groups.has("") ? [""] : []));
  }

  /** `/apis` in the aggregated form. */
  aggregatedGroups(): DiscoveryDocument {
    return this.#document("aggregated apis", () => this.#aggregated(this.#namedGroups()));
  }

  #document(name: string, make: () => Readonly<Record<string, unknown>>): DiscoveryDocument {
    let document = this.#documents.get(name);
    if (document === undefined) {
      const body = make();
      const digest = Buffer.from(this.#deps.sha256(JSON.stringify(body))).toString("hex");
      document = { body, etag: `"${digest.toUpperCase()}"` };
      this.#documents.set(name, document);
    }
    return document;
  }

  #namedGroups(): readonly string[] {
    return [...this.#groups.keys()].filter((group) => group !== "").sort(compareGroups);
  }

  #versionsOf(group: string): readonly string[] {
    return [...(this.#groups.get(group)?.keys() ?? [])].sort(compareVersions);
  }

  #group(group: string): Readonly<Record<string, unknown>> {
    const versions = this.#versionsOf(group).map((version) => ({
      groupVersion: `${group}/${version}`,
      version,
    }));
    return { name: group, versions, preferredVersion: versions[0] };
  }

  #classicRows(resource: DiscoveredResource): readonly Readonly<Record<string, unknown>>[] {
    const { plural, singular, namespaced, kind, verbs } = resource;
    const hash = storageVersionHash(resource, this.#deps.sha256);
    const own = {
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs: [...verbs].sort(),
      ...listed("shortNames", resource.shortNames),
      ...listed("categories", resource.categories),
      ...(hash === undefined ? {} : { storageVersionHash: hash }),
    };
    const subresources = subresourcesOf(resource).map((one) => ({
      name: `${plural}/${one.name}`,
      singularName: "",
      namespaced,
      ...(one.group === "" ? {} : { group: one.group }),
      ...(one.version === "" ? {} : { version: one.version }),
      kind: one.kind,
      verbs: one.verbs,
    }));
    return [own, ...subresources];
  }

  #aggregated(groups: readonly string[]): Readonly<Record<string, unknown>> {
    return {
      kind: "APIGroupDiscoveryList",
      apiVersion: "apidiscovery.k8s.io/v2",
      metadata: {},
      items: groups.map((group) => ({
        metadata: group === "" ? {} : { name: group },
        versions: this.#versionsOf(group).map((version) => ({
          version,
          resources: byName(this.#groups.get(group)?.get(version) ?? [], (one) => one.plural).map(
            aggregatedRow,
          ),
          freshness: "Current",
        })),
      })),
    };
  }
}

function aggregatedRow(resource: DiscoveredResource): Readonly<Record<string, unknown>> {
  const { plural, kind, namespaced, singular, verbs } = resource;
  const subresources = subresourcesOf(resource).map(({ name, group, version, kind, verbs }) => ({
    subresource: name,
    responseKind: { group, version, kind },
    verbs,
  }));
  return {
    resource: plural,
    responseKind: { group: "", version: "", kind },
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs: [...verbs].sort(),
    ...listed("shortNames", resource.shortNames),
    ...listed("categories", resource.categories),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}

function listed(name: string, values: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return values.length === 0 ? {} : { [name]: values };
}

function byName<T>(items: readonly T[], nameOf: (item: T) => string): readonly T[] {
  return [...items].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
