/**
 * The typed client's interfaces: what controllers, scheduler and kubelet program against.
 * Objects are read-only and may be shared; make a changed copy to write.
 */
import type { KubeObject, PartialObjectMetadata, Resource } from "#api";
import type { Collection } from "./handler.ts";
import type { WatchEvent } from "./transport.ts";

/** Names an object; `namespace` is absent or `""` for cluster scope. */
export interface ObjectKey {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface ListOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly resourceVersionMatch?: "Exact" | "NotOlderThan" | undefined;
}

export interface WatchOptions extends ListOptions {
  readonly allowWatchBookmarks?: boolean | undefined;
  readonly sendInitialEvents?: boolean | undefined;
  readonly timeoutSeconds?: number | undefined;
}

export interface WriteOptions {
  readonly dryRun?: boolean | undefined;
  /** Default: the client's. */
  readonly fieldManager?: string | undefined;
  readonly fieldValidation?: "Strict" | "Warn" | "Ignore" | undefined;
  readonly subresource?: string | undefined;
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: "Orphan" | "Background" | "Foreground" | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

export type PatchType = "json" | "merge" | "strategic" | "apply";

export interface List<T> {
  readonly resourceVersion: string;
  readonly continue: string | undefined;
  readonly items: readonly T[];
}

/** The verbs of one resource. Every method rejects with `StatusError` (from `#api`) or `ClientError` `unreachable`. */
export interface ResourceClient<T extends KubeObject> {
  get(key: ObjectKey, signal: AbortSignal): Promise<T>;
  list(options: ListOptions, signal: AbortSignal): Promise<List<T>>;
  watch(options: WatchOptions, signal: AbortSignal): Promise<AsyncIterable<readonly WatchEvent<T>[]>>;
  /** Present when the server is in this process; a `resourceVersion` goes on from there. */
  readonly follow?: ((options: WatchOptions, signal: AbortSignal) => Promise<Collection>) | undefined;
  create(object: NewObject<T>, signal: AbortSignal, options?: WriteOptions): Promise<T>;
  /** PUT; with `subresource: "status"` the status only. Conflicts (409) when resourceVersion is set and stale. */
  update(object: T, signal: AbortSignal, options?: WriteOptions): Promise<T>;
  patch(
    key: ObjectKey,
    type: PatchType,
    patch: unknown,
    signal: AbortSignal,
    options?: WriteOptions & { readonly force?: boolean },
  ): Promise<T>;
  delete(key: ObjectKey, signal: AbortSignal, options?: DeleteOptions): Promise<void>;
  deleteCollection(options: ListOptions & DeleteOptions, signal: AbortSignal): Promise<void>;
  /** POST of another kind to a subresource (`binding`, `eviction`, `token`). */
  post(key: ObjectKey, subresource: string, body: unknown, signal: AbortSignal): Promise<unknown>;
}

/** What an author writes of an object before the server completes it. */
export type NewObject<T> = DeepPartial<T>;

/** Every property optional, recursively; lists keep whole element types partial too. */
export type DeepPartial<T> = T extends readonly (infer Item)[]
  ? readonly DeepPartial<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: DeepPartial<T[Key]> | undefined }
    : T;

/** What a call needs to know of a resource; discovery gives it for kinds known only at run time. */
export type ResourceRef = Pick<Resource, "group" | "version" | "plural" | "kind" | "namespaced">;

export interface Client {
  of<T extends KubeObject>(resource: Resource<T>): ResourceClient<T>;
  /** The same verbs with answers cut down to metadata, for any resource. */
  metadata(resource: ResourceRef): ResourceClient<PartialObjectMetadata>;
  /** A raw call, for discovery and for kinds known only at run time. */
  readonly raw: import("./transport.ts").Transport;
}

/** A read-only view of an informer's cache: immutable objects, exactly as stale as the watch. */
export interface Lister<T extends KubeObject> {
  get(key: ObjectKey): T | undefined;
  list(namespace?: string): readonly T[];
  /** Objects under one value of a named index (`"owner"` by controller uid, or those given to the informer). */
  by(index: string, value: string): readonly T[];
  /** The values that a declared index finds something by, and how many objects; nobody's object is looked at. */
  counts(index: string): Iterable<readonly [value: string, count: number]>;
}

/** A change seen by an informer. After a relist, missed deletes arrive with `current` undefined too. */
export interface Change<T> {
  readonly key: ObjectKey;
  readonly previous: T | undefined;
  readonly current: T | undefined;
}

/** Lists, then watches, relists on 410, and tells handlers of each change in order. */
export interface Informer<T extends KubeObject> {
  readonly lister: Lister<T>;
  readonly synced: boolean;
  /** The resourceVersion that the cache reflects. */
  readonly revision: number;
  /** Adds an index; call before start. */
  index(name: string, values: (object: T) => readonly string[]): void;
  /** Returns a function that removes the handler. */
  onChange(handler: (change: Change<T>) => void): () => void;
  /** Resolves when the cache has seen `resourceVersion` (a controller's own last write). */
  seen(resourceVersion: string, signal: AbortSignal): Promise<void>;
  /** The same for any revision of the server: a cache to which nothing has happened is asked to catch up. */
  catchUp(resourceVersion: string, signal: AbortSignal): Promise<void>;
  /** Asks the server for the newest revision, and resolves when the cache has seen it: after a write whose answer was lost. */
  current(signal: AbortSignal): Promise<void>;
  /** Resolves when the cached object of `key` (undefined: none) satisfies `holds`. */
  until(key: ObjectKey, holds: (object: T | undefined) => boolean, signal: AbortSignal): Promise<void>;
}

/**
 * Informers shared by the components of one process and user. Each follows a watch of its own, so after a break one may
 * be fresh beside a stale one; who decides from several waits for `coherent` first.
 */
export interface Informers {
  of<T extends KubeObject>(
    resource: Resource<T>,
    scope?: { readonly fieldSelector?: string; readonly namespace?: string },
  ): Informer<T>;
  /** An informer of metadata only, for any resource. */
  metadata(resource: ResourceRef): Informer<PartialObjectMetadata>;
  /** Ends the metadata informer of a resource that is no longer served. */
  dropMetadata(resource: ResourceRef): void;
  /** The informer of the whole resource, if somebody has asked for it. */
  peek<T extends KubeObject>(resource: Resource<T>): Informer<T> | undefined;
  /** Starts those asked for so far, and later ones when asked; resolves when all have synced. */
  start(signal: AbortSignal): Promise<void>;
  /**
   * Resolves when none of those asked for (by `of`) lags behind another: at once in peace; after a break, or `doubt`,
   * when each shows all that the server had when the last of them was back.
   */
  coherent(signal: AbortSignal): Promise<void>;
  /** Something may have happened that they have not shown yet, as before a leader's term. */
  doubt(): void;
}
