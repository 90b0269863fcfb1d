/**
 * Crashes in virtual time, from seeds: a store over a journal that takes time to sync is killed while clients write
 * and watch; after each restart over what was durable they go on. The history must hold as a whole.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Env } from "#base";
import { SimWorld } from "#base/sim";
import { checkCommits } from "./checker/check-commits.ts";
import { checkWatch, type ReceivedEvent, type ReceivedItem } from "./checker/check-watch.ts";
import type { LoggedEvent, Operation, RecordedCommit, RecordedRead } from "./checker/history.ts";
import { DelayedJournal } from "./delayed-journal.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { RevisionStore } from "./revision-store.ts";
import { describeThing, keyOf, put } from "./store.contract.ts";
import type { CommitResult, Revision, StoreEvent, Write } from "./store.ts";

const range = { from: keyOf(""), to: keyOf("~") };
const decoder = new TextDecoder();
const names = ["a", "b", "c", "d"];
const roundMs = 400;
const crashes = 4;

/** One simulated run: the store's host, the clients' host, and what they recorded. */
class CrashRun {
  readonly #world: SimWorld;
  readonly #clients: Env;
  readonly #durable = new MemoryJournal();
  #store: RevisionStore | undefined;
  #over = false;
  readonly operations: Operation[] = [];
  readonly items: ReceivedItem[] = [];
  log: readonly LoggedEvent[] = [];

  constructor(seed: string) {
    this.#world = new SimWorld(seed, { logLevel: "error" });
    this.#clients = this.#world.env("clients");
  }

  async run(): Promise<void> {
    await this.#world.run(async () => {
      await this.#boot();
      const clients = [1, 2, 3, 4].map((id) => this.#writer(id));
      clients.push(this.#watcher());
      for (let crash = 0; crash < crashes; crash += 1) {
        await this.#clients.clock.sleep(roundMs * (0.5 + this.#clients.random.float()));
        this.#store = undefined;
        this.#world.crash("store");
        await this.#clients.clock.sleep(5);
        await this.#boot();
      }
      await this.#clients.clock.sleep(roundMs);
      this.#over = true;
      await Promise.all(clients);
      await this.#readLog();
    });
  }

  async #boot(): Promise<void> {
    const env = this.#world.env("store");
    const journal = new DelayedJournal(env, this.#durable, { syncMs: 3 });
    const store = new RevisionStore(env, { journal, describe: describeThing }, { ringEvents: 50 });
    await store.start(new AbortController().signal);
    this.#store = store;
  }

  async #writer(id: number): Promise<void> {
    const { clock, random } = this.#clients.child(`writer ${id}`);
    for (let at = 0; !this.#over; at += 1) {
      const store = this.#store;
      if (store !== undefined)
        await this.#write(store, keyOf(names[random.below(4)] ?? "a"), `w${id} ${at}`, random.below(4));
      await clock.sleep(random.float() * 4);
    }
  }

  /** Reads what is pending and replaces it, as the API's compare-and-swap loop does; sometimes creates or deletes. */
  async #write(store: RevisionStore, key: string, value: string, choice: number): Promise<void> {
    const { clock } = this.#clients;
    const readAt = this.#tick();
    const snapshot = store.snapshot();
    const record = snapshot.get(key);
    const found = record && { modRevision: record.modRevision, value: decoder.decode(record.value) };
    const read: Omit<RecordedRead, "returnedAt"> = {
      type: "read",
      invokedAt: readAt,
      key,
      revision: snapshot.revision,
      found,
    };
    this.operations.push({ ...read, returnedAt: this.#tick() });
    const modRevision = choice === 0 ? 0 : (store.pending(key).record?.modRevision ?? 0);
    const deletes = choice === 1 && modRevision > 0;
    const write: Write = deletes ? { type: "delete", key } : put(key.slice(keyOf("").length), value);
    const checks = [{ key, modRevision }];
    const invokedAt = this.#tick();
    const answer = await Promise.race([
      store.commit({ checks, writes: [write] }),
      clock.sleep(30).then(() => undefined),
    ]);
    const commit = {
      type: "commit",
      invokedAt,
      checks,
      writes: [{ key, value: deletes ? undefined : value }],
    } as const;
    this.operations.push(this.#recorded(commit, answer));
  }

  #recorded(
    commit: Omit<RecordedCommit, "returnedAt" | "outcome">,
    answer: CommitResult | undefined,
  ): RecordedCommit {
    if (answer === undefined) return { ...commit, returnedAt: undefined, outcome: "unknown" };
    return { ...commit, returnedAt: this.#tick(), outcome: answer };
  }

  /** Follows everything over all restarts, resuming after the last revision that it was told of. */
  async #watcher(): Promise<void> {
    const { clock, random } = this.#clients.child("watcher");
    let after = 1 as Revision;
    while (!this.#over) {
      const store = this.#store;
      if (store !== undefined) {
        using cursor = store.watch({ ...range, after });
        while (store === this.#store && !this.#over) {
          const events = cursor.take(5);
          if (events.length > 0) this.items.push({ type: "events", events: events.map(received) });
          if (random.below(4) === 0) this.items.push({ type: "bookmark", revision: cursor.revision });
          after = cursor.revision;
          await clock.sleep(random.float() * 6);
        }
      }
      await clock.sleep(1);
    }
  }

  async #readLog(): Promise<void> {
    const commits = await this.#durable.commitsAfter(1 as Revision, Number.MAX_SAFE_INTEGER);
    this.log = commits.flatMap(({ revision, entries }) =>
      entries.map((entry) =>
        entry.type === "put"
          ? { key: entry.record.key, value: decoder.decode(entry.record.value), revision }
          : { key: entry.key, value: undefined, revision },
      ),
    );
  }

  #now = 0;
  /** Order of calls and answers; the run has one thread. */
  #tick(): number {
    this.#now += 1;
    return this.#now;
  }
}

function received({ type, revision, record, previous }: StoreEvent): ReceivedEvent {
  const value = type === "put" ? decoder.decode(record.value) : undefined;
  const before = previous === undefined ? undefined : decoder.decode(previous.value);
  return {
    key: record.key,
    revision,
    value,
    created: value !== undefined && before === undefined,
    previous: before,
  };
}

for (const seed of ["crash 1", "crash 2", "crash 3", "crash 4", "crash 5", "crash 6"]) {
  test(`histories over ${crashes} crashes hold, seed "${seed}"`, async () => {
    const run = new CrashRun(seed);
    await run.run();
    assert.deepEqual(checkCommits(run), []);
    assert.deepEqual(checkWatch({ after: 1, selects: () => true, items: run.items }, run.log), []);
    const outcomes = run.operations.flatMap((operation) =>
      operation.type === "commit" ? [operation.outcome] : [],
    );
    assert.ok(outcomes.includes("unknown"), "no crash caught a write in flight");
    assert.ok(
      outcomes.some((outcome) => outcome !== "unknown" && !outcome.committed),
      "no write was refused",
    );
    assert.ok(run.log.length > 200, `only ${run.log.length} writes`);
  });
}
