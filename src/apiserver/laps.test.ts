/** Laps in virtual time: order, and room for others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "#base";
import { SimWorld } from "#base/sim";
import type { Revision } from "#store";
import { Laps } from "./laps.ts";
import { MIN_LAP_SLICE } from "./limits.ts";

test("all who woke are served in one lap, in order, up to one revision; who wakes meanwhile waits for the next", async () => {
  const world = new SimWorld(1);
  await using env = world.env("apiserver");
  let head = 7;
  const laps = new Laps(env.clock, { head: () => head as Revision, ended: () => served.push("|") });
  const served: string[] = [];
  const wake = async (name: string, again?: string): Promise<void> => {
    const through = await laps.turn();
    served.push(`${name} ${through}`);
    head += 1;
    if (again !== undefined) await wake(again);
  };
  const all = Promise.all([wake("a", "a2"), wake("b"), wake("c")]);
  await world.advance(100);
  await all;
  assert.deepEqual(served, ["a 7", "b 7", "c 7", "|", "a2 10", "|"]);
  const later = wake("d");
  await world.advance(100);
  await later;
  assert.deepEqual(served.slice(-2), ["d 11", "|"]);
});

test("other work runs between the watchers of a long lap", async () => {
  const world = new SimWorld(1);
  await using env = world.env("apiserver");
  const laps = new Laps(env.clock, { head: () => 7 as Revision, ended: () => {} });
  let served = 0;
  const all = Promise.all(
    Array.from({ length: 200 }, async () => {
      await laps.turn();
      served += 1;
    }),
  );
  let seenHalfway = false;
  const other = (async () => {
    while (served < 200) {
      await env.clock.yield();
      if (served > 0 && served < 200) seenHalfway = true;
    }
  })();
  await world.advance(100);
  await Promise.all([all, other]);
  assert.equal(seenHalfway, true);
});

test("watchers do not fall behind however long other work holds the loop", async () => {
  const world = new SimWorld(1);
  await using env = world.env("apiserver");
  let [ms, yields] = [0, 0];
  const busy: Clock = {
    now: () => ms,
    monotonic: () => ms,
    timer: (delayMs, fn) => env.clock.timer(delayMs, fn),
    sleep: () => Promise.resolve(),
    yield: async () => {
      yields += 1;
      ms += 100;
    },
  };
  const laps = new Laps(busy, { head: () => 7 as Revision, ended: () => {} });
  await Promise.all(Array.from({ length: 4 * MIN_LAP_SLICE }, () => laps.turn()));
  assert.ok(yields <= 5, `${yields} turns of the loop for four slices`);
});
