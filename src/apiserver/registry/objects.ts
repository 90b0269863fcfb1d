/**
 * Reads of decoded objects at the store's head, for the server's own parts (admission, authorization, token
 * checks). Objects are shared and read-only.
 */
import type { KubeObject, Resource } from "#api";
import type { Snapshot, Store } from "#store";
import type { Catalog } from "../catalog.ts";
import { FEW_OBJECTS, MAX_FOUND } from "../limits.ts";
import { keyOf, rangeOf } from "./keys.ts";
import type { Records } from "./records.ts";

export class Objects {
  readonly #store: Store;
  readonly #catalog: Catalog;
  readonly #records: Records;
  /** What was found in this snapshot: the writes of a batch ask for the same few objects. */
  #snapshot: Snapshot | undefined;
  readonly #found = new Map<string, KubeObject | undefined>();
  readonly #lists = new Map<string, readonly KubeObject[]>();

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
    const snapshot = this.#current();
    const asked = `${group}/${plural}/${namespace}/${name}`;
    const known = this.#found.get(asked);
    if (known !== undefined || this.#found.has(asked)) return known as T | undefined;
    const resource = this.#catalog.of(group, plural);
    const record = snapshot.get(keyOf(resource, namespace, name));
    const object = record === undefined ? undefined : this.#records.object(resource, record);
    this.#found.set(asked, object);
    return object as T | undefined;
  }

  /** Every object of a resource, or of one namespace of it. */
  list<T extends KubeObject = KubeObject>(group: string, plural: string, namespace = ""): Iterable<T> {
    const snapshot = this.#current();
    const asked = `${group}/${plural}/${namespace}`;
    const known = this.#lists.get(asked);
    if (known !== undefined) return known as readonly T[];
    const resource = this.#catalog.of(group, plural);
    const { from, to } = rangeOf(resource, namespace);
    const all = () =>
      Iterator.from(snapshot.range(from, to)).map((one) => this.#records.object(resource, one) as T);
    const few = all().take(FEW_OBJECTS).toArray();
    if (few.length === FEW_OBJECTS) return all();
    this.#lists.set(asked, few);
    return few;
  }

  #current(): Snapshot {
    const snapshot = this.#store.snapshot();
    if (snapshot !== this.#snapshot || this.#found.size + this.#lists.size >= MAX_FOUND) {
      this.#snapshot = snapshot;
      this.#found.clear();
      this.#lists.clear();
    }
    return snapshot;
  }

  /** The resource of the catalog, for keys. */
  resource(group: string, plural: string): Resource {
    return this.#catalog.of(group, plural);
  }
}
