/** The machine passes the Env contract. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { envContract } from "../env.contract.ts";
import { createRealEnv } from "./env.ts";

envContract("createRealEnv", (logSink) => ({
  env: createRealEnv({ name: "root", logSink }),
  run: (fn) => fn(),
}));

test("createRealEnv: the failure of a child's task is heard at the root, and stops the rest", async () => {
  const env = createRealEnv({ name: "root", logSink: () => {} });
  let stopped = false;
  env.child("other").tasks.spawn("work", async (signal) => {
    await env.clock.sleep(1_000_000, signal).catch(() => {});
    stopped = true;
  });
  env.child("part").tasks.spawn("bad", async () => {
    throw new Error("out of luck");
  });
  await assert.rejects(env.failed, { message: "out of luck" });
  await env[Symbol.asyncDispose]();
  assert.ok(stopped);
});
