/**
 * Read your own writes: the client of one turn notes what it wrote, and the runner waits until the informers have seen
 * it before the key has another turn. So no controller ever counts objects from a cache that lacks its own
 * creations and deletions, and none keeps expectations of its own. A write whose answer was lost may have been done, so
 * then the informers have to catch up with the server first. A crash forgets the notes, and may: the
 * next process lists anew.
 */
import type { KubeObject, PartialObjectMetadata, Resource } from "#api";
import {
  ClientError,
  type Client,
  type DeleteOptions,
  type Informer,
  type Informers,
  type List,
  type ListOptions,
  type NewObject,
  type ObjectKey,
  type PatchType,
  type ResourceClient,
  type ResourceRef,
  type Transport,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from "#client";

/** Notes of one turn. */
export class OwnWrites implements Client {
  readonly #client: Client;
  readonly #informers: Pick<Informers, "peek">;
  readonly #notes: Notes = { revisions: new Map(), deletions: [], doubts: new Set() };

  constructor(client: Client, informers: Pick<Informers, "peek">) {
    this.#client = client;
    this.#informers = informers;
  }

  get raw(): Transport {
    return this.#client.raw;
  }

  of<T extends KubeObject>(resource: Resource<T>): ResourceClient<T> {
    const inner = this.#client.of(resource);
    const informer = this.#informers.peek(resource);
    return informer === undefined ? inner : new NotingClient(inner, informer, this.#notes);
  }

  /** Metadata calls are not noted: who uses them names uids. */
  metadata(resource: ResourceRef): ResourceClient<PartialObjectMetadata> {
    return this.#client.metadata(resource);
  }

  /** Resolves when the informers have seen all that this turn wrote. */
  async seen(signal: AbortSignal): Promise<void> {
    const { revisions, deletions, doubts } = this.#notes;
    await Promise.all([...doubts].map((informer) => informer.current(signal)));
    await Promise.all([...revisions].map(([informer, revision]) => informer.seen(String(revision), signal)));
    await Promise.all(deletions.map((seen) => seen(signal)));
  }
}

interface Notes {
  /** The newest revision written of each resource. */
  readonly revisions: Map<Pick<Informer<never>, "seen">, number>;
  readonly deletions: ((signal: AbortSignal) => Promise<void>)[];
  /** Resources with a write whose answer was lost: it may have been done. */
  readonly doubts: Set<Pick<Informer<never>, "current">>;
}

class NotingClient<T extends KubeObject> implements ResourceClient<T> {
  readonly #inner: ResourceClient<T>;
  readonly #informer: Informer<T>;
  readonly #notes: Notes;

  constructor(inner: ResourceClient<T>, informer: Informer<T>, notes: Notes) {
    this.#inner = inner;
    this.#informer = informer;
    this.#notes = notes;
  }

  get(key: ObjectKey, signal: AbortSignal): Promise<T> {
    return this.#inner.get(key, signal);
  }

  list(options: ListOptions, signal: AbortSignal): Promise<List<T>> {
    return this.#inner.list(options, signal);
  }

  watch(options: WatchOptions, signal: AbortSignal): Promise<AsyncIterable<readonly WatchEvent<T>[]>> {
    return this.#inner.watch(options, signal);
  }

  async create(object: NewObject<T>, signal: AbortSignal, options?: WriteOptions): Promise<T> {
    return this.#noted(this.#inner.create(object, signal, options));
  }

  async update(object: T, signal: AbortSignal, options?: WriteOptions): Promise<T> {
    return this.#noted(this.#inner.update(object, signal, options));
  }

  async patch(
    key: ObjectKey,
    type: PatchType,
    patch: unknown,
    signal: AbortSignal,
    options?: WriteOptions & { readonly force?: boolean },
  ): Promise<T> {
    return this.#noted(this.#inner.patch(key, type, patch, signal, options));
  }

  async delete(key: ObjectKey, signal: AbortSignal, options?: DeleteOptions): Promise<void> {
    const uid = options?.uid ?? this.#informer.lister.get(key)?.metadata.uid;
    await this.#inDoubt(this.#inner.delete(key, signal, options));
    this.#notes.deletions.push((waitSignal) =>
      this.#informer.until(key, (object) => isDeleted(object, uid), waitSignal),
    );
  }

  deleteCollection(options: ListOptions & DeleteOptions, signal: AbortSignal): Promise<void> {
    return this.#inner.deleteCollection(options, signal);
  }

  post(key: ObjectKey, subresource: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    return this.#inner.post(key, subresource, body, signal);
  }

  async #inDoubt<R>(writing: Promise<R>): Promise<R> {
    try {
      return await writing;
    } catch (error) {
      if (error instanceof ClientError && error.code === "unreachable")
        this.#notes.doubts.add(this.#informer);
      throw error;
    }
  }

  async #noted(writing: Promise<T>): Promise<T> {
    const written = await this.#inDoubt(writing);
    const revision = Number(written.metadata.resourceVersion ?? 0);
    const { revisions } = this.#notes;
    revisions.set(this.#informer, Math.max(revision, revisions.get(this.#informer) ?? 0));
    return written;
  }
}

function isDeleted(object: KubeObject | undefined, uid: string | undefined): boolean {
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return true;
  return uid !== undefined && object.metadata.uid !== uid;
}
