/** The contract over a real etcd, and what only several programs over one etcd can do to one another. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { RootEnv } from "#base";
import { createRealEnv } from "#base/real";
import { compareKeys } from "../record-tree.ts";
import { RevisionStore } from "../revision-store.ts";
import {
  collect,
  content,
  describeThing,
  eventText,
  keyOf,
  mustSwap,
  put,
  rejectsWith,
  storeContract,
  swap,
} from "../store.contract.ts";
import { EtcdJournal } from "./etcd-journal-node.ts";
import { etcdMissing, RealEtcd } from "../../../test/testing/real-etcd.ts";

const skip = etcdMissing();
let etcd: RealEtcd;
let namespaces = 0;

before(async () => {
  if (skip === false) etcd = await RealEtcd.start();
});
after(async () => {
  await etcd?.[Symbol.asyncDispose]();
});

storeContract({
  name: "etcd",
  skip,
  fixture: async (env) => {
    namespaces += 1;
    const namespace = `contract-${namespaces}`;
    return {
      journal: () => new EtcdJournal(env, { endpoints: [etcd.endpoint], namespace }),
      [Symbol.asyncDispose]: async () => {},
    };
  },
});

const from = keyOf("");
const to = keyOf("~");

async function openStore(namespace: string, endpoints: readonly string[] = [etcd.endpoint]) {
  const env: RootEnv = createRealEnv({ name: "etcd-test", logSink: () => {} });
  const journal = new EtcdJournal(env, { endpoints, namespace, callTimeoutMs: 1_500 });
  const store = new RevisionStore(env, { journal, describe: describeThing });
  await store.start(AbortSignal.timeout(20_000));
  const stop = async () => {
    await store[Symbol.asyncDispose]();
    await env[Symbol.asyncDispose]();
  };
  return { store, [Symbol.asyncDispose]: stop };
}

describe("stores that share an etcd", { skip }, () => {
  test("each sees the other's writes, and only one of two rivals wins", async () => {
    await using one = await openStore("pair");
    await using two = await openStore("pair");
    using cursor = two.store.watch({ from, to, after: two.store.revision });
    const created = await mustSwap(one.store, "a", 0, "by one");
    assert.deepEqual((await collect(cursor, 1)).map(eventText), ["put a by one"]);
    const rivals = await Promise.all(
      [one, two].map(({ store }, at) => swap(store, "a", created, `rival ${at}`)),
    );
    assert.equal(rivals.filter(({ committed }) => committed).length, 1);
    const winner = `rival ${rivals.findIndex(({ committed }) => committed)}`;
    for (const { store } of [one, two]) assert.deepEqual(content(await store.latest()), { a: winner });
  });

  test("latest() has what another program was told of", async () => {
    await using one = await openStore("latest");
    await using two = await openStore("latest");
    for (let at = 0; at < 30; at += 1) {
      const revision = await mustSwap(one.store, `k${at}`, 0, "x");
      assert.equal((await two.store.latest()).get(keyOf(`k${at}`))?.modRevision, revision);
    }
  });

  test("history that another program compacted is refused", async () => {
    await using one = await openStore("compact");
    const early = one.store.revision;
    const first = await mustSwap(one.store, "a", 0, "1");
    const second = await mustSwap(one.store, "a", first, "2");
    await using late = await openStore("compact");
    await one.store.compact(second);
    using cursor = late.store.watch({ from, to, after: early });
    await assert.rejects(collect(cursor, 1), rejectsWith("compacted"));
    assert.ok(late.store.compactedRevision >= second);
  });

  test("a lease of etcd deletes its key", async () => {
    await using one = await openStore("lease");
    const start = one.store.revision;
    await one.store.commit({ checks: [], writes: [{ ...put("event", "x"), leaseSeconds: 1 }] });
    using cursor = one.store.watch({ from, to, after: start });
    const events = await collect(cursor, 2);
    assert.deepEqual(events.map(eventText), ["put event x", "delete event x was x"]);
  });
});

describe("stores whose etcd fails", { skip, concurrency: true }, () => {
  test("a watch survives that etcd is killed and comes back, missing nothing", async () => {
    await using own = await RealEtcd.start();
    await using one = await openStore("kill", [own.endpoint]);
    using cursor = one.store.watch({ from, to, after: one.store.revision });
    await mustSwap(one.store, "before", 0, "x");
    await own.kill();
    await assert.rejects(swap(one.store, "lost", 0, "x"), rejectsWith("unavailable"));
    await own.run();
    await using two = await openStore("kill", [own.endpoint]);
    await mustSwap(two.store, "after", 0, "x");
    assert.deepEqual((await collect(cursor, 2)).map(eventText), ["put before x", "put after x"]);
    assert.equal(one.store.ready(), undefined);
  });

  test("a store that was away during a compaction starts over, and says so to its watchers", async () => {
    await using own = await RealEtcd.start();
    await using one = await openStore("away", [own.endpoint]);
    await mustSwap(one.store, "a", 0, "1");
    using cursor = one.store.watch({ from, to, after: one.store.revision });
    await own.kill();
    await own.run();
    await using two = await openStore("away", [own.endpoint]);
    // The first store may have come back already; either way nothing may be missed in silence.
    const revision = await mustSwap(two.store, "b", 0, "2");
    await two.store.compact(revision);
    const outcome = await collect(cursor, 1).then(
      (events) => events.map(eventText),
      (error) => error.code,
    );
    assert.ok(outcome === "compacted" || outcome[0] === "put b 2", String(outcome));
    assert.deepEqual(content(await one.store.latest({ signal: AbortSignal.timeout(20_000) })), {
      a: "1",
      b: "2",
    });
  });

  test("a store outlives each member of its etcd, the leader too, and its watch misses nothing", async () => {
    const members = await RealEtcd.startCluster(3);
    await using cleanup = new AsyncDisposableStack();
    for (const member of members) cleanup.use(member);
    const endpoints = members.map(({ endpoint }) => endpoint);
    await using one = await openStore("leader", endpoints);
    const start = one.store.revision;
    using cursor = one.store.watch({ from, to, after: start });
    const acknowledged = new Map<string, number>();
    for (const [round, member] of members.entries()) {
      await member.kill();
      for (let at = 0; at < 10; at += 1) {
        const name = `r${round}-${at}`;
        acknowledged.set(name, await swapUntilAnswered(one.store, name));
      }
      await member.run();
    }
    await using two = await openStore("leader", endpoints);
    const events = await collect(cursor, acknowledged.size);
    assert.deepEqual(
      new Map(events.map(({ record, revision }) => [record.index.name, revision])),
      acknowledged,
    );
    assert.deepEqual(
      Object.keys(content(two.store.snapshot())),
      [...acknowledged.keys()].toSorted(compareKeys),
    );
  });
});

/** Creates a key, trying again while etcd does not answer. */
async function swapUntilAnswered(store: RevisionStore, name: string): Promise<number> {
  for (;;) {
    try {
      const result = await swap(store, name, 0, name);
      if (result.committed) return result.revision;
      // An earlier try went through without an answer.
      const written = (await store.latest()).get(keyOf(name));
      assert.ok(written);
      return written.modRevision;
    } catch (error) {
      rejectsWith("unavailable")(error);
    }
  }
}
