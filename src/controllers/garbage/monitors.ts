/**
 * Metadata informers of everything that can be deleted, kept in step with discovery, feeding the owner graph.
 */
import type { PartialObjectMetadata } from "#api";
import type { Change, DiscoveredResource, Informer, Informers, ResourceRef } from "#client";
import type { OwnerGraph } from "./owner-graph.ts";

/** Objects that nobody owns anything by, and that come in floods. */
const IGNORED = new Set(["events", "events.events.k8s.io"]);

interface Monitor {
  readonly resource: DiscoveredResource;
  readonly informer: Informer<PartialObjectMetadata>;
  readonly unsubscribe: () => void;
}

export class Monitors {
  readonly #informers: Informers;
  readonly #graph: OwnerGraph;
  readonly #touch: (uids: ReadonlySet<string>) => void;
  readonly #monitors = new Map<string, Monitor>();

  constructor(informers: Informers, graph: OwnerGraph, touch: (uids: ReadonlySet<string>) => void) {
    this.#informers = informers;
    this.#graph = graph;
    this.#touch = touch;
  }

  /** Starts and ends monitors; groups that could not be discovered keep theirs. */
  follow(resources: readonly DiscoveredResource[], failedGroups: readonly string[]): void {
    const wanted = new Map<string, DiscoveredResource>();
    for (const resource of resources) {
      const name = nameOf(resource);
      const watchable = ["delete", "list", "watch"].every((verb) => resource.verbs.includes(verb));
      if (watchable && !IGNORED.has(name)) wanted.set(name, resource);
    }
    for (const [name, monitor] of this.#monitors) {
      const { group, version } = monitor.resource;
      if (!wanted.has(name) && !failedGroups.includes(`${group}/${version}`)) this.#end(name, monitor);
    }
    for (const [name, resource] of wanted) {
      if (!this.#monitors.has(name)) this.#begin(name, resource);
    }
  }

  /** Names of resources whose first list is not in the graph yet. */
  unsynced(): readonly string[] {
    return [...this.#monitors].filter(([, { informer }]) => !informer.synced).map(([name]) => name);
  }

  /** Resolves when the graph has all that was at that revision. */
  async catchUp(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const informers = [...this.#monitors.values()].map(({ informer }) => informer);
    await Promise.all(informers.map((informer) => informer.catchUp(resourceVersion, signal)));
  }

  /** The resource of an owner reference, by group and kind, whatever version it names. */
  find(apiVersion: string, kind: string): ResourceRef | undefined {
    const slash = apiVersion.indexOf("/");
    const group = slash < 0 ? "" : apiVersion.slice(0, slash);
    for (const { resource } of this.#monitors.values()) {
      if (resource.group === group && resource.kind === kind) return resource;
    }
    return undefined;
  }

  #begin(name: string, resource: DiscoveredResource): void {
    const informer = this.#informers.metadata(resource);
    const unsubscribe = informer.onChange((change) => this.#apply(resource, change));
    this.#monitors.set(name, { resource, informer, unsubscribe });
  }

  #end(name: string, { resource, informer, unsubscribe }: Monitor): void {
    unsubscribe();
    this.#monitors.delete(name);
    this.#informers.dropMetadata(resource);
    for (const { metadata } of informer.lister.list()) this.#touch(this.#graph.remove(metadata.uid ?? ""));
  }

  #apply(resource: ResourceRef, { previous, current }: Change<PartialObjectMetadata>): void {
    if (current !== undefined) this.#touch(this.#graph.put(resource, current.metadata));
    else if (previous !== undefined) this.#touch(this.#graph.remove(previous.metadata.uid ?? ""));
  }
}

function nameOf({ group, plural }: ResourceRef): string {
  return group === "" ? plural : `${plural}.${group}`;
}
