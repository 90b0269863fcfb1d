/**
 * The lifecycle that every component has:
 *
 *   constructor(env, deps, options) --> start(signal) --> ready --> [Symbol.asyncDispose]()
 *
 * The constructor stores and validates, with no IO and no timers. Dispose is idempotent and legal in any
 * state.
 */
export interface Component extends AsyncDisposable {
  /** Resolves when the component does its work; rejects when it cannot start, or `signal` aborts first. */
  start(signal: AbortSignal): Promise<void>;
  /** `undefined` when ready, else a short reason (`"informer of pods has not synced"`). */
  ready(): string | undefined;
}
