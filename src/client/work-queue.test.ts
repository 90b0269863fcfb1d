/** The work queue, in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SimWorld } from "#base/sim";
import { WorkQueue } from "./work-queue.ts";

interface Handled {
  readonly key: string;
  readonly atMs: number;
}

/** Runs `use` beside two workers that take 10 ms for each key, for ten virtual minutes. */
async function handled(use: (queue: WorkQueue, sleep: (ms: number) => Promise<void>) => Promise<void>) {
  const world = new SimWorld("work queue");
  const env = world.env("host");
  const queue = new WorkQueue(env);
  const log: Handled[] = [];
  let overlapping = 0;
  const inHand = new Set<string>();
  await world.run(async () => {
    const start = env.clock.monotonic();
    const stop = new AbortController();
    const running = queue.run(2, stop.signal, async (key) => {
      if (inHand.has(key)) overlapping += 1;
      inHand.add(key);
      log.push({ key, atMs: env.clock.monotonic() - start });
      await env.clock.sleep(10);
      inHand.delete(key);
    });
    await use(queue, (ms) => env.clock.sleep(ms));
    await env.clock.sleep(600_000);
    stop.abort();
    await running;
  });
  return { log, overlapping, queue };
}

test("A key added three times before a worker comes is handled once", async () => {
  const { log } = await handled(async (queue) => {
    queue.add("a");
    queue.add("a");
    queue.add("a");
  });
  assert.deepEqual(log.length, 1);
});

test("A key added while it is handled is handled again, after the first time has ended", async () => {
  const { log, overlapping } = await handled(async (queue, sleep) => {
    queue.add("a");
    await sleep(5);
    queue.add("a");
    queue.add("a");
  });
  assert.equal(overlapping, 0);
  assert.deepEqual(
    log.map(({ atMs }) => atMs),
    [0, 10],
  );
});

test("Failures of a key wait 5, 10, 20 ms and so on, and forget() starts anew", async () => {
  const { log } = await handled(async (queue, sleep) => {
    for (let at = 0; at < 3; at += 1) {
      queue.addRateLimited("a");
      await sleep(1000);
    }
    queue.forget("a");
    assert.equal(queue.retries("a"), 0);
    queue.addRateLimited("a");
  });
  assert.deepEqual(
    log.map(({ atMs }) => atMs),
    [5, 1010, 2020, 3005],
  );
});

test("Of two delays of one key the earlier holds", async () => {
  const { log } = await handled(async (queue) => {
    queue.addAfter("a", 500);
    queue.addAfter("a", 100);
    queue.addAfter("a", 900);
  });
  assert.deepEqual(
    log.map(({ atMs }) => atMs),
    [100],
  );
});

test("A stopped queue handles nothing more, and keeps what waits without a timer", async () => {
  const { queue, log } = await handled(async (queue) => queue.addAfter("late", 700_000));
  assert.equal(log.length, 0);
  assert.equal(queue.length, 1);
});

test("What was to be handled later when a run ends is handled by the next", async () => {
  const world = new SimWorld("work queue");
  const env = world.env("host");
  const queue = new WorkQueue(env);
  const terms: string[][] = [];
  await world.run(async () => {
    queue.add("fails");
    queue.add("waits");
    for (let term = 0; term < 2; term += 1) {
      const stop = new AbortController();
      const keys: string[] = [];
      terms.push(keys);
      const running = queue.run(1, stop.signal, async (key) => {
        keys.push(key);
        if (key === "fails") queue.addRateLimited(key);
        else queue.addAfter(key, 3_600_000);
      });
      await env.clock.sleep(1);
      stop.abort();
      await running;
    }
  });
  assert.deepEqual(terms, [
    ["fails", "waits"],
    ["fails", "waits"],
  ]);
});
