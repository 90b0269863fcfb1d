/**
 * Compacts the store every five minutes to where it was five minutes before, as kube-apiserver does with etcd: a watch
 * or a continue token younger than that never gets 410.
 */
import type { Component, Env } from "#base";
import { messageOf } from "#base";
import type { Store } from "#store";

const intervalMs = 300_000;

export class Compactor implements Component {
  readonly #env: Env;
  readonly #store: Store;

  constructor(env: Env, deps: { readonly store: Store }) {
    this.#env = env;
    this.#store = deps.store;
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
    let last = this.#store.revision;
    for (;;) {
      await this.#env.clock.sleep(intervalMs, signal);
      const next = this.#store.revision;
      try {
        await this.#store.compact(last);
      } catch (error) {
        signal.throwIfAborted();
        this.#env.log.warn("Cannot compact the store", { revision: last, error: messageOf(error) });
      }
      last = next;
    }
  }
}
