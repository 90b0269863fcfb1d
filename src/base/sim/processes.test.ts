/** Scripts pass the processes contract, and die with their host. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { processesContract } from "../processes.contract.ts";
import { SimWorld } from "./world.ts";

const program = (name: string) => ({ program: name, arguments: [] });

function worldWithPrograms(): SimWorld {
  const world = new SimWorld("programs");
  world.programs.install("echo", async ({ input, write }) => {
    for await (const chunk of input) await write(chunk);
    return 0;
  });
  world.programs.install("fail", async ({ writeError }) => {
    await writeError("complaint");
    return 3;
  });
  world.programs.install("wait", async ({ write, env }) => {
    await write("ready");
    await env.clock.sleep(600_000);
    return 0;
  });
  world.programs.install("graceful", async ({ write, onSignal }) => {
    const ended = Promise.withResolvers<void>();
    onSignal(() => ended.resolve());
    await write("ready");
    await ended.promise;
    await write("bye");
    return 7;
  });
  return world;
}

processesContract("SimPrograms", () => {
  const world = worldWithPrograms();
  return {
    processes: world.programs.of(world.env("a")),
    echo: program("echo"),
    fail: program("fail"),
    wait: program("wait"),
    graceful: program("graceful"),
    run: (fn) => world.run(fn),
  };
});

test("A host's crash ends its programs without a word", async () => {
  const world = worldWithPrograms();
  const { signal } = new AbortController();
  let over = false;
  await world.run(async () => {
    const child = await world.programs.of(world.env("a")).spawn(program("wait"), signal);
    void child.exited.then(() => {
      over = true;
    });
  });
  world.crash("a");
  await world.advance(3_600_000);
  assert.equal(over, false);
});
