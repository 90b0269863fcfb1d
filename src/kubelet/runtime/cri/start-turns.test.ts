/** Whose start comes next, in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Env } from "#base";
import { SimWorld } from "#base/sim";
import { type StartStage, StartTurns } from "./start-turns.ts";

const signal = new AbortController().signal;

/** Runs `body` in a world of its own. */
async function inWorld(body: (env: Env) => Promise<void>): Promise<void> {
  const world = new SimWorld("start turns");
  await world.run(async () => body(world.env("node")));
}

test("pods come up one after the other: who is furthest on goes first, then who asked first", () =>
  inWorld(async (env) => {
    const turns = new StartTurns(env, { atOnce: 2, patienceMs: 1_000 });
    const log: string[] = [];
    const call = (name: string, stage: StartStage): Promise<void> =>
      turns.run(
        stage,
        async () => {
          log.push(`${name} ${stage}`);
          await env.clock.sleep(10);
        },
        signal,
      );
    const pod = async (name: string): Promise<void> => {
      await call(name, "sandbox");
      await call(name, "create");
      await call(name, "start");
    };
    await Promise.all(["a", "b", "c", "d"].map(pod));
    const starts = log.filter((line) => line.endsWith("start"));
    assert.deepEqual(starts, ["a start", "b start", "c start", "d start"]);
    assert.equal(log.indexOf("a start") < log.indexOf("d sandbox"), true, log.join(", "));
  }));

test("a call that lasts holds nobody up for longer than its patience", () =>
  inWorld(async (env) => {
    const turns = new StartTurns(env, { atOnce: 1, patienceMs: 1_000 });
    const stuck = turns.run("sandbox", () => env.clock.sleep(60_000), signal);
    const began = env.clock.monotonic();
    await turns.run("sandbox", async () => {}, signal);
    assert.equal(env.clock.monotonic() - began, 1_000);
    // Its place was given on once, and is not given back twice.
    await stuck;
    const second = turns.run("sandbox", () => env.clock.sleep(500), signal);
    const again = env.clock.monotonic();
    await turns.run("sandbox", async () => {}, signal);
    assert.equal(env.clock.monotonic() - again, 500);
    await second;
  }));

test("who gives up waiting, or fails, takes nobody's turn", () =>
  inWorld(async (env) => {
    const turns = new StartTurns(env, { atOnce: 1, patienceMs: 1_000 });
    const failed = turns.run("start", () => Promise.reject(new Error("no")), signal);
    const abort = new AbortController();
    const given = turns.run("start", async () => {}, abort.signal);
    const last = turns.run("start", async () => "mine", signal);
    abort.abort(new Error("enough"));
    await assert.rejects(failed, /no/);
    await assert.rejects(given, /enough/);
    assert.equal(await last, "mine");
  }));
