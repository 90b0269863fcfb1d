/** A followed collection keeps no old snapshot, and shows nothing that its follower has not been told of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { configMaps, isStatus, pods, secrets } from "#api";
import { SimWorld } from "#base/sim";
import { createClient, HandlerTransport } from "#client";
import type { Revision } from "#store";
import { adminUser, startApiServer, testAuthority } from "../../../test/testing/api-server.ts";
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

test("A collection that falls behind what is in memory ends, and begins at the head again: nothing is read from the journal", async () => {
  const world = new SimWorld("behind");
  await world.run(async () => {
    await using env = world.env("server");
    const { server, store } = await startApiServer(env, testAuthority, { ringEvents: 4 });
    const client = createClient(new HandlerTransport(server.handlerFor(adminUser)), { fieldManager: "test" });
    const maps = client.of(configMaps);
    const follow = (resourceVersion?: string) => maps.follow?.({ namespace, resourceVersion }, signal);
    using collection = await follow();
    const began = collection?.revision;
    for (const name of ["a", "b", "c", "d", "e"])
      await maps.create({ metadata: { name, namespace } }, signal);
    assert.equal(await collection?.next(), undefined);
    assert.equal(collection?.revision, began);
    assert.equal(store.recalls(began as Revision), false);
    await assert.rejects(
      async () => follow(String(began)),
      (error) => isStatus(error, "Expired"),
    );
    using anew = await follow();
    assert.equal(anew?.state.get(namespace, "e")?.index.name, "e");
  });
});

test("A follower of one node's pods finds them by an index, at the head and in an older state", async () => {
  const world = new SimWorld("index");
  await world.run(async () => {
    await using env = world.env("server");
    const { server } = await startApiServer(env);
    const client = createClient(new HandlerTransport(server.handlerFor(adminUser)), { fieldManager: "test" });
    const create = (name: string, nodeName: string) =>
      client
        .of(pods)
        .create(
          { metadata: { name, namespace }, spec: { nodeName, containers: [{ name: "c", image: "i" }] } },
          signal,
        );
    for (const name of ["a", "b", "c"]) await create(name, name === "b" ? "n2" : "n1");
    using collection = await client.of(pods).follow?.({ fieldSelector: "spec.nodeName=n1" }, signal);
    const names = () => [...(collection?.state.versions("") ?? [])].map(({ index }) => index.name);
    assert.deepEqual(names(), ["a", "c"]);
    await create("d", "n2");
    await create("e", "n1");
    assert.deepEqual(names(), ["a", "c"]);
    assert.equal((await collection?.next())?.length, 1);
    assert.deepEqual(names(), ["a", "c", "e"]);
  });
});
