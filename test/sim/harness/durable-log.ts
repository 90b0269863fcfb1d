/**
 * What is durable, as the journal tells it: every version of every key, in order of revision. The truth that all
 * checks of a simulated cluster compare with. It knows of a commit at the moment when the disk has it, and before the
 * API server does.
 */
import { crc32 } from "node:zlib";
import { decodeProtobuf, isProtobuf, type KubeObject, type Resource } from "#api";
import type { Catalog } from "#apiserver";
import type { JournalCommit, LoggedEvent, RecordIndex } from "#store";

/** One version of a key; `value` undefined is a delete. */
export interface Version {
  readonly revision: number;
  readonly object: KubeObject | undefined;
}

/** One write that became durable. */
export interface Change {
  readonly key: string;
  readonly resource: Resource | undefined;
  readonly revision: number;
  readonly atMs: number;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

/** An event of the log, with what a watch filters by. */
export interface IndexedEvent extends LoggedEvent {
  readonly index: RecordIndex | undefined;
  readonly previousIndex: RecordIndex | undefined;
}

/** A short name of a value, equal for equal bytes. */
export function digestOfValue(value: Uint8Array): string {
  return `${value.length}-${crc32(value).toString(36)}`;
}

export class DurableLog {
  readonly #catalog: Catalog;
  readonly #now: () => number;
  readonly #listeners: ((change: Change) => void)[] = [];
  readonly #versions = new Map<string, Version[]>();
  readonly #keysByPrefix = new Map<string, Set<string>>();
  readonly #indexes = new Map<string, RecordIndex>();
  readonly #byPrefix = new Map<string, IndexedEvent[]>();
  readonly events: IndexedEvent[] = [];
  revision = 1;
  commits = 0;

  constructor(catalog: Catalog, now: () => number) {
    this.#catalog = catalog;
    this.#now = now;
  }

  /** Hears of each write, after the log knows it. */
  onChange(listener: (change: Change) => void): void {
    this.#listeners.push(listener);
  }

  append(commits: readonly JournalCommit[]): void {
    for (const commit of commits) {
      if (commit.revision <= this.revision) continue;
      this.commits += 1;
      const changes = commit.entries.map((entry) => this.#write(commit.revision, entry));
      this.revision = commit.revision;
      for (const change of changes) for (const listener of this.#listeners) listener(change);
    }
  }

  /** The version of a key at a revision; undefined when it never existed until then. */
  at(key: string, revision = this.revision): Version | undefined {
    return this.#versions.get(key)?.findLast((version) => version.revision <= revision);
  }

  /** The live object of a key. */
  object<T extends KubeObject = KubeObject>(key: string): T | undefined {
    return this.at(key)?.object as T | undefined;
  }

  /** What a key was at some moment from one revision to another, oldest first; undefined for absent. */
  between(key: string, from: number, to: number): readonly (Version | undefined)[] {
    const later = (this.#versions.get(key) ?? []).filter(({ revision }) => revision > from && revision <= to);
    return [this.at(key, from), ...later];
  }

  /** Live objects of a resource at a revision, by key. */
  list<T extends KubeObject>(resource: Resource<T>, revision = this.revision): ReadonlyMap<string, T> {
    const found = new Map<string, T>();
    for (const key of this.#keysByPrefix.get(resource.storage?.prefix ?? "") ?? []) {
      const object = this.at(key, revision)?.object;
      if (object !== undefined) found.set(key, object as T);
    }
    return found;
  }

  /** The events whose keys lie in a range, which must not go beyond one resource. */
  eventsIn(from: string, to: string): readonly IndexedEvent[] {
    const resource = this.#catalog.ofKey(`${from}x`);
    const all = this.#byPrefix.get(resource?.storage?.prefix ?? "") ?? this.events;
    return all.filter(({ key }) => key >= from && key < to);
  }

  #write(revision: number, entry: JournalCommit["entries"][number]): Change {
    const key = entry.type === "put" ? entry.record.key : entry.key;
    const resource = this.#catalog.ofKey(key);
    const before = this.at(key)?.object;
    const index = entry.type === "put" ? entry.record.index : undefined;
    const event = {
      key,
      revision,
      value: entry.type === "put" ? digestOfValue(entry.record.value) : undefined,
      index,
      previousIndex: this.#indexes.get(key),
    };
    this.events.push(event);
    getOr(this.#byPrefix, resource?.storage?.prefix ?? "", () => []).push(event);
    if (index === undefined) this.#indexes.delete(key);
    else this.#indexes.set(key, index);
    const after = entry.type === "put" ? objectOf(resource, entry.record.value, revision) : undefined;
    getOr(this.#versions, key, () => []).push({ revision, object: after });
    getOr(this.#keysByPrefix, resource?.storage?.prefix ?? "", () => new Set()).add(key);
    return { key, resource, revision, atMs: this.#now(), before, after };
  }
}

function objectOf(resource: Resource | undefined, value: Uint8Array, revision: number): KubeObject {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (resource === undefined) return { apiVersion: "", kind: "", metadata: {} } as KubeObject;
  const object = (
    isProtobuf(bytes) ? decodeProtobuf(resource.type, bytes) : JSON.parse(bytes.toString("utf8"))
  ) as KubeObject;
  (object.metadata as { resourceVersion?: string }).resourceVersion = String(revision);
  return object;
}

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
