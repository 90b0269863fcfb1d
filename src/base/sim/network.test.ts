/** The simulated network passes the network contract, and parts, cuts and breaks as told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection } from "../network.ts";
import { networkContract } from "../network.contract.ts";
import { SimWorld } from "./world.ts";

networkContract("SimNetworks", () => {
  const world = new SimWorld("network contract");
  return {
    server: world.network.of(world.env("a")),
    client: world.network.of(world.env("b")),
    address: "a:0",
    run: (fn) => world.run(fn),
  };
});

const { signal } = new AbortController();

/** A world in which `b` is connected to `a`; `ends` are b's, then a's. */
async function connectedWorld(seed: string): Promise<{ world: SimWorld; ends: [Connection, Connection] }> {
  const world = new SimWorld(seed);
  const accepted = Promise.withResolvers<Connection>();
  const near = await world.run(async () => {
    await world.network.of(world.env("a")).listen("a:80", accepted.resolve, signal);
    return world.network.of(world.env("b")).connect("a:80", signal);
  });
  return { world, ends: [near, await world.run(() => accepted.promise)] };
}

function collect(connection: Connection): { readonly heard: unknown[]; error?: unknown } {
  const record: { readonly heard: unknown[]; error?: unknown } = { heard: [] };
  void (async () => {
    try {
      for await (const message of connection.messages) record.heard.push(message);
    } catch (error) {
      record.error = error;
    }
  })();
  return record;
}

test("A short partition delays messages and loses none", async () => {
  const { world, ends } = await connectedWorld("short partition");
  const record = collect(ends[1]);
  world.network.partition("a", "b");
  for (const message of [1, 2, 3]) await ends[0].send(message);
  await world.advance(10_000);
  assert.deepEqual(record.heard, []);
  world.network.heal("b", "a");
  await ends[0].send(4);
  await world.advance(100);
  assert.deepEqual(record, { heard: [1, 2, 3, 4] });
  assert.equal(world.faults.of("partition"), 1);
});

test("A partition that lasts breaks the connections across it, and connecting gets no answer", async () => {
  const { world, ends } = await connectedWorld("long partition");
  const record = collect(ends[1]);
  world.network.partition("a", "b");
  await world.advance(31_000);
  assert.equal((record.error as { code?: string }).code, "broken");
  const connecting = world.run(() => world.network.of(world.env("b")).connect("a:80", signal));
  await assert.rejects(connecting, { code: "unreachable" });
});

test("A crash breaks the connections for the peer and closes the listener, and the dead hear nothing", async () => {
  const { world, ends } = await connectedWorld("crash");
  const [alive, dead] = [collect(ends[0]), collect(ends[1])];
  world.crash("a");
  await ends[0].send("into the void");
  await world.advance(100);
  assert.equal((alive.error as { code?: string }).code, "broken");
  assert.deepEqual(dead, { heard: [] });
  const connecting = world.run(() => world.network.of(world.env("b")).connect("a:80", signal));
  await assert.rejects(connecting, { code: "refused" });
});

test("A cut breaks both ends", async () => {
  const { world, ends } = await connectedWorld("cut");
  const records = ends.map(collect);
  assert.equal(world.network.cut("b"), 1);
  await world.advance(100);
  assert.deepEqual(
    records.map((record) => (record.error as { code?: string }).code),
    ["broken", "broken"],
  );
  assert.equal(world.network.cut("b"), 0);
});
