/** A followed collection keeps no old snapshot, and shows nothing that its follower has not been told of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { configMaps, secrets } from "#api";
import { SimWorld } from "#base/sim";
import { createClient, HandlerTransport } from "#client";
import { adminUser, startApiServer } from "../../../test/testing/api-server.ts";
import { RENEWAL_MS } from "../limits.ts";

const { signal } = new AbortController();
const namespace = "default";

test("A quiet collection's state moves on by itself, and waits for its follower when something has happened", async () => {
  const world = new SimWorld("collection");
  await world.run(async () => {
    await using env = world.env("server");
    const { server, store } = await startApiServer(env);
    const client = createClient(new HandlerTransport(server.handlerFor(adminUser)), { fieldManager: "test" });
    await client.of(configMaps).create({ metadata: { name: "a", namespace } }, signal);
    using collection = await client.of(configMaps).follow?.({ namespace }, signal);
    assert.ok(collection !== undefined);
    const { state } = collection;
    const next = collection.next();
    const began = state.revision;
    const other = await client.of(secrets).create({ metadata: { name: "s", namespace } }, signal);
    assert.equal(state.revision, began);
    await env.clock.sleep(RENEWAL_MS);
    assert.equal(state.revision, Number(other.metadata.resourceVersion));
    assert.equal(store.revision, state.revision);

    await client.of(configMaps).create({ metadata: { name: "b", namespace } }, signal);
    const changes = await next;
    await client.of(configMaps).create({ metadata: { name: "c", namespace } }, signal);
    await env.clock.sleep(RENEWAL_MS);
    const shown = (): readonly string[] =>
      [...collection.state.versions("")].map(({ index }) => index.name).filter((name) => name.length === 1);
    assert.deepEqual([changes?.length, shown()], [1, ["a", "b"]]);
    await collection.next();
    assert.deepEqual(shown(), ["a", "b", "c"]);
  });
});
