/** Waiting for a place, and who goes next. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SimWorld } from "#base/sim";
import { Fairness } from "./fairness.ts";
import { requestInfo } from "./request-info.ts";
import { userOf } from "./user.ts";

const signal = new AbortController().signal;
const write = requestInfo("POST", "/api/v1/namespaces/default/pods");

async function inWorld(body: (fairness: Fairness, world: SimWorld) => Promise<void>): Promise<void> {
  const world = new SimWorld(1);
  await using env = world.env("apiserver");
  await body(new Fairness(env, { reads: 1, writes: 1, waiting: 3 }), world);
}

test("requests over the bound wait, and are let in user by user", () =>
  inWorld(async (fairness) => {
    const order: string[] = [];
    const run = async (name: string, label: string): Promise<void> => {
      const leave = await fairness.enter(userOf(name, []), write, signal);
      order.push(label);
      await Promise.resolve();
      leave();
    };
    await Promise.all([run("a", "a1"), run("a", "a2"), run("a", "a3"), run("b", "b1")]);
    assert.deepEqual(order, ["a1", "a2", "b1", "a3"]);
    (await fairness.enter(userOf("a", []), write, signal))();
  }));

test("a request that waits too long, or finds too many waiting, is refused with 429", () =>
  inWorld(async (fairness, world) => {
    const user = userOf("a", []);
    const leave = await fairness.enter(user, write, signal);
    const waiting = [1, 2, 3].map(() => fairness.enter(user, write, signal));
    await assert.rejects(fairness.enter(user, write, signal), { code: 429 });
    const settled = Promise.allSettled(waiting);
    await world.advance(20_000);
    assert.deepEqual(
      (await settled).map((one) => one.status),
      ["rejected", "rejected", "rejected"],
    );
    leave();
    (await fairness.enter(user, write, signal))();
  }));

test("a request whose caller goes away leaves its place in the line", () =>
  inWorld(async (fairness) => {
    const user = userOf("a", []);
    const leave = await fairness.enter(user, write, signal);
    const caller = new AbortController();
    const gone = fairness.enter(user, write, caller.signal);
    const next = fairness.enter(user, write, signal);
    caller.abort(new Error("gone"));
    await assert.rejects(gone, /gone/);
    leave();
    (await next)();
  }));
