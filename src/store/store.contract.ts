/**
 * What every journal must give its store. Run over memory, SQLite, etcd and the hostile twins; keys are
 * `/registry/things/NAMESPACE/NAME`, values carry text, the trigger is the value's first word.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createRealEnv } from "#base/real";
import type { RootEnv } from "#base";
import { StoreError, type StoreErrorCode } from "./errors.ts";
import type { Journal } from "./journal.ts";
import { RevisionStore, type StoreOptions } from "./revision-store.ts";
import type {
  CommitResult,
  Cursor,
  RecordIndex,
  Revision,
  Snapshot,
  Store,
  StoreEvent,
  Write,
} from "./store.ts";

/** One data set; journals over it are opened one after the other. */
export interface StoreFixture extends AsyncDisposable {
  journal(): Journal;
}

export interface StoreContract {
  readonly name: string;
  fixture(env: RootEnv): Promise<StoreFixture>;
  /** A reason to run nothing. */
  readonly skip?: string | false;
}

const from = "/registry/things/";
const to = "/registry/things0";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function keyOf(name: string): string {
  return `${from}default/${name}`;
}

/** Index of a value such as `"n1 some text"`. */
export function describeThing(key: string, value: Uint8Array): RecordIndex {
  const [, , , namespace = "", name = ""] = key.split("/");
  const word = decoder.decode(value).split(" ")[0] ?? "";
  return {
    namespace,
    name,
    uid: "",
    labels: undefined,
    owners: [],
    triggers: { word },
    revisionOffset: 0,
    managersStart: 0,
    managersEnd: 0,
  };
}

export function put(name: string, text: string): Extract<Write, { type: "put" }> {
  const key = keyOf(name);
  const value = encoder.encode(text);
  return { type: "put", key, value, index: describeThing(key, value) };
}

/** Commits a write with a check on the revision that the caller saw. */
export function swap(store: Store, name: string, modRevision: number, text?: string): Promise<CommitResult> {
  const key = keyOf(name);
  const write: Write = text === undefined ? { type: "delete", key } : put(name, text);
  return store.commit({ checks: [{ key, modRevision }], writes: [write] });
}

export async function mustSwap(
  store: Store,
  name: string,
  modRevision: number,
  text?: string,
): Promise<Revision> {
  const result = await swap(store, name, modRevision, text);
  assert.equal(result.committed, true, `the check on ${name} at ${modRevision} failed`);
  return (result as { revision: Revision }).revision;
}

export function content(snapshot: Snapshot): Record<string, string> {
  const all: Record<string, string> = {};
  for (const record of snapshot.range(from, to)) all[record.index.name] = decoder.decode(record.value);
  return all;
}

export function eventText(event: StoreEvent): string {
  const before = event.previous === undefined ? "" : ` was ${decoder.decode(event.previous.value)}`;
  return `${event.type} ${event.record.index.name} ${decoder.decode(event.record.value)}${before}`;
}

/** Takes until `count` events came. */
export async function collect(cursor: Cursor, count: number, most = 100): Promise<StoreEvent[]> {
  const events: StoreEvent[] = [];
  const signal = AbortSignal.timeout(20_000);
  while (events.length < count) {
    const taken = cursor.take(most);
    events.push(...taken);
    if (taken.length === 0) await cursor.wait(signal);
  }
  return events;
}

export function rejectsWith(code: StoreErrorCode): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof StoreError, String(error));
    assert.equal(error.code, code);
    return true;
  };
}

/** Runs the suite over one kind of journal. */
export function storeContract(contract: StoreContract): void {
  describe(`store over ${contract.name}`, { skip: contract.skip ?? false }, () => {
    let env: RootEnv;
    const open: AsyncDisposable[] = [];
    before(() => {
      env = createRealEnv({ name: "contract", logLevel: "error" });
    });
    after(async () => {
      for (const item of open.toReversed()) await item[Symbol.asyncDispose]();
      await env[Symbol.asyncDispose]();
    });
    const fixture = async () => {
      const made = await contract.fixture(env);
      open.push(made);
      return made;
    };
    const openStore = async (over: StoreFixture, options?: StoreOptions) => {
      const store = new RevisionStore(env, { journal: over.journal(), describe: describeThing }, options);
      open.push(store);
      await store.start(AbortSignal.timeout(20_000));
      return store;
    };
    const fresh = async (options?: StoreOptions) => openStore(await fixture(), options);
    writes(fresh);
    watches(fresh);
    history(fresh);
    reopening(fixture, openStore);
  });
}

type Fresh = (options?: StoreOptions) => Promise<RevisionStore>;

function writes(fresh: Fresh): void {
  test("a key is created, replaced and deleted, each at a greater revision", async () => {
    const store = await fresh();
    const created = await mustSwap(store, "a", 0, "one");
    const first = store.snapshot().get(keyOf("a"));
    assert.deepEqual(
      [first?.createRevision, first?.modRevision, first?.version, decoder.decode(first?.value)],
      [created, created, 1, "one"],
    );
    const replaced = await mustSwap(store, "a", created, "two");
    assert.ok(replaced > created);
    const second = store.snapshot().get(keyOf("a"));
    assert.deepEqual([second?.createRevision, second?.modRevision, second?.version], [created, replaced, 2]);
    const deleted = await mustSwap(store, "a", replaced);
    assert.ok(deleted > replaced);
    assert.equal(store.snapshot().get(keyOf("a")), undefined);
    assert.equal(decoder.decode(first?.value), "one");
  });

  test("a failed check names its key and writes nothing", async () => {
    const store = await fresh();
    const created = await mustSwap(store, "a", 0, "one");
    assert.deepEqual(await swap(store, "a", 0, "again"), { committed: false, conflict: keyOf("a") });
    assert.deepEqual(await swap(store, "a", created + 1_000, "x"), {
      committed: false,
      conflict: keyOf("a"),
    });
    assert.deepEqual(await swap(store, "none", created, "x"), { committed: false, conflict: keyOf("none") });
    const two = await store.commit({
      checks: [
        { key: keyOf("a"), modRevision: created },
        { key: keyOf("b"), modRevision: created },
      ],
      writes: [put("a", "x"), put("b", "x")],
    });
    assert.deepEqual(two, { committed: false, conflict: keyOf("b") });
    assert.deepEqual(content(store.snapshot()), { a: "one" });
  });

  test("the writes of a transaction share its revision", async () => {
    const store = await fresh();
    const start = store.revision;
    const result = await store.commit({ checks: [], writes: [put("a", "1"), put("b", "2"), put("c", "3")] });
    assert.ok(result.committed);
    const revisions = [...store.snapshot().range(from, to)].map((record) => record.modRevision);
    assert.deepEqual(revisions, [result.revision, result.revision, result.revision]);
    using cursor = store.watch({ from, to, after: start });
    assert.equal((await collect(cursor, 3, 1)).length, 3);
    assert.equal(cursor.take(1).length, 0);
  });

  test("concurrent increments by compare and swap lose none", async () => {
    const store = await fresh();
    await mustSwap(store, "counter", 0, "0");
    const increment = async () => {
      for (;;) {
        const { record, seen } = store.pending(keyOf("counter"));
        assert.ok(record);
        assert.ok(record.modRevision <= seen);
        const next = String(Number(decoder.decode(record.value)) + 1);
        const result = await swap(store, "counter", record.modRevision, next);
        if (result.committed) return result.revision;
      }
    };
    const revisions = await Promise.all(Array.from({ length: 20 }, increment));
    assert.equal(new Set(revisions).size, 20);
    assert.deepEqual(content(store.snapshot()), { counter: "20" });
  });

  test("an answer comes when its write can be read, and settled() agrees", async () => {
    const store = await fresh();
    const names = Array.from({ length: 30 }, (_, at) => `n${at}`);
    await Promise.all(
      names.map(async (name) => {
        const revision = await mustSwap(store, name, 0, name);
        assert.ok(store.revision >= revision);
        assert.equal(store.snapshot().get(keyOf(name))?.modRevision, revision);
        await store.settled(revision);
      }),
    );
    assert.equal(store.snapshot().count(from, to), 30);
    assert.equal((await store.latest()).count(from, to), 30);
  });
}

function watches(fresh: Fresh): void {
  test("a watch delivers every event after its revision once, in order, with the version before", async () => {
    const store = await fresh();
    const start = store.revision;
    const a1 = await mustSwap(store, "a", 0, "one");
    await mustSwap(store, "b", 0, "uno");
    await mustSwap(store, "a", a1, "two");
    const b2 = store.snapshot().get(keyOf("b"))?.modRevision ?? 0;
    const end = await mustSwap(store, "b", b2);
    const all = ["put a one", "put b uno", "put a two was one", "delete b uno was uno"];
    using cursor = store.watch({ from, to, after: start });
    const events = await collect(cursor, 4);
    assert.deepEqual(events.map(eventText), all);
    assert.equal(events[3]?.record.modRevision, end);
    assert.equal(cursor.revision, store.revision);
    for (const [at, event] of events.entries()) {
      using resumed = store.watch({ from, to, after: event.revision });
      assert.deepEqual((await collect(resumed, 3 - at)).map(eventText), all.slice(at + 1));
    }
  });

  test("a cursor shows nothing newer than it is asked for, and the rest the next time", async () => {
    const store = await fresh();
    using cursor = store.watch({ from, to, after: store.revision });
    const first = await mustSwap(store, "a", 0, "one");
    const second = await mustSwap(store, "a", first, "two");
    assert.deepEqual(cursor.take(10, first).map(eventText), ["put a one"]);
    assert.deepEqual(cursor.take(10, first), []);
    assert.equal(cursor.revision, second - 1);
    assert.deepEqual(cursor.take(10, second).map(eventText), ["put a two was one"]);
    assert.equal(cursor.revision, store.revision);
  });

  test("a topic narrows a watch to a name or trigger, and an object that leaves it is seen", async () => {
    const store = await fresh();
    const after = store.revision;
    using byName = store.watch({ from, to, after, topic: { name: "b" } });
    using byWord = store.watch({ from, to, after, topic: { trigger: ["word", "n1"] } });
    using byNamespace = store.watch({ from, to, after, topic: { namespace: "other" } });
    const a = await mustSwap(store, "a", 0, "n1 x");
    await mustSwap(store, "b", 0, "n2 x");
    const moved = await mustSwap(store, "a", a, "n2 x");
    await mustSwap(store, "a", moved, "n2 y");
    assert.deepEqual((await collect(byName, 1)).map(eventText), ["put b n2 x"]);
    assert.deepEqual((await collect(byWord, 2)).map(eventText), ["put a n1 x", "put a n2 x was n1 x"]);
    assert.deepEqual(byNamespace.take(10), []);
    for (const cursor of [byName, byWord, byNamespace]) {
      assert.deepEqual(cursor.take(10), []);
      assert.equal(cursor.revision, store.revision);
    }
  });

  test("a waiting cursor is woken by its own events, and by abort", async () => {
    const store = await fresh();
    using cursor = store.watch({ from, to, after: store.revision, topic: { name: "mine" } });
    const abort = new AbortController();
    const waiting = cursor.wait(abort.signal);
    abort.abort(new Error("enough"));
    await assert.rejects(waiting, /enough/);
    let woken = 0;
    cursor.onReady(() => {
      woken += 1;
    });
    await mustSwap(store, "other", 0, "x");
    assert.equal(woken, 0);
    const waitingAgain = cursor.wait(AbortSignal.timeout(20_000));
    await mustSwap(store, "mine", 0, "x");
    await waitingAgain;
    assert.equal(woken, 1);
    assert.equal(cursor.take(1).length, 1);
  });
}

function history(fresh: Fresh): void {
  const script = async (store: Store, length: number) => {
    const states: { revision: Revision; content: Record<string, string> }[] = [];
    for (let at = 0; at < length; at += 1) {
      const name = `k${at % 5}`;
      const found = store.snapshot().get(keyOf(name));
      const text = at % 7 === 6 && found !== undefined ? undefined : `v${at}`;
      const revision = await mustSwap(store, name, found?.modRevision ?? 0, text);
      states.push({ revision, content: content(store.snapshot()) });
    }
    return states;
  };

  for (const ringEvents of [1_000, 4]) {
    test(`older revisions are read and watched as they were, with ${ringEvents} events in memory`, async () => {
      const store = await fresh({ ringEvents });
      const start = store.revision;
      using early = store.watch({ from, to, after: start });
      const states = await script(store, 30);
      for (const { revision, content: expected } of states) {
        assert.deepEqual(content(await store.snapshotAt(revision)), expected);
      }
      const model: Record<string, string> = {};
      using late = store.watch({ from, to, after: start });
      const [earlyEvents, lateEvents] = [await collect(early, 30, 3), await collect(late, 30, 100)];
      assert.deepEqual(lateEvents.map(eventText), earlyEvents.map(eventText));
      for (const [at, event] of earlyEvents.entries()) {
        if (event.type === "put") model[event.record.index.name] = decoder.decode(event.record.value);
        else delete model[event.record.index.name];
        assert.equal(event.revision, states[at]?.revision);
        assert.deepEqual(model, states[at]?.content);
      }
    });
  }

  test("compaction refuses what is older, and keeps what is at and after its revision", async () => {
    const store = await fresh({ ringEvents: 6 });
    const states = await script(store, 30);
    const at = states[20];
    assert.ok(at);
    using behind = store.watch({ from, to, after: states[2]?.revision as Revision });
    await store.compact(at.revision);
    assert.equal(store.compactedRevision, at.revision);
    const older = states[19]?.revision as Revision;
    await assert.rejects(store.snapshotAt(older), rejectsWith("compacted"));
    assert.throws(() => store.watch({ from, to, after: older }), rejectsWith("compacted"));
    await assert.rejects(collect(behind, 1), rejectsWith("compacted"));
    assert.deepEqual(content(await store.snapshotAt(at.revision)), at.content);
    using cursor = store.watch({ from, to, after: at.revision });
    assert.equal((await collect(cursor, 9)).length, 9);
    await assert.rejects(store.snapshotAt((store.revision + 1_000) as Revision), rejectsWith("future"));
    await mustSwap(store, "after", 0, "x");
    assert.equal(store.snapshot().get(keyOf("after"))?.version, 1);
  });
}

function reopening(
  fixture: () => Promise<StoreFixture>,
  openStore: (over: StoreFixture, options?: StoreOptions) => Promise<RevisionStore>,
): void {
  test("a store opened again has the same state, revision and history", async () => {
    const over = await fixture();
    const store = await openStore(over);
    const first = await mustSwap(store, "a", 0, "one");
    const second = await mustSwap(store, "a", first, "two");
    const third = await mustSwap(store, "b", 0, "n1 b");
    const last = await mustSwap(store, "c", 0, "c");
    await store[Symbol.asyncDispose]();
    await assert.rejects(swap(store, "d", 0, "late"), rejectsWith("closed"));
    const again = await openStore(over);
    assert.deepEqual(content(again.snapshot()), { a: "two", b: "n1 b", c: "c" });
    assert.deepEqual(again.snapshot().get(keyOf("b"))?.index.triggers, { word: "n1" });
    assert.equal(again.snapshot().get(keyOf("a"))?.version, 2);
    assert.ok(again.revision >= last);
    using cursor = again.watch({ from, to, after: first });
    assert.deepEqual((await collect(cursor, 3)).map(eventText), [
      "put a two was one",
      "put b n1 b",
      "put c c",
    ]);
    assert.deepEqual(content(await again.snapshotAt(second)), { a: "two" });
    await again.compact(third);
    assert.ok((await mustSwap(again, "d", 0, "d")) > last);
    await again[Symbol.asyncDispose]();
    const third_ = await openStore(over);
    assert.equal(third_.compactedRevision, third);
    assert.deepEqual(content(third_.snapshot()), { a: "two", b: "n1 b", c: "c", d: "d" });
    assert.equal(third_.snapshot().get(keyOf("a"))?.createRevision, first);
    assert.deepEqual(content(await third_.snapshotAt(third)), { a: "two", b: "n1 b" });
  });
}
