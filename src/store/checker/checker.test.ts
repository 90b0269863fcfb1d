/** Good histories pass, and each planted bad one is found by its rule. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createRealEnv } from "#base/real";
import { HostileJournal } from "../hostile-journal.ts";
import { RevisionStore } from "../revision-store.ts";
import type { StoreEvent } from "../store.ts";
import { collect, describeThing, keyOf, put } from "../store.contract.ts";
import { type CommitRule, checkCommits } from "./check-commits.ts";
import {
  checkWatch,
  type ReceivedEvent,
  type ReceivedItem,
  type WatchHistory,
  type WatchRule,
} from "./check-watch.ts";
import type { LoggedEvent, Operation, RecordedCommit, RecordedRead } from "./history.ts";

/** A commit of key a that was invoked and returned at these times. */
function commit(
  [invokedAt, returnedAt]: readonly [number, number | undefined],
  modRevision: number,
  value: string | undefined,
  outcome: number | "conflict" | "unknown",
): RecordedCommit {
  return {
    type: "commit",
    invokedAt,
    returnedAt,
    checks: [{ key: "a", modRevision }],
    writes: [{ key: "a", value }],
    outcome:
      outcome === "unknown"
        ? "unknown"
        : outcome === "conflict"
          ? { committed: false, conflict: "a" }
          : { committed: true, revision: outcome },
  };
}

function read(
  [invokedAt, returnedAt]: readonly [number, number],
  revision: number,
  found: readonly [modRevision: number, value: string] | undefined,
): RecordedRead {
  const record = found === undefined ? undefined : { modRevision: found[0], value: found[1] };
  return { type: "read", invokedAt, returnedAt, key: "a", revision, found: record };
}

const log: readonly LoggedEvent[] = [
  { key: "a", value: "one", revision: 2 },
  { key: "a", value: "two", revision: 5 },
  { key: "a", value: undefined, revision: 6 },
];
const good: readonly Operation[] = [
  commit([1, 2], 0, "one", 2),
  commit([3, 6], 2, "two", 5),
  commit([4, 7], 2, "rival", "conflict"),
  read([5, 6], 2, [2, "one"]),
  read([8, 9], 5, [5, "two"]),
  commit([10, undefined], 5, undefined, "unknown"),
  commit([11, undefined], 5, "never", "unknown"),
  read([12, 13], 6, undefined),
];

describe("checkCommits()", () => {
  test("accepts a history that holds", () => {
    assert.deepEqual(checkCommits({ operations: good, log }), []);
  });

  const planted: readonly (readonly [name: string, rule: CommitRule, operations: readonly Operation[]])[] = [
    ["two writes with one revision", "revision-unique", [...good, commit([2, 3], 0, "one", 2)]],
    [
      "a write older than one that had returned",
      "revision-order",
      [commit([7, 8], 0, "one", 2), ...good.slice(1)],
    ],
    ["an acknowledged write that is gone", "lost-write", [...good, commit([8, 9], 5, "gone", 7)]],
    [
      "an acknowledged write with other content",
      "lost-write",
      [commit([1, 2], 0, "other", 2), ...good.slice(1)],
    ],
    ["a write that nobody made", "phantom-write", good.filter(({ invokedAt }) => invokedAt !== 10)],
    [
      "a refused write that happened",
      "phantom-write",
      [commit([1, 2], 9, "one", "conflict"), ...good.slice(1)],
    ],
    [
      "a check that was ignored",
      "ignored-check",
      [good[0] as Operation, commit([3, 6], 0, "two", 5), ...good.slice(2)],
    ],
    ["a refusal without a reason", "false-conflict", [...good, commit([8, 9], 5, "x", "conflict")]],
    [
      "a refusal because of a write that came later",
      "false-conflict",
      [...good, commit([2.2, 2.5], 2, "x", "conflict")],
    ],
    ["a read of a value that was not there", "wrong-read", [...good, read([8, 9], 5, [2, "one"])]],
    ["a read that misses an acknowledged write", "stale-read", [...good, read([8, 9], 2, [2, "one"])]],
    ["a read older than one before it", "stale-read", [...good, read([14, 15], 5, [5, "two"])]],
    ["a read of what had not been asked for yet", "stale-read", [...good, read([2, 2.5], 5, [5, "two"])]],
  ];
  for (const [name, rule, operations] of planted) {
    test(`finds ${name}`, () => {
      const rules = checkCommits({ operations, log }).map((violation) => violation.rule);
      assert.ok(rules.includes(rule), `found ${rules.join(", ") || "nothing"}`);
    });
  }
});

function events(...received: readonly ReceivedEvent[]): ReceivedItem {
  return { type: "events", events: received };
}

const watchLog: readonly LoggedEvent[] = [
  { key: "a", value: "1", revision: 2 },
  { key: "b", value: "1", revision: 2 },
  { key: "a", value: "2", revision: 4 },
  { key: "z", value: "1", revision: 5 },
  { key: "a", value: undefined, revision: 6 },
  { key: "b", value: "2", revision: 8 },
];
const a2: ReceivedEvent = { key: "a", value: "1", revision: 2, created: true, previous: undefined };
const b2: ReceivedEvent = { key: "b", value: "1", revision: 2, created: true, previous: undefined };
const a4: ReceivedEvent = { key: "a", value: "2", revision: 4, created: false, previous: "1" };
const a6: ReceivedEvent = { key: "a", value: undefined, revision: 6, created: false, previous: "2" };
const z5: ReceivedEvent = { key: "z", value: "1", revision: 5, created: true, previous: undefined };
const bookmark = (revision: number): ReceivedItem => ({ type: "bookmark", revision });

function watchHistory(items: readonly ReceivedItem[], after = 1): WatchHistory {
  return { after, selects: ({ key }) => key !== "z", items };
}

describe("checkWatch()", () => {
  for (const [name, items, after] of [
    ["all in one batch", [events(a2, b2, a4, a6)], 1],
    [
      "several batches with bookmarks",
      [events(a2, b2), bookmark(3), events(a4), bookmark(5), events(a6), bookmark(7)],
      1,
    ],
    ["a resumed watch", [events(a4), events(a6)], 2],
    ["a watch that ended early", [events(a2, b2)], 1],
    ["an idle one", [bookmark(5)], 4],
  ] as const) {
    test(`accepts ${name}`, () => {
      assert.deepEqual(checkWatch(watchHistory(items, after), watchLog), []);
    });
  }

  const planted: readonly (readonly [
    name: string,
    rule: WatchRule,
    items: readonly ReceivedItem[],
    after?: number,
  ])[] = [
    ["an event outside the range", "filtered", [events(a2, b2, a4, z5)]],
    ["an event at the revision resumed from", "filtered", [events(a2, b2, a4)], 2],
    ["events out of order", "ordered", [events(a4), events(a2, b2)]],
    ["an event twice", "unique", [events(a2, b2), events(a4), events(a4)]],
    ["a revision in two batches", "atomic", [events(a2), events(b2)]],
    ["half a revision", "atomic", [events(a2, a4)]],
    ["an event after a bookmark that covers it", "bookmarkable", [events(a2, b2), bookmark(4), events(a4)]],
    ["a gap at the start", "resumable", [events(a4, a6)]],
    ["a gap in the middle", "reliable", [events(a2, b2), events(a6)]],
    ["a bookmark over an event that never came", "reliable", [events(a2, b2), bookmark(4)]],
    ["an event that never happened", "reliable", [events(a2, b2, { ...a4, value: "3" })]],
    ["a creation not flagged", "creation-flagged", [events({ ...a2, created: false }, b2)]],
    ["a change flagged as creation", "creation-flagged", [events(a2, b2, { ...a4, created: true })]],
    ["the wrong previous value", "previous-value", [events(a2, b2, { ...a4, previous: "0" })]],
    ["no previous value", "previous-value", [events(a2, b2, a4, { ...a6, previous: undefined })]],
  ];
  for (const [name, rule, items, after] of planted) {
    test(`finds ${name}`, () => {
      const rules = checkWatch(watchHistory(items, after), watchLog).map((violation) => violation.rule);
      assert.ok(rules.includes(rule), `found ${rules.join(", ") || "nothing"}`);
    });
  }
});

const decoder = new TextDecoder();

function received(event: StoreEvent): ReceivedEvent {
  const { type, revision, record, previous } = event;
  return {
    key: record.key,
    revision,
    value: type === "put" ? decoder.decode(record.value) : undefined,
    created: type === "put" && previous === undefined,
    previous: previous === undefined ? undefined : decoder.decode(previous.value),
  };
}

test("a store over a hostile journal, under rivals and watchers of every kind, keeps every promise", async () => {
  await using env = createRealEnv({ name: "checker", logSink: () => {} });
  const random = env.random.fork("load");
  await using store = new RevisionStore(
    env,
    { journal: new HostileJournal(env), describe: describeThing },
    { ringEvents: 20 },
  );
  await store.start(new AbortController().signal);
  const start = store.revision;
  const operations: Operation[] = [];
  let time = 0;
  const tick = () => {
    time += 1;
    return time;
  };
  const names = ["a", "b", "c", "d", "e"];
  const writer = async (id: number) => {
    for (let at = 0; at < 40; at += 1) {
      const key = keyOf(names[random.below(names.length)] as string);
      const readAt = tick();
      const snapshot = await store.latest();
      const record = snapshot.get(key);
      const found =
        record === undefined
          ? undefined
          : { modRevision: record.modRevision, value: decoder.decode(record.value) };
      const { revision } = snapshot;
      operations.push({ type: "read", invokedAt: readAt, returnedAt: tick(), key, revision, found });
      const value = random.below(5) === 0 && record !== undefined ? undefined : `w${id} ${at}`;
      const checks = [{ key, modRevision: record?.modRevision ?? 0 }];
      const name = key.slice(keyOf("").length);
      const write = value === undefined ? ({ type: "delete", key } as const) : put(name, value);
      const invokedAt = tick();
      const outcome = await store.commit({ checks, writes: [write] });
      operations.push({
        type: "commit",
        invokedAt,
        returnedAt: tick(),
        checks,
        writes: [{ key, value }],
        outcome,
      });
    }
  };
  await Promise.all([1, 2, 3, 4].map(writer));
  const everything = { from: keyOf(""), to: keyOf("~") };
  using all = store.watch({ ...everything, after: start });
  const committed = operations.filter(({ type, ...rest }) => {
    return type === "commit" && (rest as RecordedCommit).outcome !== "unknown"
      ? ((rest as RecordedCommit).outcome as { committed: boolean }).committed
      : false;
  });
  const truth = (await collect(all, committed.length)).map(received);
  assert.deepEqual(checkCommits({ operations, log: truth }), []);
  assert.ok(
    operations.some(
      (operation) =>
        operation.type === "commit" && operation.outcome !== "unknown" && !operation.outcome.committed,
    ),
  );
  for (let at = 0; at < truth.length; at += 13) {
    const after = truth[at]?.revision ?? 0;
    using cursor = store.watch({
      ...everything,
      after: after as typeof start,
      topic: { trigger: ["word", "w1"] },
    });
    const selects = ({ value }: LoggedEvent, previous: string | undefined) => {
      return value?.startsWith("w1 ") === true || previous?.startsWith("w1 ") === true;
    };
    const items: ReceivedItem[] = [];
    while (cursor.revision < store.revision) {
      const taken = cursor.take(3);
      if (taken.length > 0) items.push({ type: "events", events: taken.map(received) });
      else await cursor.wait(AbortSignal.timeout(5_000));
      items.push({ type: "bookmark", revision: cursor.revision });
    }
    assert.deepEqual(checkWatch({ after, selects, items }, truth), []);
  }
});
