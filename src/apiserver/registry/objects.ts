/**
 * Reads of decoded objects at the store's head, for the server's own parts (admission, authorization, token
 * checks). Objects are shared and read-only.
 */
import type { KubeObject, Resource } from "#api";
import type { Store } from "#store";
import type { Catalog } from "../catalog.ts";
import { keyOf, rangeOf } from "./keys.ts";
import type { Records } from "./records.ts";

export class Objects {
  readonly #store: Store;
  readonly #catalog: Catalog;
  readonly #records: Records;

  constructor(store: Store, catalog: Catalog, records: Records) {
    this.#store = store;
    this.#catalog = catalog;
    this.#records = records;
  }

  /** `objects.get("", "pods", "default", "web-0")`; the namespace is `""` at cluster scope. */
  get<T extends KubeObject = KubeObject>(
    group: string,
    plural: string,
    namespace: string,
    name: string,
  ): T | undefined {
    const resource = this.#catalog.of(group, plural);
    const record = this.#store.snapshot().get(keyOf(resource, namespace, name));
    return record === undefined ? undefined : (this.#records.object(resource, record) as T);
  }

  /** Every object of a resource, or of one namespace of it. */
  *list<T extends KubeObject = KubeObject>(group: string, plural: string, namespace = ""): Iterable<T> {
    const resource = this.#catalog.of(group, plural);
    const { from, to } = rangeOf(resource, namespace);
    for (const record of this.#store.snapshot().range(from, to))
      yield this.#records.object(resource, record) as T;
  }

  /** The resource of the catalog, for keys. */
  resource(group: string, plural: string): Resource {
    return this.#catalog.of(group, plural);
  }
}
