/** The proxy over a real API server, in virtual time: after every change the kernel's twin holds the pure function's table. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type EndpointSlice, endpointSlices, type Service, services } from "#api";
import { type ServedCluster, withCluster } from "../testing/served-cluster.ts";
import type { NftSink } from "./nft-sink.ts";
import type { ProxyNode } from "./place.ts";
import { rules } from "./rules.ts";
import { ServiceProxy } from "./service-proxy.ts";
import { SimFlows } from "./sim-flows.ts";
import { SimNft } from "./sim-nft.ts";
import { wholeTransaction } from "./transaction.ts";

const place: ProxyNode = {
  name: "n1",
  zone: "",
  addresses: [],
  podCidrs: ["10.244.0.0/16"],
  serviceCidrs: ["10.96.0.0/12"],
};

interface Bench extends ServedCluster {
  readonly nft: SimNft;
  readonly flows: SimFlows;
  readonly proxy: ServiceProxy;
  /** Waits for the proxy, and compares. */
  agree(): Promise<void>;
}

function check(what: string, body: (bench: Bench) => Promise<void>): void {
  test(what, () =>
    withCluster(what, async (cluster) => {
      const [nft, flows] = [new SimNft(), new SimFlows()];
      const proxy = await start(cluster, nft, flows);
      const agree = async (): Promise<void> => {
        await cluster.env.clock.sleep(1_000);
        await same(cluster, nft);
      };
      await body({ ...cluster, nft, flows, proxy, agree });
      await proxy[Symbol.asyncDispose]();
    }),
  );
}

async function start(
  cluster: ServedCluster,
  sink: NftSink,
  flows: SimFlows = new SimFlows(),
): Promise<ServiceProxy> {
  const proxy = new ServiceProxy(
    cluster.env.child("proxy"),
    { informers: cluster.informers(), sink, flows },
    { nodeName: "n1" },
  );
  await proxy.start(cluster.signal);
  assert.equal(proxy.ready(), undefined);
  return proxy;
}

/** The slots of endpoints are the proxy's to choose; all else is equal, and so is each frontend's set of endpoints. */
async function same({ client, signal }: ServedCluster, nft: SimNft): Promise<void> {
  const all = (await client.of<Service>(services).list({}, signal)).items;
  const slices = (await client.of<EndpointSlice>(endpointSlices).list({}, signal)).items;
  const wanted = new SimNft();
  wanted.applyNow(wholeTransaction(rules(all, slices, place)));
  assert.deepEqual(contents(nft), contents(wanted));
}

function contents(nft: SimNft): unknown {
  const order = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1);
  return [...nft.tables].map(([table, { chains, sets }]) => [
    table,
    [...chains].sort(order),
    [...sets].sort(order).map(([name, { elements }]) => {
      if (!name.endsWith("-endpoints")) return [name, [...elements].sort(order)];
      const slots = [...elements].map(([key, value]) => `${key.replace(/ \d+$/, "")} ${value}`);
      return [name, slots.sort(), [...elements.keys()].sort()];
    }),
  ]);
}

const web = (name: string) => ({
  metadata: { name, namespace: "default" },
  spec: { ports: [{ port: 80, targetPort: 8080 }] },
});

function webSlice(name: string, addresses: readonly string[]): EndpointSlice {
  return {
    metadata: { name, namespace: "default", labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    ports: [{ name: "", port: 8080, protocol: "TCP" }],
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
  } as unknown as EndpointSlice;
}

check(
  "services and endpoints that come, change and go are in the kernel",
  async ({ client, signal, agree, env, nft }) => {
    await agree();
    const [all, slices] = [client.of(services), client.of(endpointSlices)];
    for (let at = 0; at < 30; at += 1) {
      await all.create(web(`s${at}`), signal);
      await slices.create(webSlice(`s${at}`, ["10.244.0.1", "10.244.0.2", `10.244.1.${at}`]), signal);
    }
    await agree();
    for (let round = 0; round < 20; round += 1) {
      const name = `s${env.random.below(30)}`;
      const key = { namespace: "default", name };
      const addresses = ["10.244.0.1", "10.244.0.2", "10.244.0.3", "10.244.0.4"].filter(
        () => env.random.float() < 0.5,
      );
      await slices.patch(key, "merge", { endpoints: webSlice(name, addresses).endpoints }, signal);
    }
    await agree();
    const before = nft.transactions;
    await slices.delete({ namespace: "default", name: "s3" }, signal);
    await all.delete({ namespace: "default", name: "s4" }, signal);
    await agree();
    assert.ok(nft.transactions - before <= 3, "a transaction for a change, no more");
  },
);

check("tables that somebody removed are written anew", async ({ client, signal, agree, nft, env }) => {
  await client.of(services).create(web("a"), signal);
  await agree();
  nft.tables.clear();
  await env.clock.sleep(6_000);
  await agree();
  nft.tables.get("ip navarch-proxy")?.sets.get("services")?.elements.clear();
  await client.of(services).delete({ namespace: "default", name: "a" }, signal);
  await agree();
});

check("a new proxy takes over what an old one, or nobody, left behind", async (bench) => {
  const { client, signal, proxy, nft, agree } = bench;
  await client.of(services).create(web("a"), signal);
  await agree();
  await proxy[Symbol.asyncDispose]();
  await client.of(services).create(web("b"), signal);
  const next = await start(bench, nft);
  await agree();
  await next[Symbol.asyncDispose]();
  await next.remove(signal);
  assert.equal(nft.tables.size, 0);
});

check("UDP flows to endpoints that are gone are forgotten, also those that a proxy finds", async (bench) => {
  const { client, signal, proxy, flows, nft, agree } = bench;
  const port = { port: 53, targetPort: 53, protocol: "UDP" };
  const made = await client.of(services).create({ ...web("dns"), spec: { ports: [port] } }, signal);
  const slices = client.of(endpointSlices);
  const change = (...addresses: readonly string[]): Promise<unknown> =>
    slices.patch(
      { namespace: "default", name: "dns" },
      "merge",
      { endpoints: webSlice("dns", addresses).endpoints },
      signal,
    );
  const first = webSlice("dns", ["10.244.0.1", "10.244.0.2"]);
  await slices.create({ ...first, ports: [{ name: "", port: 53, protocol: "UDP" }] }, signal);
  await agree();
  const frontend = `${made.spec.clusterIP} . udp . 53`;
  const other = { client: "c", frontend: "8.8.8.8 . udp . 53", endpoint: "8.8.8.8 . 53" };
  const flow = (host: number) => ({ client: "c", frontend, endpoint: `10.244.0.${host} . 53` });
  flows.flows = [flow(1), flow(2), other];
  await change("10.244.0.2");
  await agree();
  assert.deepEqual(flows.flows, [flow(2), other]);
  await proxy[Symbol.asyncDispose]();
  await change("10.244.0.3");
  flows.flows = [flow(2), flow(3), other];
  const next = await start(bench, nft, flows);
  assert.deepEqual(flows.flows, [flow(3), other]);
  await client.of(services).delete({ namespace: "default", name: "dns" }, signal);
  await agree();
  assert.deepEqual(flows.flows, [other]);
  await next[Symbol.asyncDispose]();
});

test("a sink that refuses for a while gets the whole table when it takes again", () =>
  withCluster("refusals", async (cluster) => {
    const nft = new SimNft();
    let refusals = 0;
    const flaky: NftSink = {
      apply: async (commands, signal) => {
        if (cluster.env.random.float() < 0.5) {
          refusals += 1;
          throw new Error("busy");
        }
        await nft.apply(commands, signal);
      },
    };
    const proxy = await start(cluster, flaky);
    for (let at = 0; at < 20; at += 1)
      await cluster.client.of(services).create(web(`s${at}`), cluster.signal);
    await cluster.env.clock.sleep(120_000);
    await same(cluster, nft);
    assert.ok(refusals > 0);
    await proxy[Symbol.asyncDispose]();
  }));
