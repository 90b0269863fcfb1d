/**
 * An informer in the server's process: a cursor, and the server's state at the cursor's revision, so that it costs no copy
 * and is exactly as stale as any other. A batch of changes becomes visible whole, and handlers
 * hear of it after that, in order. It follows anew now and then, as a watch does, so that authorization is asked again.
 */
import { isStatus, type KubeObject } from "#api";
import { type Env, messageOf } from "#base";
import { BackOff } from "./back-off.ts";
import type { Change, Lister, ListOptions, ObjectKey, ResourceClient } from "./client.ts";
import { isFromOutside } from "./errors.ts";
import { differences, FollowedCache } from "./followed-cache.ts";
import type { Collection, Version, VersionChange } from "./handler.ts";
import { Handlers, newestRevision, Waits } from "./informer-waits.ts";
import { changesPerTurn, reflectorBackOff, watchTimeoutSeconds } from "./limits.ts";
import type { RunningInformer } from "./running-informer.ts";

/** Follows a collection of a server in this process. */
type Follow = NonNullable<ResourceClient<never>["follow"]>;

export class FollowedInformer<T extends KubeObject> implements RunningInformer<T> {
  readonly #env: Env;
  readonly #client: ResourceClient<T>;
  readonly #followed: Follow;
  readonly #scope: ListOptions;
  readonly #backOff: BackOff;
  readonly #cache: FollowedCache<T>;
  readonly #handlers = new Handlers<T>();
  readonly #waits = new Waits();
  #collection: Collection | undefined;
  /** All up to here was told; the truth only while handlers are being told, or nothing is followed. */
  #told = 0;
  #telling = false;
  #synced = false;
  onLink: RunningInformer<T>["onLink"] = () => {};

  constructor(
    env: Env,
    deps: { readonly client: ResourceClient<T>; readonly follow: Follow },
    scope: ListOptions,
  ) {
    this.#env = env;
    this.#client = deps.client;
    this.#followed = deps.follow;
    this.#scope = scope;
    this.#backOff = new BackOff(reflectorBackOff, env.random);
    this.#cache = new FollowedCache(scope.fieldSelector !== undefined);
  }

  get lister(): Lister<T> {
    return this.#cache;
  }

  get synced(): boolean {
    return this.#synced;
  }

  get revision(): number {
    return this.#telling ? this.#told : (this.#collection?.revision ?? this.#told);
  }

  index(name: string, values: (object: T) => readonly string[]): void {
    this.#cache.addIndex(name, values);
  }

  onChange(handler: (change: Change<T>) => void): () => void {
    return this.#handlers.add(handler, this.#cache.list());
  }

  async seen(resourceVersion: string, signal: AbortSignal): Promise<void> {
    await this.reached(Number(resourceVersion), signal);
  }

  /** It cannot be quiet: it moves with the server. */
  async catchUp(resourceVersion: string, signal: AbortSignal): Promise<void> {
    await this.reached(Number(resourceVersion), signal);
  }

  async current(signal: AbortSignal): Promise<void> {
    await this.catchUp(await this.newest(signal), signal);
  }

  async until(key: ObjectKey, holds: (object: T | undefined) => boolean, signal: AbortSignal): Promise<void> {
    await this.#waits.when(() => holds(this.#cache.get(key)), signal);
  }

  async reached(revision: number, signal: AbortSignal): Promise<void> {
    await this.#waits.when(() => this.#synced && this.revision >= revision, signal);
  }

  async watching(signal: AbortSignal): Promise<void> {
    await this.#waits.when(() => this.#collection !== undefined, signal);
  }

  newest(signal: AbortSignal): Promise<string> {
    return newestRevision(this.#env, this.#client, this.#scope, signal);
  }

  hurry(): void {
    // The server is in this process: it is never away.
  }

  async run(signal: AbortSignal): Promise<void> {
    let resume = false;
    while (!signal.aborted) {
      try {
        using collection = await this.#open(resume, signal);
        await this.#begin(collection, resume);
        resume = true;
        this.#backOff.reset();
        await this.#follow(collection);
      } catch (error) {
        if (signal.aborted) return;
        if (isStatus(error, "Expired") || isStatus(error, "Gone")) resume = false;
        else if (!isFromOutside(error)) throw error;
        this.onLink("broke");
        this.#env.log.debug("The informer lost its collection", { error: messageOf(error) });
        await this.#env.clock.sleep(this.#backOff.next(), signal).catch(() => {
          // Aborted: the loop's condition ends it.
        });
      }
    }
  }

  #open(resume: boolean, signal: AbortSignal): Promise<Collection> {
    const { min, max } = watchTimeoutSeconds;
    const timeoutSeconds = min + this.#env.random.below(max - min);
    const resourceVersion = resume ? String(this.#told) : undefined;
    return this.#followed({ ...this.#scope, resourceVersion, timeoutSeconds }, signal);
  }

  async #begin(collection: Collection, resume: boolean): Promise<void> {
    const { state } = collection;
    const changes = resume ? [] : differences(this.#cache, state);
    const reopened = this.#collection === undefined && this.#synced;
    this.#collection = collection;
    this.#cache.move(state, changes);
    await this.#tell(changes);
    this.#told = state.revision;
    this.#synced = true;
    this.#waits.wake();
    if (reopened) this.onLink("opened");
  }

  async #follow(collection: Collection): Promise<void> {
    try {
      for (let changes = await collection.next(); changes !== undefined; changes = await collection.next()) {
        this.#cache.move(collection.state, changes);
        await this.#tell(changes);
        this.#told = collection.revision;
        this.#waits.wake();
      }
      this.#told = collection.revision;
    } finally {
      this.#collection = undefined;
    }
  }

  async #tell(changes: readonly VersionChange[]): Promise<void> {
    this.#telling = true;
    for (const [at, { previous, current, last }] of changes.entries()) {
      if (at % changesPerTurn === changesPerTurn - 1) await this.#env.clock.yield();
      const { namespace, name } = ((current ?? previous) as Version).index;
      const change = new LazyChange<T>(this.#cache, { namespace, name }, last ?? previous, current);
      this.#handlers.tell(change);
    }
    this.#telling = false;
  }
}

/** A change whose objects are decoded when a handler looks at them. */
class LazyChange<T extends KubeObject> implements Change<T> {
  readonly key: ObjectKey;
  readonly #cache: FollowedCache<T>;
  readonly #previous: Version | undefined;
  readonly #current: Version | undefined;

  constructor(
    cache: FollowedCache<T>,
    key: ObjectKey,
    previous: Version | undefined,
    current: Version | undefined,
  ) {
    this.#cache = cache;
    this.key = key;
    this.#previous = previous;
    this.#current = current;
  }

  get previous(): T | undefined {
    return this.#previous && this.#cache.object(this.#previous);
  }

  get current(): T | undefined {
    return this.#current && this.#cache.object(this.#current);
  }
}
