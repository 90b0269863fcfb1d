/** Whatever is written, an index and a look at everything find the same records in the same order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pods } from "#api";
import type { Random } from "#base";
import { SimWorld } from "#base/sim";
import { MemoryJournal, RevisionStore, type Store, type StoredRecord } from "#store";
import { Catalog } from "../catalog.ts";
import { MAX_VALUE_INDEXES } from "../limits.ts";
import { keyOf, rangeOf } from "./keys.ts";
import { plainIndex, Records } from "./records.ts";
import { Selection } from "./selection.ts";
import { ValueIndexes } from "./value-indexes.ts";
import { Views } from "./views.ts";

const world = new SimWorld("value-indexes");
const catalog = new Catalog([pods]);
const views = new Views(new Records(world.env("records").clock, { freeze: true }), catalog);
const select = (labels: string, fields = ""): Selection => new Selection(pods, views, labels, fields);
const range = rangeOf(pods, "");

async function withStore(body: (store: Store, random: Random) => Promise<void>): Promise<void> {
  await world.run(async () => {
    const env = world.env("store");
    const store = new RevisionStore(env, { journal: new MemoryJournal(), describe: plainIndex });
    await store.start(new AbortController().signal);
    await body(store, env.random);
    await store[Symbol.asyncDispose]();
  });
}

function put(store: Store, name: string, labels: Record<string, string>, node = ""): Promise<unknown> {
  const key = keyOf(pods, name.startsWith("a") ? "a" : "b", name);
  const index = { ...plainIndex(key), name, labels, triggers: { "spec.nodeName": node } };
  return store.commit({ checks: [], writes: [{ type: "put", key, value: Buffer.from("{}"), index }] });
}

function names(records: Iterable<StoredRecord>, selection: Selection): readonly string[] {
  return [...records].filter((record) => selection.matches(record)).map(({ index }) => index.name);
}

test("an index finds what reading everything finds, through changes, moves and deletes", () =>
  withStore(async (store, random) => {
    const indexes = new ValueIndexes(store);
    const selections = [
      select("app=x"),
      select("app in (x,y)"),
      select("app=x,tier=1,!gone"),
      select("no=thing"),
    ];
    selections.push(select("", "spec.nodeName=n1"), select("tier=0", "spec.nodeName=n0"));
    for (let step = 0; step < 300; step += 1) {
      const name = `${"ab"[random.below(2)]}-${random.below(20)}`;
      if (random.below(4) === 0) {
        const key = keyOf(pods, name.slice(0, 1), name);
        await store.commit({ checks: [], writes: [{ type: "delete", key }] });
      } else {
        const labels: Record<string, string> = { tier: String(random.below(2)) };
        if (random.below(3) > 0) labels["app"] = "xyz"[random.below(3)] ?? "";
        await put(store, name, labels, `n${random.below(2)}`);
      }
      const snapshot = store.snapshot();
      for (const scope of [range, rangeOf(pods, "a"), { ...range, from: keyOf(pods, "a", "a-15") }]) {
        for (const selection of selections) {
          const found = names(indexes.candidates(pods, selection, snapshot, scope), selection);
          assert.deepEqual(found, names(snapshot.range(scope.from, scope.to), selection));
        }
      }
    }
    indexes.stop();
  }));

test("an index looks at what matches only, and never tells an older snapshot of what came later", () =>
  withStore(async (store) => {
    const indexes = new ValueIndexes(store);
    for (let at = 0; at < 100; at += 1) await put(store, `a-${at}`, { app: at < 3 ? "few" : "many" });
    const old = store.snapshot();
    assert.equal([...indexes.candidates(pods, select("app=few"), old, range)].length, 3);
    await put(store, "a-later", { app: "few" });
    assert.equal([...indexes.candidates(pods, select("app=few"), store.snapshot(), range)].length, 4);
    assert.equal(names(indexes.candidates(pods, select("app=few"), old, range), select("app=few")).length, 3);
    for (let at = 0; at <= MAX_VALUE_INDEXES; at += 1)
      indexes.candidates(pods, select(`k${at}=v`), store.snapshot(), range);
    await put(store, "a-last", { app: "few" });
    assert.equal([...indexes.candidates(pods, select("app=few"), store.snapshot(), range)].length, 5);
    indexes.stop();
  }));
