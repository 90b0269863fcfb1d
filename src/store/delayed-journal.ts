/**
 * A journal that takes time to become durable, as a disk does: what is on its way when its owner crashes is
 * lost. For simulations, where a store that answers too early must be found.
 */
import type { Env } from "#base";
import type {
  Describe,
  ExclusiveJournal,
  JournalCommit,
  JournalHost,
  JournalState,
  Recovered,
} from "./journal.ts";
import type { Revision } from "./store.ts";

export interface DelayedJournalOptions {
  /** How long a batch takes, in ms; drawn anew for each between half and twice this. */
  readonly syncMs: number;
}

/** Wraps `inner`, which outlives the crash. */
export class DelayedJournal implements ExclusiveJournal {
  readonly kind = "exclusive";
  readonly #env: Env;
  readonly #inner: ExclusiveJournal;
  readonly #options: DelayedJournalOptions;
  #last: Promise<void> = Promise.resolve();

  constructor(env: Env, inner: ExclusiveJournal, options: DelayedJournalOptions) {
    this.#env = env;
    this.#inner = inner;
    this.#options = options;
  }

  open(host: JournalHost, describe: Describe, signal: AbortSignal): Promise<Recovered> {
    return this.#inner.open(host, describe, signal);
  }

  append(batch: readonly JournalCommit[]): Promise<void> {
    // The chain stays rejected after a failure: nothing later is written.
    this.#last = this.#last.then(async () => {
      await this.#env.clock.sleep(this.#options.syncMs * (0.5 + 1.5 * this.#env.random.float()));
      await this.#inner.append(batch);
    });
    return this.#last;
  }

  stateAt(revision: Revision): Promise<JournalState> {
    return this.#inner.stateAt(revision);
  }

  commitsAfter(after: Revision, limit: number): Promise<readonly JournalCommit[]> {
    return this.#inner.commitsAfter(after, limit);
  }

  compact(revision: Revision): Promise<void> {
    return this.#inner.compact(revision);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }
}
