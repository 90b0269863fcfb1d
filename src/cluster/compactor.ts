/**
 * Compacts the store every five minutes to where it was five minutes before, as kube-apiserver does with etcd: a watch
 * or a continue token younger than that gets no 410. And at once where the history has become long: a journal is read
 * from its beginning when the server starts, which has to stay quick for one that is killed and started again and again.
 */
import type { Component, Env } from "#base";
import { messageOf } from "#base";
import type { Revision, Store } from "#store";

const lookMs = 10_000;
const looksPerRound = 30;
/** About as many as kube-apiserver's watch caches keep of one resource. */
const mostRevisions = 100_000;

/** Default: 100,000 revisions of history at most. */
export interface CompactorOptions {
  readonly mostRevisions?: number;
}

export class Compactor implements Component {
  readonly #env: Env;
  readonly #store: Store;
  readonly #mostRevisions: number;

  constructor(env: Env, deps: { readonly store: Store }, options: CompactorOptions = {}) {
    this.#env = env;
    this.#store = deps.store;
    this.#mostRevisions = options.mostRevisions ?? mostRevisions;
  }

  async start(): Promise<void> {
    this.#env.tasks.spawn("compact", (signal) => this.#run(signal));
  }

  ready(): undefined {
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The task ends with the environment's task group.
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (;;) {
      const then = this.#store.revision;
      for (let look = 0; look < looksPerRound; look += 1) {
        await this.#compact(this.#store.revision - this.#mostRevisions, signal);
        await this.#env.clock.sleep(lookMs, signal);
      }
      await this.#compact(then, signal);
    }
  }

  async #compact(revision: number, signal: AbortSignal): Promise<void> {
    if (revision <= this.#store.compactedRevision) return;
    try {
      await this.#store.compact(revision as Revision);
    } catch (error) {
      signal.throwIfAborted();
      this.#env.log.warn("Cannot compact the store", { revision, error: messageOf(error) });
    }
  }
}
