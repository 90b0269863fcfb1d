/**
 * The objects that an informer holds, by key, by namespace and by declared indices. It owns no copies: the objects
 * are the transport's, read-only. Invariant: each index lists exactly the cached objects that give its value.
 */
import type { KubeObject } from "#api";
import { assert } from "#base";
import type { Lister, ObjectKey } from "./client.ts";

/** `namespace/name`, or `name` in cluster scope; also the key of work queues. */
export function keyText(key: ObjectKey): string {
  return key.namespace ? `${key.namespace}/${key.name}` : key.name;
}

/** The reverse of `keyText`. */
export function parseKey(text: string): ObjectKey {
  const slash = text.indexOf("/");
  if (slash < 0) return { name: text };
  return { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

export function keyOf(object: KubeObject): ObjectKey {
  return { namespace: object.metadata.namespace, name: object.metadata.name ?? "" };
}

type IndexValues<T> = (object: T) => readonly string[];

class Index<T extends KubeObject> {
  readonly values: IndexValues<T>;
  readonly #buckets = new Map<string, Map<string, T>>();

  constructor(values: IndexValues<T>) {
    this.values = values;
  }

  remove(key: string, object: T): void {
    for (const value of this.values(object)) {
      const bucket = this.#buckets.get(value);
      bucket?.delete(key);
      if (bucket?.size === 0) this.#buckets.delete(value);
    }
  }

  add(key: string, object: T): void {
    for (const value of this.values(object)) {
      const bucket = this.#buckets.get(value);
      if (bucket === undefined) this.#buckets.set(value, new Map([[key, object]]));
      else bucket.set(key, object);
    }
  }

  get(value: string): readonly T[] {
    return [...(this.#buckets.get(value)?.values() ?? [])];
  }

  *counts(): Iterable<readonly [string, number]> {
    for (const [value, { size }] of this.#buckets) yield [value, size];
  }
}

const NAMESPACE = "namespace";

export class IndexedCache<T extends KubeObject> implements Lister<T> {
  readonly #objects = new Map<string, T>();
  readonly #indices = new Map<string, Index<T>>();

  constructor() {
    this.addIndex(NAMESPACE, (object) => (object.metadata.namespace ? [object.metadata.namespace] : []));
    this.addIndex("owner", (object) => controllerUids(object));
  }

  /** Declares an index; objects cached before are indexed at once. */
  addIndex(name: string, values: IndexValues<T>): void {
    if (this.#indices.has(name)) return;
    const index = new Index(values);
    for (const [key, object] of this.#objects) index.add(key, object);
    this.#indices.set(name, index);
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(keyText(key));
  }

  list(namespace?: string): readonly T[] {
    if (namespace) return this.by(NAMESPACE, namespace);
    return [...this.#objects.values()];
  }

  by(index: string, value: string): readonly T[] {
    return this.#index(index).get(value);
  }

  counts(index: string): Iterable<readonly [string, number]> {
    return this.#index(index).counts();
  }

  keys(): Iterable<string> {
    return this.#objects.keys();
  }

  /** Returns the object that was there before. */
  set(key: string, object: T): T | undefined {
    const previous = this.#objects.get(key);
    for (const index of this.#indices.values()) {
      if (previous !== undefined) index.remove(key, previous);
      index.add(key, object);
    }
    this.#objects.set(key, object);
    return previous;
  }

  delete(key: string): T | undefined {
    const previous = this.#objects.get(key);
    if (previous === undefined) return undefined;
    for (const index of this.#indices.values()) index.remove(key, previous);
    this.#objects.delete(key);
    return previous;
  }

  #index(name: string): Index<T> {
    const found = this.#indices.get(name);
    assert(found !== undefined, `No index "${name}" was declared before it was asked`);
    return found;
  }
}

/** Values of the index `owner`. */
export function controllerUids(object: KubeObject): readonly string[] {
  const owner = object.metadata.ownerReferences?.find((reference) => reference.controller === true);
  return owner === undefined ? [] : [owner.uid];
}
