/** Informers over a simulated link to a real API server: what they promise while the link and the server fail them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ConfigMap, configMaps, secrets } from "#api";
import { SimWorld } from "#base/sim";
import type { Store } from "#store";
import { adminUser, startApiServer } from "../../test/testing/api-server.ts";
import type { Change, Client, Informer } from "./client.ts";
import { HandlerTransport } from "./handler-transport.ts";
import { InformerSet } from "./informer-set.ts";
import { serveLink } from "./link-server.ts";
import { LinkTransport } from "./link-transport.ts";
import { createClient } from "./typed-client.ts";

const { signal } = new AbortController();
const namespace = "default";

interface Stage {
  readonly world: SimWorld;
  readonly store: Store;
  /** Writes without the link. */
  readonly admin: Client;
  readonly informers: InformerSet;
  readonly informer: Informer<ConfigMap>;
  /** All changes heard, as `+a`, `~a`, `-a`. */
  readonly heard: string[];
  sleep(ms: number): Promise<void>;
}

async function onStage(seed: string, body: (stage: Stage) => Promise<void>): Promise<void> {
  const world = new SimWorld(seed);
  await world.run(async () => {
    const env = world.env("server");
    const { server, store } = await startApiServer(env);
    const handlerFor = () => server.handlerFor(adminUser);
    await serveLink(env, { network: world.network.of(env), handlerFor }, "server:6443", signal);
    const client = world.env("client");
    const options = { address: "server:6443", user: "admin" };
    const transport = new LinkTransport(client, { network: world.network.of(client) }, options);
    const informers = new InformerSet(client, {
      client: createClient(transport, { fieldManager: "informer" }),
    });
    const informer = informers.of(configMaps, { namespace });
    const heard: string[] = [];
    informer.onChange((change) => heard.push(describe(change)));
    const admin = createClient(new HandlerTransport(handlerFor()), { fieldManager: "admin" });
    const sleep = (ms: number) => world.env("tests").clock.sleep(ms);
    await body({ world, store, admin, informers, informer, heard, sleep });
    await informers[Symbol.asyncDispose]();
    await transport[Symbol.asyncDispose]();
    await env[Symbol.asyncDispose]();
  });
}

function describe({ key, previous, current }: Change<ConfigMap>): string {
  return `${current === undefined ? "-" : previous === undefined ? "+" : "~"}${key.name}`;
}

function make(stage: Stage, name: string): Promise<ConfigMap> {
  return stage.admin.of(configMaps).create({ metadata: { name, namespace } }, signal);
}

function remove(stage: Stage, name: string): Promise<void> {
  return stage.admin.of(configMaps).delete({ namespace, name }, signal);
}

function names(stage: Stage): string {
  return stage.informer.lister
    .list()
    .map(({ metadata }) => metadata.name)
    .filter((name) => name !== "kube-root-ca.crt")
    .sort()
    .join(" ");
}

test("An informer lists what is there, page by page, then follows each change", async () => {
  await onStage("follow", async (stage) => {
    for (let at = 0; at < 1100; at += 1) await make(stage, `m${at}`);
    await stage.informers.start(signal);
    assert.equal(stage.informer.synced, true);
    assert.equal(stage.informer.lister.list(namespace).length, 1101);
    stage.heard.length = 0;
    const made = await make(stage, "new");
    await stage.informer.seen(made.metadata.resourceVersion ?? "", signal);
    assert.ok(stage.informer.lister.get({ namespace, name: "new" }));
    await remove(stage, "new");
    await stage.informer.until({ namespace, name: "new" }, (object) => object === undefined, signal);
    assert.deepEqual(stage.heard, ["+new", "-new"]);
  });
});

test("After a broken link it resumes where it was, hearing of each change once", async () => {
  await onStage("resume", async (stage) => {
    await make(stage, "a");
    await stage.informers.start(signal);
    stage.heard.length = 0;
    stage.world.network.cut("client");
    await make(stage, "b");
    await remove(stage, "a");
    await stage.sleep(30_000);
    assert.deepEqual(stage.heard, ["+b", "-a"]);
    assert.equal(names(stage), "b");
  });
});

test("When its revision was compacted it lists again, and no delete is lost, nor one under a name taken anew", async () => {
  await onStage("relist", async (stage) => {
    for (const name of ["a", "b", "c"]) await make(stage, name);
    await stage.informers.start(signal);
    stage.heard.length = 0;
    stage.world.network.partition("client", "server");
    await stage.sleep(1_000);
    await remove(stage, "a");
    await remove(stage, "b");
    await make(stage, "b");
    await make(stage, "d");
    await stage.store.compact(stage.store.revision);
    await stage.sleep(120_000);
    stage.world.network.heal();
    await stage.sleep(60_000);
    assert.deepEqual([...stage.heard].sort(), ["+b", "+d", "-a", "-b"]);
    assert.ok(stage.heard.indexOf("-b") < stage.heard.indexOf("+b"));
    assert.equal(names(stage), "b c d");
  });
});

test("An informer that starts before its server waits for it, and says once why", async () => {
  await onStage("early", async (stage) => {
    stage.world.network.partition("client", "server");
    const started = stage.informers.start(signal);
    await stage.sleep(120_000);
    assert.equal(stage.informer.synced, false);
    const warnings = stage.world.log.filter(({ level }) => level === "warn");
    assert.deepEqual(
      warnings.map(({ message }) => message),
      ["Cannot list and watch, and tries again"],
    );
    stage.world.network.heal();
    await make(stage, "a");
    await started;
    await stage.sleep(1_000);
    assert.equal(names(stage), "a");
  });
});

test("After a break informers are coherent when each shows what any of them could, and soon after the first is back", async () => {
  await onStage("coherent", async (stage) => {
    const others = stage.informers.of(secrets, { namespace });
    await stage.informers.start(signal);
    for (const awayMs of [60_000, 100_000, 170_000]) {
      stage.world.network.partition("client", "server");
      await stage.sleep(awayMs);
      const name = `after-${awayMs}`;
      await stage.admin.of(secrets).create({ metadata: { name, namespace } }, signal);
      await make(stage, name);
      stage.world.network.heal();
      await stage.informers.coherent(signal);
      assert.ok(stage.informer.lister.get({ namespace, name }), `the map after ${awayMs} ms`);
      assert.ok(others.lister.get({ namespace, name }), `the secret after ${awayMs} ms`);
    }
  });
});

test("An informer to which nothing happens catches up with what was written elsewhere", async () => {
  await onStage("catch up", async (stage) => {
    await stage.informers.start(signal);
    const { metadata } = await stage.admin.of(secrets).create({ metadata: { name: "s", namespace } }, signal);
    const before = stage.world.nowMs;
    await stage.informer.catchUp(metadata.resourceVersion ?? "", signal);
    assert.ok(stage.informer.revision >= Number(metadata.resourceVersion));
    assert.ok(stage.world.nowMs - before < 2_000, "it does not wait for the next bookmark");
    assert.deepEqual(
      stage.heard.filter((one) => one.startsWith("-")),
      [],
    );
  });
});
