/**
 * A selection of a resource's objects in one snapshot. It holds no object: each is decoded when somebody looks at it. Thousands
 * of followers keep one each, so it is few words.
 */
import type { KubeObject, Resource } from "#api";
import type { Revision, Snapshot, StoredRecord } from "#store";
import { keyOf, rangeOf } from "./keys.ts";
import type { Selection } from "./selection.ts";
import type { ValueIndexes } from "./value-indexes.ts";
import type { Views } from "./views.ts";

/** The collection at one revision. */
export interface CollectionState {
  readonly revision: Revision;
  get(namespace: string, name: string): StoredRecord | undefined;
  at(key: string): StoredRecord | undefined;
  /** In order of their keys; all namespaces for `""`. */
  versions(namespace: string): Iterable<StoredRecord>;
  object(version: StoredRecord): unknown;
}

/** Which objects, and in which form: the same at every revision. */
export interface Followed {
  readonly resource: Resource;
  readonly selection: Selection;
  /** The one namespace of the collection, or `""`. */
  readonly scope: string;
  readonly views: Views;
  readonly indexes: Pick<ValueIndexes, "candidates">;
  show(object: KubeObject): unknown;
}

/** Whether the collection has it. */
export function selects({ selection }: Followed, record: StoredRecord): boolean {
  return selection.everything || selection.matches(record);
}

/** The state in a snapshot, or in a newer one in which the collection is the same. */
export class SnapshotState implements CollectionState {
  readonly #followed: Followed;
  #snapshot: Snapshot;

  constructor(followed: Followed, snapshot: Snapshot) {
    this.#followed = followed;
    this.#snapshot = snapshot;
  }

  get revision(): Revision {
    return this.#snapshot.revision;
  }

  renew(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
  }

  get(namespace: string, name: string): StoredRecord | undefined {
    const { scope, resource } = this.#followed;
    if (scope !== "" && namespace !== scope) return undefined;
    return this.at(keyOf(resource, namespace, name));
  }

  at(key: string): StoredRecord | undefined {
    const record = this.#snapshot.get(key);
    return record !== undefined && selects(this.#followed, record) ? record : undefined;
  }

  *versions(namespace: string): Iterable<StoredRecord> {
    const { scope, resource, selection, indexes } = this.#followed;
    if (scope !== "" && namespace !== "" && namespace !== scope) return;
    const range = rangeOf(resource, namespace === "" ? scope : namespace);
    for (const record of indexes.candidates(resource, selection, this.#snapshot, range))
      if (selects(this.#followed, record)) yield record;
  }

  object(version: StoredRecord): unknown {
    const { show, views, resource } = this.#followed;
    return show(views.object(resource, version));
  }
}
