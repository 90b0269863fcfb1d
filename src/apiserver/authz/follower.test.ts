/** A follower sees every change of its range, however far the ring has moved on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SimWorld } from "#base/sim";
import { MemoryJournal, RevisionStore } from "#store";
import { plainIndex } from "../registry/records.ts";
import { Follower } from "./follower.ts";

test("Follower keeps up with a ring of eight events through a hundred changes", async () => {
  const world = new SimWorld("follower");
  await world.run(async () => {
    const env = world.env("store");
    const store = new RevisionStore(
      env,
      { journal: new MemoryJournal(), describe: plainIndex },
      { ringEvents: 8 },
    );
    await store.start(new AbortController().signal);
    const put = (key: string): Promise<unknown> =>
      store.commit({
        checks: [],
        writes: [{ type: "put", key, value: Buffer.from("{}"), index: plainIndex(key) }],
      });
    await put("/a/before");
    const seen = new Map<string, number>();
    let losses = 0;
    const follower = new Follower(
      store,
      { from: "/a/", to: "/a0" },
      ({ record }) => void seen.set(record.key, record.modRevision),
      () => void losses++,
    );
    follower.start();
    for (let i = 0; i < 100; i++) {
      await put(`/a/${i}`);
      await put(`/b/${i}`);
    }
    follower.catchUp();
    assert.equal(seen.size, 101);
    assert.equal(losses, 0);
    follower.stop();
    await put("/a/after");
    assert.equal(seen.has("/a/after"), false);
    await store[Symbol.asyncDispose]();
    await env[Symbol.asyncDispose]();
  });
});
