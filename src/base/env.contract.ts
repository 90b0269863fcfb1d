/** What every `Env` promises. Each twin calls `envContract` in its own test file. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RootEnv } from "./env.ts";
import type { LogSink } from "./log.ts";

/** A fresh world with one `Env` that logs to `sink`, and a way to run code in it. */
export interface EnvFixture {
  readonly env: RootEnv;
  run(fn: () => Promise<void>): Promise<void>;
}

export function envContract(name: string, makeFixture: (sink: LogSink) => EnvFixture): void {
  const check = (promise: string, body: (env: RootEnv, messages: readonly string[]) => Promise<void>) => {
    test(`${name}: ${promise}`, () => {
      const messages: string[] = [];
      const { env, run } = makeFixture((entry) =>
        messages.push(`${entry.level} ${entry.name}: ${entry.message}`),
      );
      return run(() => body(env, messages));
    });
  };

  check("timers fire once, not before their time and not after a cancel", async ({ clock }) => {
    const startMs = clock.monotonic();
    const fired: string[] = [];
    clock.timer(30, () => fired.push("late"));
    clock.timer(1, () => fired.push("early"));
    const cancelled = clock.timer(1, () => fired.push("cancelled"));
    cancelled.cancel();
    cancelled.cancel();
    await clock.sleep(40);
    assert.deepEqual(fired, ["early", "late"]);
    assert.ok(clock.monotonic() - startMs >= 39);
  });

  check("the wall clock shows whole milliseconds", async ({ clock }) => {
    for (const ms of [0.3, 0.3, 1.7]) {
      await clock.sleep(ms);
      assert.ok(Number.isInteger(clock.now()));
    }
  });

  check("a yield lets what is due run first, and takes no time", async ({ clock }) => {
    const order: string[] = [];
    const other = (async () => {
      await clock.yield();
      order.push("other");
    })();
    await clock.yield();
    order.push("self");
    await other;
    assert.deepEqual(order, ["other", "self"]);
  });

  check("an aborted sleep rejects with the reason, before or during", async ({ clock }) => {
    const controller = new AbortController();
    const sleeping = clock.sleep(1_000_000, controller.signal);
    controller.abort(new Error("enough"));
    await assert.rejects(sleeping, { message: "enough" });
    await assert.rejects(clock.sleep(1, controller.signal), { message: "enough" });
  });

  check("a key signs what its public half verifies, and nothing else", async ({ crypto }) => {
    const { privateKeyPem, publicKeyPem } = crypto.generateKeyPair();
    const data = Buffer.from("data");
    const signature = crypto.sign(privateKeyPem, data);
    assert.equal(signature.length, 64);
    assert.ok(crypto.verify(publicKeyPem, data, signature));
    assert.ok(!crypto.verify(publicKeyPem, Buffer.from("Data"), signature));
    assert.ok(!crypto.verify(crypto.generateKeyPair().publicKeyPem, data, signature));
    assert.throws(() => crypto.sign("not a key", data));
  });

  check("hashes are SHA-256 and its HMAC (RFC 4231 case 2)", async ({ crypto }) => {
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
    assert.equal(
      hex(crypto.sha256("abc")),
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    assert.equal(
      hex(crypto.hmacSha256(Buffer.from("Jefe"), "what do ya want for nothing?")),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
    assert.equal(crypto.randomBytes(33).length, 33);
  });

  check("ids of two children, or of two forks, never agree", async (env) => {
    const streams = [env, env.child("a"), env.child("a"), env.child("b")].map((each) => each.random);
    const forks = [env.random.fork("x"), env.random.fork("x")];
    const ids = [...streams, ...forks].flatMap((random) => [random.uuid(), random.uuid()]);
    assert.equal(new Set(ids).size, ids.length);
  });

  check("a child logs under its own name, and shares the metrics and the program", async (env, messages) => {
    const child = env.child("part");
    assert.equal(child.program, env.program);
    assert.ok(env.program.startedMs <= env.clock.now());
    child.log.info("Hello");
    env.log.debug("Below the level");
    child.metrics.counter("shared_total", "Shared.").inc();
    assert.deepEqual(messages, ["info root/part: Hello"]);
    assert.match(env.metrics.render(), /^shared_total 1$/m);
  });

  check("dispose stops the tasks of every child and waits for them", async (env) => {
    let stopped = false;
    env.child("part").tasks.spawn("work", async (signal) => {
      await env.clock.sleep(1_000_000, signal).catch(() => {});
      await env.clock.sleep(1);
      stopped = true;
    });
    await env[Symbol.asyncDispose]();
    assert.ok(stopped);
    await env.failed;
  });

  check("a failure in a group is its owner's, and is logged", async (env, messages) => {
    const group = env.tasks.group("owned");
    group.spawn("bad", async () => {
      throw new Error("out of luck");
    });
    await assert.rejects(group.failed, { message: "out of luck" });
    assert.deepEqual(messages, ["error root: Task failed"]);
  });
}
