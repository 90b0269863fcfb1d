/** What the store promises while a journal is slow, fails, loses history; leases, forks and the ring's bounds. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Env } from "#base";
import { createRealEnv } from "#base/real";
import { SimWorld } from "#base/sim";
import { limits } from "./limits.ts";
import { GatedJournal, HostileJournal } from "./hostile-journal.ts";
import type { Journal } from "./journal.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { RevisionStore, type StoreOptions } from "./revision-store.ts";
import { withRevision } from "./revision-text.ts";
import type { Revision } from "./store.ts";
import {
  collect,
  content,
  describeThing,
  eventText,
  keyOf,
  mustSwap,
  put,
  rejectsWith,
  swap,
} from "./store.contract.ts";

const from = keyOf("");
const to = keyOf("~");

async function openStore(env: Env, journal: Journal, options?: StoreOptions): Promise<RevisionStore> {
  const store = new RevisionStore(env, { journal, describe: describeThing }, options);
  await store.start(new AbortController().signal);
  return store;
}

function quietEnv() {
  return createRealEnv({ name: "store-test", logSink: () => {} });
}

class AskedJournal extends MemoryJournal {
  /** How often its history was. */
  asked = 0;

  override async commitsAfter(after: Revision, limit: number): ReturnType<MemoryJournal["commitsAfter"]> {
    this.asked += 1;
    return super.commitsAfter(after, limit);
  }
}

/** Lets every promise that can settle do so. */
async function settle(env: Env): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await env.clock.yield();
}

/** Which of some promises have settled. */
function watchSettled(promises: readonly Promise<unknown>[]): readonly boolean[] {
  const settled = promises.map(() => false);
  for (const [at, promise] of promises.entries()) {
    const mark = () => {
      settled[at] = true;
    };
    promise.then(mark, mark);
  }
  return settled;
}

describe("a store whose journal is slow", () => {
  test("shows, answers and wakes nothing before the write is durable, refusals included", async () => {
    await using env = quietEnv();
    const journal = new GatedJournal(new MemoryJournal());
    await using store = await openStore(env, journal);
    const start = store.revision;
    using cursor = store.watch({ from, to, after: start });
    let woken = false;
    cursor.onReady(() => {
      woken = true;
    });
    const created = swap(store, "a", 0, "one");
    const refused = swap(store, "a", 0, "again");
    const { record, seen } = store.pending(keyOf("a"));
    assert.equal(record?.modRevision, seen);
    const settledPromise = store.settled(seen);
    const done = watchSettled([created, refused, settledPromise]);
    await settle(env);
    assert.deepEqual([...done, woken], [false, false, false, false]);
    assert.deepEqual([content(store.snapshot()), store.revision, cursor.take(9)], [{}, start, []]);
    await journal.release();
    assert.deepEqual(await refused, { committed: false, conflict: keyOf("a") });
    assert.deepEqual(await created, { committed: true, revision: seen });
    await settle(env);
    assert.equal(woken, true);
    assert.deepEqual(cursor.take(9).map(eventText), ["put a one"]);
  });

  test("pipelines writers of one key, with at most two batches in flight", async () => {
    await using env = quietEnv();
    const journal = new GatedJournal(new MemoryJournal());
    await using store = await openStore(env, journal);
    const answers: Promise<unknown>[] = [];
    for (let at = 0; at < 10; at += 1) {
      const modRevision = store.pending(keyOf("hot")).record?.modRevision ?? 0;
      answers.push(mustSwap(store, "hot", modRevision, `v${at}`));
      await settle(env);
    }
    assert.deepEqual(journal.held, [1, 1]);
    await journal.release();
    await settle(env);
    assert.deepEqual(journal.held, [1, 8]);
    await journal.release();
    await journal.release();
    await Promise.all(answers);
    assert.equal(store.snapshot().get(keyOf("hot"))?.version, 10);
  });

  test("a failed sync ends it: waiting writers, refusals, cursors and later calls hear `failed`", async () => {
    await using env = quietEnv();
    const inner = new MemoryJournal();
    const journal = new GatedJournal(inner);
    await using store = await openStore(env, journal);
    using cursor = store.watch({ from, to, after: store.revision });
    const first = swap(store, "a", 0, "one");
    await settle(env);
    const later = [
      swap(store, "a", 0, "x"),
      swap(store, "b", 0, "x"),
      cursor.wait(AbortSignal.timeout(5_000)),
    ];
    await journal.release();
    assert.equal((await first).committed, true);
    const waiting = [swap(store, "c", 0, "x"), swap(store, "c", 0, "y"), store.settled(99 as Revision)];
    await settle(env);
    journal.fail(new Error("no space left"));
    for (const promise of waiting) await assert.rejects(promise, rejectsWith("failed"));
    await Promise.allSettled(later);
    assert.match(store.ready() ?? "", /no space left/);
    await assert.rejects(swap(store, "d", 0, "x"), rejectsWith("failed"));
    assert.throws(() => cursor.take(1), rejectsWith("failed"));
    await using again = await openStore(env, inner);
    assert.deepEqual(content(again.snapshot()), content(store.snapshot()));
  });
});

describe("a store whose journal loses history", () => {
  test("starts over and tells its watchers", async () => {
    await using env = quietEnv();
    const journal = new HostileJournal(env);
    await using store = await openStore(env, journal);
    await mustSwap(store, "a", 0, "1");
    using cursor = store.watch({ from, to, after: store.revision });
    const waiting = cursor.wait(AbortSignal.timeout(5_000));
    await journal.foreignCommit({ checks: [], writes: [put("b", "2")] });
    await journal.loseHistory();
    await waiting;
    assert.throws(() => cursor.take(1), rejectsWith("compacted"));
    assert.deepEqual(content(store.snapshot()), { a: "1", b: "2" });
    using resumed = store.watch({ from, to, after: store.revision });
    await mustSwap(store, "c", 0, "3");
    assert.deepEqual((await collect(resumed, 1)).map(eventText), ["put c 3"]);
  });

  test("refuses what a foreign compaction took, and goes on", async () => {
    await using env = quietEnv();
    const journal = new HostileJournal(env);
    await using store = await openStore(env, journal, { ringEvents: 4 });
    const early = store.revision;
    for (let at = 0; at < 20; at += 1) await mustSwap(store, `k${at}`, 0, "x");
    using behind = store.watch({ from, to, after: early });
    await journal.foreignCompact(store.revision);
    await assert.rejects(collect(behind, 20), rejectsWith("compacted"));
    await mustSwap(store, "more", 0, "x");
    assert.equal(store.snapshot().count(from, to), 21);
  });
});

describe("leases", () => {
  const hour = 3_600;
  const leased = (name: string) => ({ ...put(name, "x"), leaseSeconds: hour });

  test("a key goes when its lease ends; writing it again moves or ends the lease", async () => {
    const world = new SimWorld("leases");
    const env = world.env("store");
    await world.run(async () => {
      await using store = await openStore(env, new MemoryJournal());
      const names = ["kept", "moved", "plain", "short"];
      await Promise.all(names.map((name) => store.commit({ checks: [], writes: [leased(name)] })));
      await env.clock.sleep(1_800_000);
      await store.commit({ checks: [], writes: [leased("moved")] });
      await store.commit({ checks: [], writes: [put("plain", "x")] });
      await env.clock.sleep(1_800_001);
      assert.deepEqual(Object.keys(content(store.snapshot())), ["moved", "plain"]);
      await env.clock.sleep(1_800_000);
      assert.deepEqual(Object.keys(content(store.snapshot())), ["plain"]);
    });
  });

  test("a lease lasts as long as it was given for, wherever the machine's clock is set", async () => {
    const world = new SimWorld("leases and clocks");
    const env = world.env("store");
    await world.run(async () => {
      await using store = await openStore(env, new MemoryJournal());
      for (const [name, byMs] of [
        ["first", 86_400_000],
        ["second", -172_800_000],
      ] as const) {
        await store.commit({ checks: [], writes: [leased(name)] });
        world.jumpClock("store", byMs);
        await env.clock.sleep(1_000);
      }
      await env.clock.sleep(3_590_000);
      assert.deepEqual(Object.keys(content(store.snapshot())), ["first", "second"]);
      await env.clock.sleep(10_000);
      assert.deepEqual(Object.keys(content(store.snapshot())), []);
    });
  });

  test("a thousand expire in turns, and a fork has leases of its own", async () => {
    const world = new SimWorld("many leases");
    const env = world.env("store");
    await world.run(async () => {
      await using store = await openStore(env, new MemoryJournal());
      const names = Array.from({ length: 1_200 }, (_, at) => `e${at}`);
      await Promise.all(names.map((name) => store.commit({ checks: [], writes: [leased(name)] })));
      await using fork = store.fork(env.child("fork"));
      await fork.start(new AbortController().signal);
      await fork.commit({ checks: [], writes: [put("e7", "kept")] });
      await env.clock.sleep(hour * 1_000 + 10);
      assert.equal(store.snapshot().count(from, to), 0);
      assert.deepEqual(content(fork.snapshot()), { e7: "kept" });
    });
  });
});

describe("a fork", () => {
  test("shares every record, then goes its own way", async () => {
    await using env = quietEnv();
    await using store = await openStore(env, new MemoryJournal());
    for (let at = 0; at < 100; at += 1) await mustSwap(store, `k${at}`, 0, "x");
    await using fork = store.fork(env);
    await fork.start(new AbortController().signal);
    assert.equal(fork.revision, store.revision);
    assert.equal(fork.snapshot().get(keyOf("k5")), store.snapshot().get(keyOf("k5")));
    await mustSwap(fork, "only-fork", 0, "x");
    await mustSwap(store, "only-store", 0, "x");
    assert.equal(fork.snapshot().get(keyOf("only-store")), undefined);
    assert.equal(store.snapshot().get(keyOf("only-fork")), undefined);
  });
});

describe("the ring", () => {
  test("an event wakes only the cursors that it matches, of 5,000", async () => {
    await using env = quietEnv();
    await using store = await openStore(env, new MemoryJournal());
    const woken: number[] = [];
    const cursors = Array.from({ length: 5_000 }, (_, at) => {
      const topic = { trigger: ["word", `n${at}`] as const };
      const cursor = store.watch({ from, to: "/registry/things/default0", after: store.revision, topic });
      cursor.onReady(() => woken.push(at));
      return cursor;
    });
    const created = await mustSwap(store, "pod", 0, "n17 x");
    await settle(env);
    assert.deepEqual(woken, [17]);
    await mustSwap(store, "pod", created, "n4000 x");
    await settle(env);
    assert.deepEqual(woken, [17, 4_000]);
    assert.equal(cursors[17]?.take(9).length, 2);
    assert.equal(cursors[3]?.revision, store.revision);
    for (const cursor of cursors) cursor[Symbol.dispose]();
  });

  test("a stalled cursor holds no old versions beyond the bound, and still misses nothing", async () => {
    await using env = quietEnv();
    await using store = await openStore(env, new MemoryJournal(), { ringBytes: 10_000 });
    using stalled = store.watch({ from, to, after: store.revision });
    let revision = 0;
    for (let at = 0; at < 200; at += 1)
      revision = await mustSwap(store, "hot", revision, `${at} ${"x".repeat(500)}`);
    const events = await collect(stalled, 200, 7);
    assert.deepEqual(
      events.map((event) => event.record.version),
      Array.from({ length: 200 }, (_, at) => at + 1),
    );
    assert.equal(stalled.revision, store.revision);
  });

  test("old versions of a burst leave memory with age; then they come from the journal", async () => {
    const world = new SimWorld("ages");
    const env = world.env("store");
    await world.run(async () => {
      const journal = new AskedJournal();
      await using store = await openStore(env, journal);
      const begun = store.revision;
      const megabyte = "x".repeat(1024 * 1024);
      let last = 0;
      for (let at = 0; at < 9; at += 1) last = await mustSwap(store, "a", last, megabyte);
      const seen = async (after: number): Promise<readonly number[]> => {
        using cursor = store.watch({ from, to, after: after as Revision });
        return (await collect(cursor, last - after, 7)).map(({ record }) => record.version);
      };
      assert.deepEqual([await seen(begun), journal.asked], [[1, 2, 3, 4, 5, 6, 7, 8, 9], 0]);
      await env.clock.sleep(2 * limits.ringPeriodMs + 1);
      assert.deepEqual([await seen(last - 2), journal.asked], [[8, 9], 0]);
      assert.deepEqual([await seen(begun), journal.asked], [[1, 2, 3, 4, 5, 6, 7, 8, 9], 1]);
    });
  });

  test("a cursor that a compaction overtook says so at once, and never beyond what it handed out", async () => {
    await using env = quietEnv();
    await using store = await openStore(env, new MemoryJournal());
    using slow = store.watch({ from, to, after: store.revision });
    const before = slow.revision;
    await mustSwap(store, "lost", 0, "x");
    await mustSwap(store, "lost too", 0, "x");
    await store.compact(store.revision);
    await mustSwap(store, "kept", 0, "x");
    assert.equal(slow.revision, before);
    assert.throws(() => slow.take(10), rejectsWith("compacted"));
    using other = store.watch({ from, to, after: store.revision });
    await mustSwap(store, "next", 0, "x");
    await store.compact(store.revision);
    assert.throws(() => other.take(10), rejectsWith("compacted"));
  });

  test("a cursor that does not match what fell out of the ring moves on without the journal", async () => {
    await using env = quietEnv();
    await using store = await openStore(env, new MemoryJournal(), { ringEvents: 5 });
    using quiet = store.watch({ from, to, after: store.revision, topic: { name: "quiet" } });
    for (let at = 0; at < 50; at += 1) await mustSwap(store, `k${at}`, 0, "x");
    await store.compact(store.revision);
    assert.deepEqual([quiet.take(1), quiet.revision], [[], store.revision]);
    await mustSwap(store, "quiet", 0, "x");
    assert.deepEqual(quiet.take(5).map(eventText), ["put quiet x"]);
  });
});

test("withRevision() puts the revision at the offset, in bytes", () => {
  const stored = Buffer.from('{"metadata":{"name":"ä","uid":"u","labels":{}}}');
  const offset = stored.indexOf('"labels"');
  const expected = '{"metadata":{"name":"ä","uid":"u","resourceVersion":"1234","labels":{}}}';
  assert.equal(Buffer.from(withRevision(stored, offset, 1_234 as Revision)).toString(), expected);
});
