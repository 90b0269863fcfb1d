/**
 * The informers of one process and user: one per resource and scope, however many components ask. Each runs as a
 * task of its own from `start` on; when one finds a lost server back, the others try again at once.
 */
import type { KubeObject, PartialObjectMetadata, Resource } from "#api";
import type { Env, TaskGroup } from "#base";
import type { Client, Informer, Informers, ResourceClient, ResourceRef } from "./client.ts";
import { Coherence } from "./coherence.ts";
import { FollowedInformer } from "./followed-informer.ts";
import type { RunningInformer } from "./running-informer.ts";
import { SharedInformer } from "./shared-informer.ts";

interface Scope {
  readonly fieldSelector?: string;
  readonly namespace?: string;
}

export class InformerSet implements Informers, AsyncDisposable {
  readonly #env: Env;
  readonly #tasks: TaskGroup;
  readonly #client: Client;
  // An informer's type follows from the resource in its key; `of` alone reads and writes the map.
  readonly #informers = new Map<string, RunningInformer<never>>();
  /** Of those that may be dropped. */
  readonly #stops = new Map<string, AbortController>();
  readonly #waiting: string[] = [];
  readonly #coherence: Coherence;
  readonly #readers = new Set<Coherence>();
  #started = false;

  constructor(env: Env, deps: { readonly client: Client }) {
    this.#env = env;
    this.#tasks = env.tasks.group("informers");
    this.#client = deps.client;
    this.#coherence = this.#newCoherence();
  }

  of<T extends KubeObject>(resource: Resource<T>, scope: Scope = {}): Informer<T> {
    return this.#of(resource, scope, this.#coherence);
  }

  /** The same informers for one reader among several: `coherent` speaks of those that it asked for. */
  reader(): Informers {
    const coherence = this.#newCoherence();
    return {
      of: (resource, scope = {}) => this.#of(resource, scope, coherence),
      metadata: (resource) => this.metadata(resource),
      dropMetadata: (resource) => this.dropMetadata(resource),
      peek: (resource) => this.peek(resource),
      start: (signal) => this.start(signal),
      coherent: (signal) => coherence.coherent(signal),
      doubt: () => coherence.doubt(),
    };
  }

  coherent(signal: AbortSignal): Promise<void> {
    return this.#coherence.coherent(signal);
  }

  doubt(): void {
    this.#coherence.doubt();
  }

  metadata(resource: ResourceRef): Informer<PartialObjectMetadata> {
    const name = metadataName(resource);
    if (!this.#stops.has(name)) this.#stops.set(name, new AbortController());
    return this.#shared(name, () => this.#client.metadata(resource), {});
  }

  dropMetadata(resource: ResourceRef): void {
    this.#stops.get(metadataName(resource))?.abort();
    this.#stops.delete(metadataName(resource));
    this.#informers.delete(metadataName(resource));
  }

  peek<T extends KubeObject>(resource: Resource<T>): Informer<T> | undefined {
    return this.#informers.get(scopeName(resource, {})) as RunningInformer<T> | undefined;
  }

  /** Resolves when every informer asked for so far has synced. */
  async start(signal: AbortSignal): Promise<void> {
    if (!this.#started) this.#env.tasks.spawn("informers", () => this.#tasks.failed);
    this.#started = true;
    for (const name of this.#waiting.splice(0)) this.#run(name, this.#informers.get(name));
    await Promise.all([...this.#informers.values()].map((informer) => informer.reached(0, signal)));
  }

  /** The resources that have not synced, for readiness. */
  unsynced(): readonly string[] {
    return [...this.#informers].filter(([, informer]) => !informer.synced).map(([name]) => name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]();
  }

  #newCoherence(): Coherence {
    const coherence = new Coherence(this.#tasks.signal);
    this.#readers.add(coherence);
    return coherence;
  }

  #of<T extends KubeObject>(resource: Resource<T>, scope: Scope, coherence: Coherence): Informer<T> {
    const informer = this.#shared(scopeName(resource, scope), () => this.#client.of(resource), scope);
    coherence.add(informer);
    return informer;
  }

  #shared<T extends KubeObject>(
    name: string,
    client: () => ResourceClient<T>,
    scope: Scope,
  ): RunningInformer<T> {
    const known = this.#informers.get(name) as RunningInformer<T> | undefined;
    if (known !== undefined) return known;
    const informer = informerOf<T>(this.#env.child(name), client(), scope);
    informer.onLink = (event) => this.#linked(informer, event);
    this.#informers.set(name, informer as unknown as RunningInformer<never>);
    if (this.#started) this.#run(name, informer);
    else this.#waiting.push(name);
    return informer;
  }

  #linked(informer: object, event: "broke" | "opened"): void {
    if (event === "broke") {
      for (const reader of this.#readers) reader.broke(informer);
    } else {
      for (const other of this.#informers.values()) if (other !== informer) other.hurry();
    }
  }

  #run(name: string, informer: { run(signal: AbortSignal): Promise<void> } | undefined): void {
    const stop = this.#stops.get(name)?.signal;
    this.#tasks.spawn(name, async (signal) =>
      informer?.run(stop === undefined ? signal : AbortSignal.any([signal, stop])),
    );
  }
}

/** In the server's process it follows the server's state, elsewhere it keeps a copy. */
function informerOf<T extends KubeObject>(
  env: Env,
  client: ResourceClient<T>,
  scope: Scope,
): RunningInformer<T> {
  const { follow } = client;
  if (follow === undefined) return new SharedInformer<T>(env, { client }, scope);
  return new FollowedInformer<T>(env, { client, follow }, scope);
}

function scopeName(resource: Pick<ResourceRef, "group" | "plural">, scope: Scope): string {
  const base = resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
  const place = scope.namespace === undefined ? "" : `@${scope.namespace}`;
  return scope.fieldSelector === undefined ? `${base}${place}` : `${base}${place}[${scope.fieldSelector}]`;
}

function metadataName(resource: ResourceRef): string {
  return `metadata of ${scopeName(resource, {})}`;
}
