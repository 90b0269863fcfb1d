/**
 * Keeps a copy of one collection: LIST in pages, then WATCH from that revision, resuming from the last revision
 * seen when the watch ends or breaks, and listing again when the server has forgotten it (410). It hands on whole
 * lists and single events, in order; what they mean for a cache is the informer's.
 */
import { isStatus, type KubeObject, type StatusBody, StatusError } from "#api";
import { type Env, messageOf } from "#base";
import { BackOff } from "./back-off.ts";
import type { ListOptions, ResourceClient } from "./client.ts";
import { isFromOutside } from "./errors.ts";
import { listPageSize, reflectorBackOff, watchTimeoutSeconds } from "./limits.ts";
import type { WatchEvent } from "./transport.ts";

/** What a reflector hands on. */
export interface ReflectorSink<T> {
  /** The whole collection at `revision`. */
  replace(items: readonly T[], revision: number): Promise<void>;
  /** One event; `revision` is the object's own. */
  apply(event: WatchEvent<T>, revision: number): void;
  /** Between batches of events, to let other work run. */
  pause(): Promise<void>;
  /** A watch is open: from here on news arrive. */
  opened(): void;
  /** The watch broke or was refused: no news until `opened`. */
  broke(): void;
}

/** Runs one collection's list and watch for as long as its owner wants. */
export class Reflector<T extends KubeObject> {
  readonly #env: Env;
  readonly #client: ResourceClient<T>;
  readonly #scope: ListOptions;
  readonly #sink: ReflectorSink<T>;
  readonly #backOff: BackOff;
  #revision: string | undefined;
  /** Ends what is under way, or the rest after a failure; then the next round begins. */
  #round = new AbortController();
  #resting = false;
  #mustList = false;

  constructor(env: Env, deps: { client: ResourceClient<T>; sink: ReflectorSink<T> }, scope: ListOptions) {
    this.#env = env;
    this.#client = deps.client;
    this.#sink = deps.sink;
    this.#scope = scope;
    this.#backOff = new BackOff(reflectorBackOff, env.random);
  }

  /** Runs until `signal` aborts; failures of the server or the link are waited out. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#round = new AbortController();
      const round = AbortSignal.any([signal, this.#round.signal]);
      try {
        if (this.#revision === undefined || this.#mustList) await this.#list(round);
        const seen = await this.#watch(round);
        if (seen) this.#backOff.reset();
        else await this.#rest(round);
      } catch (error) {
        if (round.aborted) continue;
        this.#sink.broke();
        if (isForgotten(error)) this.#revision = undefined;
        // A handler that throws must not be tried again in silence for ever.
        else if (!isFromOutside(error)) throw error;
        this.#tell(error);
        await this.#rest(round);
      }
    }
  }

  /** A watch that breaks is opened again, and no news; whoever waits for a server, or is refused, learns it once. */
  #tell(error: unknown): void {
    const level = this.#backOff.failures === 1 ? "warn" : "debug";
    this.#env.log[level]("Cannot list and watch, and tries again", { error: messageOf(error) });
  }

  /** Begins again at once: `resume` from the last revision, or `list` anew. */
  restart(how: "resume" | "list"): void {
    // A batch under way may still move the revision.
    if (how === "list") this.#mustList = true;
    this.#round.abort();
  }

  /** Ends the rest after a failure: somebody else has found the server back. */
  hurry(): void {
    if (this.#resting) this.#round.abort();
  }

  async #rest(round: AbortSignal): Promise<void> {
    this.#resting = true;
    await this.#env.clock.sleep(this.#backOff.next(), round).catch(() => {
      // Aborted: the next round, or the end.
    });
    this.#resting = false;
  }

  async #list(signal: AbortSignal): Promise<void> {
    const items: T[] = [];
    let token: string | undefined;
    let revision = "";
    do {
      const page = await this.#client.list({ ...this.#scope, limit: listPageSize, continue: token }, signal);
      for (const item of page.items) items.push(item);
      revision = page.resourceVersion;
      token = page.continue;
    } while (token !== undefined);
    this.#mustList = false;
    await this.#sink.replace(items, Number(revision));
    this.#revision = revision;
  }

  /** Returns whether anything arrived. */
  async #watch(signal: AbortSignal): Promise<boolean> {
    const { min, max } = watchTimeoutSeconds;
    const timeoutSeconds = min + this.#env.random.below(max - min);
    const resourceVersion = this.#revision;
    const options = { ...this.#scope, resourceVersion, allowWatchBookmarks: true, timeoutSeconds };
    const openedMs = this.#env.clock.monotonic();
    const batches = await this.#client.watch(options, signal);
    this.#sink.opened();
    let seen = false;
    for await (const batch of batches) {
      for (const event of batch) this.#accept(event);
      seen = true;
      await this.#sink.pause();
    }
    return seen || this.#env.clock.monotonic() - openedMs > min * 500;
  }

  #accept(event: WatchEvent<T>): void {
    if (event.type === "ERROR") throw StatusError.fromStatus(event.object as unknown as StatusBody);
    const revision = event.object.metadata.resourceVersion ?? "";
    this.#sink.apply(event, Number(revision));
    this.#revision = revision;
  }
}

function isForgotten(error: unknown): boolean {
  return isStatus(error, "Expired") || isStatus(error, "Gone");
}
