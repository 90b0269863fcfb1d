/**
 * Promises for "the store has reached this revision". Ordered by revision, so that a publish costs only those
 * whom it releases.
 */
import type { Revision } from "./store.ts";

interface Waiter {
  readonly revision: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
  done: boolean;
}

export class RevisionWaiters {
  /** Ascending by revision; those before `#first` are released. */
  #waiters: Waiter[] = [];
  #first = 0;

  wait(revision: Revision, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { revision, resolve, reject, done: false };
    this.#insert(waiter);
    if (signal === undefined) return promise;
    const abort = () => {
      waiter.done = true;
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", abort));
  }

  release(revision: Revision): void {
    const waiters = this.#waiters;
    let first = this.#first;
    for (let next = waiters[first]; next !== undefined && next.revision <= revision; next = waiters[first]) {
      first += 1;
      if (!next.done) next.resolve();
    }
    this.#first = first;
    // There is always somebody who waits for a revision that never comes, to hear of the end.
    if (first > 64 && first * 2 > waiters.length) {
      this.#waiters = waiters.slice(first);
      this.#first = 0;
    }
  }

  rejectAll(reason: Error): void {
    const waiters = this.#waiters.slice(this.#first);
    this.#waiters = [];
    this.#first = 0;
    for (const waiter of waiters) if (!waiter.done) waiter.reject(reason);
  }

  #insert(waiter: Waiter): void {
    const waiters = this.#waiters;
    let at = waiters.length;
    while (at > this.#first && (waiters[at - 1] as Waiter).revision > waiter.revision) at -= 1;
    if (at === waiters.length) waiters.push(waiter);
    else waiters.splice(at, 0, waiter);
  }
}
