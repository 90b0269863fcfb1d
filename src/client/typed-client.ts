/**
 * The typed client: resources and verbs over any transport. It adds no caching and no retries; what the server
 * answered is what the caller gets, or a `StatusError`.
 */
import type { KubeObject, PartialObjectMetadata, Resource } from "#api";
import type {
  Client,
  DeleteOptions,
  List,
  ListOptions,
  NewObject,
  ObjectKey,
  PatchType,
  ResourceClient,
  ResourceRef,
  WatchOptions,
  WriteOptions,
} from "./client.ts";
import { ClientError } from "./errors.ts";
import type { Collection } from "./handler.ts";
import {
  collectionPath,
  listQuery,
  objectPath,
  refusal,
  watchQuery,
  withQuery,
  writeQuery,
} from "./paths.ts";
import type { ApiRequest, Transport, WatchEvent } from "./transport.ts";

export interface ClientOptions {
  /** Recorded in managedFields of what this client writes, and sent as the user agent. */
  readonly fieldManager: string;
}

const PATCH_TYPES: Readonly<Record<PatchType, string>> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
};

/** A client that speaks through `transport`, which stays the caller's to dispose. */
export function createClient(transport: Transport, options: ClientOptions): Client {
  return {
    raw: transport,
    of: <T extends KubeObject>(resource: Resource<T>): ResourceClient<T> =>
      new TypedResourceClient<T>(transport, resource, options),
    metadata: (resource) =>
      new TypedResourceClient<PartialObjectMetadata>(transport, resource, options, true),
  };
}

class TypedResourceClient<T extends KubeObject> implements ResourceClient<T> {
  readonly #transport: Transport;
  readonly #resource: ResourceRef;
  readonly #options: ClientOptions;
  /** Ask for metadata only. */
  readonly #partial: boolean;

  constructor(transport: Transport, resource: ResourceRef, options: ClientOptions, partial = false) {
    this.#partial = partial;
    this.#transport = transport;
    this.#resource = resource;
    this.#options = options;
  }

  get follow(): ResourceClient<T>["follow"] {
    return this.#transport.follow === undefined ? undefined : this.#follow.bind(this);
  }

  async get(key: ObjectKey, signal: AbortSignal): Promise<T> {
    const request: ApiRequest = { method: "GET", path: objectPath(this.#resource, key), ...this.#accept() };
    return (await this.#call(request, signal)) as T;
  }

  async list(options: ListOptions, signal: AbortSignal): Promise<List<T>> {
    const path = withQuery(collectionPath(this.#resource, options.namespace), listQuery(options));
    const request: ApiRequest = { method: "GET", path, ...this.#accept("List") };
    const body = (await this.#call(request, signal)) as WireList<T>;
    return {
      resourceVersion: body.metadata?.resourceVersion ?? "",
      continue: body.metadata?.continue || undefined,
      items: (body.items ?? []).map((item) => this.#whole(item)),
    };
  }

  async watch(options: WatchOptions, signal: AbortSignal): Promise<AsyncIterable<readonly WatchEvent<T>[]>> {
    const path = withQuery(collectionPath(this.#resource, options.namespace), watchQuery(options));
    const events = await this.#transport.watch(
      this.#named({ method: "GET", path, ...this.#accept() }),
      signal,
    );
    return events as AsyncIterable<readonly WatchEvent<T>[]>;
  }

  async #follow(options: WatchOptions, signal: AbortSignal): Promise<Collection> {
    const path = withQuery(collectionPath(this.#resource, options.namespace), watchQuery(options));
    const request: ApiRequest = this.#named({ method: "GET", path, ...this.#accept() });
    if (this.#transport.follow !== undefined) return this.#transport.follow(request, signal);
    throw new ClientError("bad-answer", `Cannot follow ${path}: the server is not in this process`);
  }

  async create(object: NewObject<T>, signal: AbortSignal, options: WriteOptions = {}): Promise<T> {
    const collection = collectionPath(this.#resource, namespaceOf(object));
    const path = withQuery(collection, writeQuery(options, this.#options.fieldManager));
    return (await this.#call({ method: "POST", path, body: this.#complete(object) }, signal)) as T;
  }

  async update(object: T, signal: AbortSignal, options: WriteOptions = {}): Promise<T> {
    const { namespace, name } = object.metadata;
    const target = objectPath(this.#resource, { namespace, name: name ?? "" }, options.subresource);
    const path = withQuery(target, writeQuery(options, this.#options.fieldManager));
    return (await this.#call({ method: "PUT", path, body: this.#complete(object) }, signal)) as T;
  }

  async patch(
    key: ObjectKey,
    type: PatchType,
    patch: unknown,
    signal: AbortSignal,
    options: WriteOptions & { readonly force?: boolean } = {},
  ): Promise<T> {
    const target = objectPath(this.#resource, key, options.subresource);
    const path = withQuery(target, writeQuery(options, this.#options.fieldManager));
    const request: ApiRequest = {
      method: "PATCH",
      path,
      contentType: PATCH_TYPES[type],
      body: patch,
      ...this.#accept(),
    };
    return (await this.#call(request, signal)) as T;
  }

  async delete(key: ObjectKey, signal: AbortSignal, options: DeleteOptions = {}): Promise<void> {
    const path = objectPath(this.#resource, key);
    await this.#call({ method: "DELETE", path, body: deleteBody(options) }, signal);
  }

  async deleteCollection(options: ListOptions & DeleteOptions, signal: AbortSignal): Promise<void> {
    const path = withQuery(collectionPath(this.#resource, options.namespace), {
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
    });
    await this.#call({ method: "DELETE", path, body: deleteBody(options) }, signal);
  }

  async post(key: ObjectKey, subresource: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    const target = objectPath(this.#resource, key, subresource);
    const path = withQuery(target, { fieldManager: this.#options.fieldManager });
    return this.#call({ method: "POST", path, body }, signal);
  }

  async #call(request: ApiRequest, signal: AbortSignal): Promise<unknown> {
    const response = await this.#transport.request(this.#named(request), signal);
    if (response.status >= 400) throw refusal(request, response);
    return response.body;
  }

  #accept(suffix = ""): { accept?: string } {
    if (!this.#partial) return {};
    return { accept: `application/json;as=PartialObjectMetadata${suffix};g=meta.k8s.io;v=v1` };
  }

  #named(request: ApiRequest): ApiRequest {
    return { ...request, headers: { ...request.headers, "user-agent": this.#options.fieldManager } };
  }

  /** On the wire only the list says of what kind its items are. */
  #whole(item: T): T {
    return "kind" in (item as object) ? item : (this.#complete(item) as T);
  }

  /** Literals lack their type; the wire needs it. */
  #complete(object: NewObject<T> | T): unknown {
    const { group, version, kind } = this.#resource;
    return { ...object, apiVersion: group === "" ? version : `${group}/${version}`, kind };
  }
}

interface WireList<T> {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly T[] | null;
}

function namespaceOf(object: { readonly metadata?: unknown }): string | undefined {
  return (object.metadata as { readonly namespace?: string } | undefined)?.namespace;
}

function deleteBody(options: DeleteOptions): unknown {
  const preconditions = {
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.resourceVersion === undefined ? {} : { resourceVersion: options.resourceVersion }),
  };
  return {
    apiVersion: "v1",
    kind: "DeleteOptions",
    ...(options.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: options.gracePeriodSeconds }),
    ...(options.propagationPolicy === undefined ? {} : { propagationPolicy: options.propagationPolicy }),
    ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
    ...(options.dryRun === true ? { dryRun: ["All"] } : {}),
  };
}
