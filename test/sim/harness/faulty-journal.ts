/**
 * A journal on a disk with faults: a batch takes a drawn time to become durable, is lost when its machine dies before
 * that, and sometimes the sync fails, which is the end of that journal. The disk itself outlives its journals.
 */
import type { Env } from "#base";
import {
  type Describe,
  type ExclusiveJournal,
  type JournalCommit,
  type JournalHost,
  type JournalState,
  MemoryJournal,
  type Recovered,
  type Revision,
} from "#store";

/** The cause of every failure that the disk injects. */
export const syncFailed = "The sync failed";

/** What outlives a crash: the durable commits, and how the disk behaves now. */
export class JournalDisk {
  readonly durable = new MemoryJournal();
  readonly #heard: (commits: readonly JournalCommit[]) => void;
  /** How long a sync takes, at most; drawn evenly from a tenth of it. */
  syncMs = 4;
  /** The next sync fails. */
  failNext = false;
  /** A sync has failed and nobody has reopened the journal. */
  failed = false;
  /** Batches under way: what a crash now would lose. */
  unsynced = 0;

  constructor(heard: (commits: readonly JournalCommit[]) => void) {
    this.#heard = heard;
  }

  tell(commits: readonly JournalCommit[]): void {
    this.#heard(commits);
  }
}

export class FaultyJournal implements ExclusiveJournal {
  readonly kind = "exclusive";
  readonly #env: Env;
  readonly #disk: JournalDisk;
  #last: Promise<void> = Promise.resolve();

  constructor(env: Env, disk: JournalDisk) {
    this.#env = env;
    this.#disk = disk;
    disk.unsynced = 0;
    disk.failed = false;
  }

  open(host: JournalHost, _describe: Describe, _signal: AbortSignal): Promise<Recovered> {
    return this.#disk.durable.open({
      ...host,
      apply: (commits) => {
        this.#disk.tell(commits);
        host.apply(commits);
      },
    });
  }

  append(batch: readonly JournalCommit[]): Promise<void> {
    const disk = this.#disk;
    disk.unsynced += 1;
    // The chain stays rejected after a failure: nothing later is written.
    this.#last = this.#last.then(async () => {
      await this.#env.clock.sleep(disk.syncMs * (0.1 + 0.9 * this.#env.random.float()));
      if (disk.failNext) {
        disk.failNext = false;
        disk.failed = true;
        throw new Error(syncFailed);
      }
      disk.unsynced -= 1;
      await disk.durable.append(batch);
    });
    return this.#last;
  }

  stateAt(revision: Revision): Promise<JournalState> {
    return this.#disk.durable.stateAt(revision);
  }

  commitsAfter(after: Revision, limit: number): Promise<readonly JournalCommit[]> {
    return this.#disk.durable.commitsAfter(after, limit);
  }

  compact(revision: Revision): Promise<void> {
    return this.#disk.durable.compact(revision);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#disk.durable[Symbol.asyncDispose]();
  }
}
