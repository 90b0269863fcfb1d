/** A whole cluster in virtual time whose services answer at simulated sockets, from pods of virtual nodes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deployments, pods, services } from "#api";
import { SimWorld } from "#base/sim";
import { SimChannels, SimSockets } from "#network";
import { MemoryJournal } from "#store";
import { Cluster } from "./cluster.ts";
import { MemoryDisk } from "./memory-disk.ts";
import type { ServiceSockets } from "./userspace-network.ts";

const nodePort = 30_080;
const labels = { app: "web" };
const { signal } = new AbortController();

const deployment = {
  metadata: { name: "web", namespace: "default" },
  spec: {
    replicas: 3,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "nginx" }] } },
  },
};

const service = {
  metadata: { name: "web", namespace: "default" },
  spec: { type: "NodePort", selector: labels, ports: [{ port: 80, nodePort }] },
};

test("a node port leads through kubelets to the pods of virtual nodes", async () => {
  const world = new SimWorld("userspace network");
  await world.run(async () => {
    const env = world.env("cluster");
    const outside = world.env("outside");
    const channels = new SimChannels(outside);
    const pages = { serve: () => Promise.reject(new Error("no pages are asked for")) };
    const sockets: ServiceSockets = {
      channels,
      datagrams: new SimSockets(outside),
      pages,
      addresses: ["127.0.0.1"],
    };
    const config = { name: "c", controllers: true, scheduler: true, virtualNodes: 2, sockets };
    const parts = { env, journal: new MemoryJournal(), disk: new MemoryDisk() };
    const cluster = await Cluster.start(parts, config, signal);
    const client = cluster.client();
    await client.of(deployments).create(deployment as never, signal);
    await client.of(services).create(service as never, signal);
    await outside.clock.sleep(30_000);
    const ask = async (): Promise<string> => {
      const channel = await channels.dial({ address: "127.0.0.1", port: nodePort }, signal);
      await channel.write(Buffer.from("GET / HTTP/1.1\r\nhost: web\r\n\r\n"));
      let text = "";
      for await (const chunk of channel.input) text += Buffer.from(chunk).toString();
      return text.split("\r\n\r\n")[1]?.trim() ?? "";
    };
    const names = new Set<string>();
    for (let at = 0; at < 40; at += 1) names.add(await ask());
    const { items } = await client.of(pods).list({ namespace: "default" }, signal);
    assert.deepEqual([...names].sort(), items.map(({ metadata }) => metadata.name).sort());
    assert.equal(new Set(items.map(({ spec }) => spec.nodeName)).size, 2, "on both nodes");
    await cluster[Symbol.asyncDispose]();
    await assert.rejects(ask(), /nobody listens/);
    await outside[Symbol.asyncDispose]();
  });
});
