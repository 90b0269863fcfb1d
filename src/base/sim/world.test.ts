/** Simulated time, crashes and failures. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Env } from "../env.ts";
import { SimWorld } from "./world.ts";

test("A simulated hour takes no time, and timers fire in order at their time", async () => {
  const world = new SimWorld("time", { startMs: 1_000 });
  const { clock } = world.env("a");
  const fired: [string, number][] = [];
  await world.run(async () => {
    clock.timer(20, () => fired.push(["late", clock.monotonic()]));
    clock.timer(10, () => fired.push(["early", clock.monotonic()]));
    clock.timer(10, () => fired.push(["second", clock.monotonic()]));
    clock.timer(15, () => fired.push(["never", clock.monotonic()])).cancel();
    await clock.sleep(3_600_000);
  });
  assert.deepEqual(fired, [
    ["early", 10],
    ["second", 10],
    ["late", 20],
  ]);
  assert.equal(world.nowMs, 3_601_000);
});

test("Microtasks of one event end before the next event", async () => {
  const world = new SimWorld("turns");
  const { clock } = world.env("a");
  const order: string[] = [];
  await world.run(async () => {
    clock.timer(
      1,
      () =>
        void (async () => {
          order.push("first");
          for (let turn = 0; turn < 50; turn++) await Promise.resolve();
          await new Promise<void>((resolve) => process.nextTick(resolve));
          order.push("first, much later");
        })(),
    );
    clock.timer(1, () => order.push("second"));
    await clock.sleep(2);
  });
  assert.deepEqual(order, ["first", "first, much later", "second"]);
});

test("sleep() rejects with the signal's reason, and leaves no event behind", async () => {
  const world = new SimWorld("abort");
  const { clock } = world.env("a");
  const controller = new AbortController();
  await assert.rejects(
    world.run(async () => {
      clock.timer(5, () => controller.abort(new Error("enough")));
      await clock.sleep(1_000_000, controller.signal);
    }),
    { message: "enough" },
  );
  await assert.rejects(
    world.runUntil(() => false, 1_000),
    { code: "stalled" },
  );
});

test("A crash ends timers and tasks of a host without a word, and a reboot starts afresh", async () => {
  const world = new SimWorld("crash");
  const heard: string[] = [];
  const start = (name: string) => {
    const env = world.env("a");
    env.tasks.spawn("loop", async (signal) => {
      signal.addEventListener("abort", () => heard.push(`${name} aborted`));
      for (;;) {
        await env.clock.sleep(1_000, signal);
        heard.push(name);
      }
    });
    return env;
  };
  const first = start("first");
  await world.advance(1_500);
  assert.ok(world.crash("a"));
  assert.equal(world.crash("a"), false);
  first.clock.timer(1, () => heard.push("a dead host's timer"));
  first.log.info("Words of the dead");
  const second = start("second");
  assert.notEqual(second.random.uuid(), first.random.uuid());
  await world.advance(1_500);
  assert.deepEqual(heard, ["first", "second"]);
  assert.deepEqual(world.log, []);
});

test("A part of a host can crash alone, with its own parts", async () => {
  const world = new SimWorld("part");
  const host = world.env("a");
  const beats = new Map<string, number>();
  const beat = (name: string, env: Env = host) =>
    env.tasks.spawn("beat", async (signal) => {
      for (;;) {
        await env.clock.sleep(100, signal);
        beats.set(name, (beats.get(name) ?? 0) + 1);
      }
    });
  const scheduler = host.child("scheduler");
  beat("host");
  beat("scheduler", scheduler);
  beat("queue", scheduler.child("queue"));
  await world.advance(1_000);
  assert.ok(world.crash("a/scheduler"));
  beat("scheduler again", host.child("scheduler"));
  await world.advance(1_000);
  assert.deepEqual(Object.fromEntries(beats), { host: 20, scheduler: 10, queue: 10, "scheduler again": 10 });
});

test("A host's wall clock may be wrong and may jump; its timers stay true", async () => {
  const world = new SimWorld("clocks", { startMs: 1_000_000 });
  const [a, b] = [world.env("a").clock, world.env("b").clock];
  world.skewClock("a", -500);
  world.jumpClock("a", 60_000);
  assert.deepEqual([a.now(), b.now()], [1_059_500, 1_000_000]);
  const before = a.monotonic();
  await world.run(() => a.sleep(10));
  assert.deepEqual([a.monotonic() - before, world.nowMs], [10, 1_000_010]);
  assert.deepEqual([world.faults.of("clockSkew"), world.faults.of("clockJump")], [1, 1]);
});

test("The failure of a task ends the drive with its error, unless the task's group has an owner", async () => {
  const world = new SimWorld("failure");
  const env = world.env("a");
  const group = env.tasks.group("owned");
  group.spawn("bad", async () => {
    throw new Error("expected");
  });
  await assert.rejects(group.failed, { message: "expected" });
  await world.advance(1);
  env.child("part").tasks.spawn("worse", async () => {
    await env.clock.sleep(1);
    throw new Error("unexpected");
  });
  await assert.rejects(world.advance(10), { message: "unexpected" });
  assert.deepEqual(
    world.log.map((entry) => entry.fields?.task),
    ["a/owned/bad", "a/part/worse"],
  );
});

test("What never comes is stalled or timed out, with the world's name in the message", async () => {
  const world = new SimWorld("waiting");
  await assert.rejects(
    world.run(() => new Promise(() => {})),
    { code: "stalled", message: /world "waiting"/ },
  );
  const { clock } = world.env("a");
  const tick = () => void clock.timer(1_000, tick);
  tick();
  await assert.rejects(
    world.runUntil(() => false, 10_000),
    { code: "timeout" },
  );
});

test("Late timers differ in their order from seed to seed, while yields of one part keep theirs", async () => {
  const orders = new Set<string>();
  for (let seed = 0; seed < 20; seed++) {
    const world = new SimWorld(seed, { maxLatenessMs: 5 });
    const { clock } = world.env("a");
    const order: string[] = [];
    await world.run(async () => {
      const yields = [1, 2, 3].map((index) => clock.yield().then(() => order.push(`yield ${index}`)));
      for (const name of ["x", "y", "z"]) clock.timer(10, () => order.push(name));
      await Promise.all([...yields, clock.sleep(20)]);
    });
    assert.deepEqual(order.slice(0, 3), ["yield 1", "yield 2", "yield 3"]);
    orders.add(order.slice(3).join());
  }
  assert.ok(orders.size > 3, [...orders].join(" "));
});

test("A host stops gracefully by its dispose, though a part of it has crashed, and boots again", async () => {
  const world = new SimWorld("graceful");
  const host = world.env("a");
  const part = host.child("part");
  part.tasks.spawn("stuck", () => part.clock.sleep(1_000_000));
  world.crash("a/part");
  const ends: string[] = [];
  part.tasks.spawn("late", async () => void ends.push("started by the dead"));
  host.child("other").tasks.spawn("work", async (signal) => {
    await host.clock.sleep(1_000_000, signal).catch(() => {});
    await host.clock.sleep(10);
    ends.push("cleaned up");
  });
  await world.run(async () => host[Symbol.asyncDispose]());
  await host.failed;
  assert.deepEqual(ends, ["cleaned up"]);
  assert.notEqual(world.env("a"), host);
});

test("With onHostFailure a failing host goes down and may be booted again", async () => {
  const failures: string[] = [];
  const world = new SimWorld("exit", {
    onHostFailure: (host, error) => failures.push(`${host}: ${(error as Error).message}`),
  });
  const env = world.env("a");
  env.tasks.spawn("bad", async () => {
    await env.clock.sleep(5);
    throw new Error("disk is gone");
  });
  await world.advance(10);
  assert.deepEqual(failures, ["a: disk is gone"]);
  assert.notEqual(world.env("a"), env);
});
