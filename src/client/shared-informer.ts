/**
 * One informer of a server elsewhere: a reflector feeding an indexed cache and its handlers. Invariants: handlers hear of
 * each object's changes in order, with no delete lost; an object that was deleted and made again under one name is told
 * as a delete and a create; the cache changes before handlers hear of it. In the server's own process see
 * `followed-informer.ts`; `informer.contract.ts` holds both.
 */
import type { KubeObject } from "#api";
import type { Env } from "#base";
import { abortable } from "./abortable.ts";
import type { RunningInformer } from "./running-informer.ts";
import type { Change, Lister, ListOptions, ObjectKey, ResourceClient } from "./client.ts";
import { ClientError } from "./errors.ts";
import { IndexedCache, keyOf, keyText, parseKey } from "./indexed-cache.ts";
import { Handlers, newestRevision, Waits } from "./informer-waits.ts";
import { catchUpPatienceMs, changesPerTurn } from "./limits.ts";
import { Reflector, type ReflectorSink } from "./reflector.ts";
import type { WatchEvent } from "./transport.ts";

export class SharedInformer<T extends KubeObject> implements RunningInformer<T>, ReflectorSink<T> {
  readonly #env: Env;
  readonly #reflector: Reflector<T>;
  readonly #client: ResourceClient<T>;
  readonly #scope: ListOptions;
  readonly #cache = new IndexedCache<T>();
  readonly #handlers = new Handlers<T>();
  readonly #waits = new Waits();
  #revision = 0;
  /** Ends with the run. */
  readonly #life = new AbortController();
  #synced = false;
  #watching = false;
  #changes = 0;
  #catchingUp: { readonly revision: number; readonly done: Promise<void> } | undefined;
  onLink: RunningInformer<T>["onLink"] = () => {};

  constructor(env: Env, deps: { client: ResourceClient<T> }, scope: ListOptions) {
    this.#env = env;
    this.#client = deps.client;
    this.#scope = scope;
    this.#reflector = new Reflector(env, { client: deps.client, sink: this }, scope);
  }

  get lister(): Lister<T> {
    return this.#cache;
  }

  get synced(): boolean {
    return this.#synced;
  }

  get revision(): number {
    return this.#revision;
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

  /** Keeps the cache current until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#reflector.run(signal);
    this.#life.abort(new ClientError("unreachable", "The informer has ended"));
  }

  hurry(): void {
    this.#reflector.hurry();
  }

  async catchUp(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const revision = Number(resourceVersion);
    while (!this.#has(revision)) {
      if (this.#catchingUp === undefined) {
        const done = this.#catchUp(revision).finally(() => (this.#catchingUp = undefined));
        done.catch(() => {
          // The informer has ended; those who still wait hear of it.
        });
        this.#catchingUp = { revision, done };
      }
      await abortable(this.#catchingUp.done, signal);
    }
  }

  async current(signal: AbortSignal): Promise<void> {
    await this.catchUp(await this.newest(signal), signal);
  }

  async watching(signal: AbortSignal): Promise<void> {
    await this.#waits.when(() => this.#watching, signal);
  }

  newest(signal: AbortSignal): Promise<string> {
    return newestRevision(this.#env, this.#client, this.#scope, signal);
  }

  async until(key: ObjectKey, holds: (object: T | undefined) => boolean, signal: AbortSignal): Promise<void> {
    await this.#waits.when(() => holds(this.#cache.get(key)), signal);
  }

  /** Resolves at the first revision of at least `revision` (and not before the first list). */
  async reached(revision: number, signal: AbortSignal): Promise<void> {
    await this.#waits.when(() => this.#has(revision), signal);
  }

  #has(revision: number): boolean {
    return this.#synced && this.#revision >= revision;
  }

  /**
   * A watch to which nothing happens may be silent for a minute. Opened anew, ours begins with a bookmark; another
   * server's has to be listed.
   */
  async #catchUp(revision: number): Promise<void> {
    await this.watching(this.#life.signal);
    for (const how of ["resume", "list"] as const) {
      const patience = new AbortController();
      const timer = this.#env.clock.timer(catchUpPatienceMs, () => patience.abort());
      await this.reached(revision, patience.signal).catch(() => {
        // Out of patience.
      });
      timer.cancel();
      if (this.#has(revision)) return;
      this.#reflector.restart(how);
    }
    await this.reached(revision, this.#life.signal);
  }

  async replace(items: readonly T[], revision: number): Promise<void> {
    const changes: Change<T>[] = [];
    const listed = new Set<string>();
    for (const item of items) {
      listed.add(keyText(keyOf(item)));
      this.#put(item, changes);
    }
    for (const key of this.#cache.keys()) {
      if (!listed.has(key)) this.#drop(key, undefined, changes);
    }
    for (const [at, change] of changes.entries()) {
      if (at % changesPerTurn === changesPerTurn - 1) await this.#env.clock.yield();
      this.#tell(change);
    }
    this.#synced = true;
    this.#advance(revision);
  }

  apply(event: WatchEvent<T>, revision: number): void {
    const changes: Change<T>[] = [];
    if (event.type === "DELETED") this.#drop(keyText(keyOf(event.object)), event.object, changes);
    else if (event.type !== "BOOKMARK") this.#put(event.object, changes);
    for (const change of changes) this.#tell(change);
    this.#advance(revision);
  }

  opened(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#waits.wake();
    this.onLink("opened");
  }

  broke(): void {
    this.#watching = false;
    this.onLink("broke");
  }

  async pause(): Promise<void> {
    if (this.#changes < changesPerTurn) return;
    this.#changes = 0;
    await this.#env.clock.yield();
  }

  #put(object: T, changes: Change<T>[]): void {
    const key = keyOf(object);
    const previous = this.#cache.set(keyText(key), object);
    if (previous !== undefined && previous.metadata.uid !== object.metadata.uid) {
      changes.push({ key, previous, current: undefined }, { key, previous: undefined, current: object });
    } else if (previous?.metadata.resourceVersion !== object.metadata.resourceVersion) {
      changes.push({ key, previous, current: object });
    }
  }

  /** `last` is the object's final state where the event told it. */
  #drop(text: string, last: T | undefined, changes: Change<T>[]): void {
    const previous = this.#cache.delete(text);
    if (previous === undefined) return;
    changes.push({ key: parseKey(text), previous: last ?? previous, current: undefined });
  }

  #tell(change: Change<T>): void {
    this.#changes += 1;
    this.#handlers.tell(change);
  }

  #advance(revision: number): void {
    if (revision > this.#revision) this.#revision = revision;
    this.#waits.wake();
  }
}
