/** Turns in virtual time: order, and room for others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SimWorld } from "#base/sim";
import { Turns } from "./turns.ts";

test("those that wait go on in order of arrival, and other work runs in between", async () => {
  const world = new SimWorld(1);
  await using env = world.env("apiserver");
  const turns = new Turns(env.clock);
  const order: number[] = [];
  const all = Promise.all(
    Array.from({ length: 100 }, async (_, at) => {
      await turns.turn();
      order.push(at);
    }),
  );
  let looks = 0;
  const other = (async () => {
    while (order.length < 100) {
      await env.clock.yield();
      if (order.length > 0 && order.length < 100) looks += 1;
    }
  })();
  await world.advance(100);
  await Promise.all([all, other]);
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  );
  assert.equal(looks > 2, true);
  const last = turns.turn();
  await world.advance(1);
  await last;
  assert.equal(turns.spent, false);
});
