/** The cluster's DNS and its Service, over a real API server in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { endpointSlices, services } from "#api";
import type { Pages } from "../pages.ts";
import { type ServedCluster, withCluster } from "../testing/served-cluster.ts";
import { ClusterDns } from "./cluster-dns.ts";
import { SimSockets } from "./sim-sockets.ts";

const key = { namespace: "kube-system", name: "kube-dns" };
const pages: Pages = { serve: async (at) => ({ at, close: () => {} }) };

function check(
  what: string,
  body: (bench: ServedCluster & { sockets: SimSockets; start(): Promise<ClusterDns> }) => Promise<void>,
): void {
  test(what, () =>
    withCluster(what, async (cluster) => {
      const sockets = new SimSockets(cluster.env);
      const start = async (): Promise<ClusterDns> => {
        const informers = cluster.informers();
        const deps = { owner: cluster.client, informers, datagrams: sockets, streams: sockets, pages };
        const options = { nodeName: "n1", address: "10.244.0.1", upstreams: [] };
        const dns = new ClusterDns(cluster.env.child("dns"), deps, options);
        await dns.start(cluster.signal);
        assert.equal(dns.ready(), undefined);
        return dns;
      };
      await body({ ...cluster, sockets, start });
    }),
  );
}

/** `10.244.0.1: dns 53, dns-tcp 53, metrics 9153` for each slice of the Service. */
async function endpoints({ client, env, signal }: ServedCluster): Promise<readonly string[]> {
  await env.clock.sleep(1_000);
  const labelSelector = "kubernetes.io/service-name=kube-dns";
  const { items } = await client.of(endpointSlices).list({ namespace: "kube-system", labelSelector }, signal);
  return items.map((slice) => {
    const ports = (slice.ports ?? []).map(({ name, port }) => `${name} ${port}`);
    return `${slice.endpoints?.map(({ addresses }) => addresses.join()).join()}: ${ports.join(", ")}`;
  });
}

const ours = ["10.244.0.1: dns 53, dns-tcp 53, metrics 9153"];

check("the addon is made, has an endpoint, and loses it when the server ends", async (bench) => {
  await using dns = await bench.start();
  const { spec } = await bench.client.of(services).get(key, bench.signal);
  assert.deepEqual([spec.clusterIP, spec.selector], ["10.96.0.10", undefined]);
  assert.deepEqual(await endpoints(bench), ours);
  await dns[Symbol.asyncDispose]();
  assert.deepEqual(await endpoints(bench), []);
});

check("an endpoint that somebody removes or bends comes back", async (bench) => {
  await using _ = await bench.start();
  const slices = bench.client.of(endpointSlices);
  const slice = { ...key, name: "kube-dns-n1" };
  await slices.delete(slice, bench.signal);
  assert.deepEqual(await endpoints(bench), ours);
  await slices.patch(slice, "merge", { endpoints: [{ addresses: ["10.9.9.9"] }] }, bench.signal);
  assert.deepEqual(await endpoints(bench), ours);
});

check("a Service with a selector is somebody else's; one that is made anew is ours", async (bench) => {
  await using _ = await bench.start();
  const client = bench.client.of(services);
  await client.patch(key, "merge", { spec: { selector: { "k8s-app": "kube-dns" } } }, bench.signal);
  assert.deepEqual(await endpoints(bench), []);
  await client.patch(key, "merge", { spec: { selector: null } }, bench.signal);
  assert.deepEqual(await endpoints(bench), ours);
  await client.delete(key, bench.signal);
  assert.deepEqual(await endpoints(bench), []);
  const ports = [{ name: "dns", port: 53, protocol: "UDP" }];
  await client.create({ metadata: key, spec: { clusterIP: "10.96.0.10", ports } }, bench.signal);
  assert.deepEqual(await endpoints(bench), ours);
});

check("what a user made of the Service is left alone at a start", async (bench) => {
  const ports = [{ name: "dns", port: 5353, protocol: "UDP" }];
  const spec = { clusterIP: "10.96.0.10", selector: { app: "mine" }, ports };
  await bench.client.of(services).create({ metadata: key, spec }, bench.signal);
  await using _ = await bench.start();
  assert.deepEqual(await endpoints(bench), []);
  assert.equal((await bench.client.of(services).get(key, bench.signal)).spec.ports?.[0]?.port, 5353);
});

check("where another program has the port, another one is told", async (bench) => {
  await bench.sockets.bind({ address: "10.244.0.1", port: 53 }, () => {});
  await using _ = await bench.start();
  const [slice = ""] = await endpoints(bench);
  assert.match(slice, /^10\.244\.0\.1: dns (\d{5}), dns-tcp \1, metrics 9153$/);
});
