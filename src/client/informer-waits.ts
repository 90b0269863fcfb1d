/** Who waits for something to hold of an informer's cache, and who hears of its changes. */
import type { KubeObject } from "#api";
import type { Env } from "#base";
import { BackOff } from "./back-off.ts";
import type { Change, ListOptions } from "./client.ts";
import { isFromOutside } from "./errors.ts";
import { keyOf } from "./indexed-cache.ts";
import { reflectorBackOff } from "./limits.ts";

interface Waiter {
  readonly holds: () => boolean;
  readonly resolve: () => void;
}

/** Promises of conditions; the owner says when they may have come true. */
export class Waits {
  readonly #waiters = new Set<Waiter>();

  /** Resolves when `holds`, at once or after some `wake()`. */
  async when(holds: () => boolean, signal: AbortSignal): Promise<void> {
    if (holds()) return;
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { holds, resolve };
    const abort = () => reject(signal.reason);
    this.#waiters.add(waiter);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await promise;
    } finally {
      this.#waiters.delete(waiter);
      signal.removeEventListener("abort", abort);
    }
  }

  wake(): void {
    for (const waiter of this.#waiters) {
      if (waiter.holds()) waiter.resolve();
    }
  }
}

/** They hear of each change in the order in which they came. */
export class Handlers<T extends KubeObject> {
  readonly #handlers = new Set<(change: Change<T>) => void>();

  /** A handler added late first hears of what is `there`, as creations. The result takes it away again. */
  add(handler: (change: Change<T>) => void, there: readonly T[]): () => void {
    for (const object of there) handler({ key: keyOf(object), previous: undefined, current: object });
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  tell(change: Change<T>): void {
    for (const handler of this.#handlers) handler(change);
  }
}

/** The server's newest revision; refusals and failures are waited out, as a reflector's are. */
export async function newestRevision(
  env: Env,
  client: { list(options: ListOptions, signal: AbortSignal): Promise<{ readonly resourceVersion: string }> },
  scope: ListOptions,
  signal: AbortSignal,
): Promise<string> {
  const backOff = new BackOff(reflectorBackOff, env.random);
  for (;;) {
    try {
      return (await client.list({ ...scope, limit: 1 }, signal)).resourceVersion;
    } catch (error) {
      if (signal.aborted || !isFromOutside(error)) throw error;
      await env.clock.sleep(backOff.next(), signal);
    }
  }
}
