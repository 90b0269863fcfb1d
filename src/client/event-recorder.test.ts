/** Events on their way to a real API server, in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { configMaps, events } from "#api";
import { SimWorld } from "#base/sim";
import { adminUser, startApiServer } from "../../test/testing/api-server.ts";
import { EventRecorder } from "./event-recorder.ts";
import { HandlerTransport } from "./handler-transport.ts";
import { createClient } from "./typed-client.ts";

const { signal } = new AbortController();

test("A source on a machine whose clock is set back a day goes on telling, at any fraction of a millisecond", async () => {
  const world = new SimWorld("clock", { maxLatenessMs: 1 });
  await world.run(async () => {
    const { server } = await startApiServer(world.env("server"));
    const client = createClient(new HandlerTransport(server.handlerFor(adminUser)), { fieldManager: "test" });
    const metadata = { namespace: "default", name: "one" };
    const object = await client.of(configMaps).create({ metadata }, signal);
    const env = world.env("source");
    await using recorder = new EventRecorder(env, { client }, { component: "test" });
    for (const reason of ["Before", "After"]) {
      recorder.record(object, "Normal", reason, "told");
      await env.clock.sleep(1_000);
      world.jumpClock("source", -24 * 3_600_000);
    }
    const { items } = await client.of(events).list({ namespace: "default" }, signal);
    assert.deepEqual(items.map(({ reason }) => reason).sort(), ["After", "Before"]);
  });
});
