/** What is kept of the past: five minutes of it, and never too much. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Catalog, describeRecords } from "#apiserver";
import { SimWorld } from "#base/sim";
import { MemoryJournal, RevisionStore, type Store } from "#store";
import { Compactor } from "./compactor.ts";

const describe = describeRecords(new Catalog([]));

async function withStore(
  body: (store: Store, passed: (ms: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  const world = new SimWorld("compactor");
  await world.run(async () => {
    await using env = world.env("store");
    await using store = new RevisionStore(env, { journal: new MemoryJournal(), describe });
    await store.start(new AbortController().signal);
    await write(store, 50);
    await new Compactor(env, { store }, { mostRevisions: 20 }).start();
    await body(store, (ms) => env.clock.sleep(ms));
  });
}

async function write(store: Store, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const key = `key${at % 7}`;
    const value = Buffer.from("{}");
    await store.commit({ checks: [], writes: [{ type: "put", key, value, index: describe(key, value) }] });
  }
}

test("A history that is too long is cut when the server starts, and whenever it has become so", () =>
  withStore(async (store, passed) => {
    await passed(1);
    assert.equal(store.compactedRevision, store.revision - 20);
    await write(store, 30);
    await passed(10_000);
    assert.equal(store.compactedRevision, store.revision - 20);
  }));

test("What is five minutes old is forgotten within five more", () =>
  withStore(async (store, passed) => {
    await write(store, 5);
    const old = store.revision;
    await passed(301_000);
    await write(store, 5);
    assert.ok(store.compactedRevision < old);
    await passed(300_000);
    assert.ok(store.compactedRevision >= old);
  }));
