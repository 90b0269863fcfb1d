/** The userspace proxy over a real API server and simulated sockets, in virtual time: what clients meet at its doors. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { endpointSlices, services } from "#api";
import type { ByteChannel } from "#base/streams";
import { keyOf } from "#client";
import type { SocketAddress } from "../dns/sockets.ts";
import { SimSockets } from "../dns/sim-sockets.ts";
import { type EndpointDraft, slice } from "../testing/objects.ts";
import { type ServedCluster, withCluster } from "../testing/served-cluster.ts";
import { textOf } from "./channels.contract.ts";
import type { Dialer } from "./channels.ts";
import { flowIdleMs, maxConnections } from "./limits.ts";
import { SimChannels } from "./sim-channels.ts";
import { UserspaceProxy } from "./userspace-proxy.ts";

const nodePort = { address: "127.0.0.1", port: 30_080 };
const elsewhere = "192.0.2.9";

interface Bench extends ServedCluster {
  readonly channels: SimChannels;
  readonly datagrams: SimSockets;
  readonly proxy: UserspaceProxy;
  /** Runs an endpoint that says its name, then echoes. */
  serve(address: string): Promise<void>;
  /** Makes or changes the service, and waits for the proxy. */
  apply(spec: object, endpoints: readonly EndpointDraft[]): Promise<void>;
  /** Who answers a client; `refused` when nobody listens, `reset` when the connection breaks. */
  ask(at?: SocketAddress, from?: string): Promise<string>;
}

function check(what: string, body: (bench: Bench) => Promise<void>): void {
  test(what, () =>
    withCluster(what, async (cluster) => {
      const { client, env, signal } = cluster;
      const channels = new SimChannels(env.child("channels"));
      const datagrams = new SimSockets(env.child("datagrams"));
      const dialer: Dialer = {
        dial: (backend, dialing) => channels.dial(backend, dialing),
        datagramAddress: ({ address, port }) => ({ address, port }),
      };
      const deps = { informers: cluster.informers(), channels, datagrams, dialer };
      const options = { nodeName: "n1", addresses: ["127.0.0.1", "192.0.2.1"] };
      const proxy = new UserspaceProxy(env.child("proxy"), deps, options);
      await proxy.start(signal);
      const settled = () => env.clock.sleep(1_000);
      const apply = async (spec: object, endpoints: readonly EndpointDraft[]): Promise<void> => {
        const key = { namespace: "default", name: "web" };
        const ports = [{ name: "http", port: 80, nodePort: nodePort.port }];
        const whole = { metadata: key, spec: { type: "NodePort", ports, ...spec } };
        const object = { apiVersion: "v1", kind: "Service", ...whole };
        await client.of(services).patch(key, "apply", object, signal, { force: true });
        const own = slice("web", { http: 8080 }, endpoints);
        await client.of(endpointSlices).patch(keyOf(own), "apply", own, signal, { force: true });
        await settled();
      };
      const ask = async (at = nodePort, from = "127.0.0.1"): Promise<string> => {
        const connection = await channels.dialFrom(from, at, signal).catch(() => undefined);
        if (connection === undefined) return "refused";
        connection.end();
        return textOf(connection).catch(() => "reset");
      };
      const serve = async (address: string): Promise<void> => {
        await channels.listen({ address, port: 8080 }, (channel) => void echo(address, channel));
      };
      await body({ ...cluster, channels, datagrams, proxy, serve, apply, ask });
      await proxy[Symbol.asyncDispose]();
      assert.equal(await ask(), "refused", "nobody listens after dispose");
    }),
  );
}

/** Says its name, then all that it hears, then ends. */
async function echo(name: string, channel: ByteChannel): Promise<void> {
  try {
    await channel.write(Buffer.from(name));
    for await (const chunk of channel.input) await channel.write(chunk);
    channel.end();
  } catch {
    // The client has gone.
  }
}

check(
  "a node port answers from ready endpoints, and is refused without any",
  async ({ serve, apply, ask }) => {
    for (const address of ["10.244.0.1", "10.244.0.2", "10.244.0.3"]) await serve(address);
    const [one, two, three] = ["10.244.0.1", "10.244.0.2", "10.244.0.3"];
    assert.equal(await ask(), "refused");
    await apply({}, [{ address: one }, { address: two }, { address: three, ready: false }]);
    const answers = new Set<string>();
    for (let at = 0; at < 40; at += 1) answers.add(await ask());
    assert.deepEqual([...answers].sort(), [one, two]);
    await apply({}, [
      { address: one, ready: false },
      { address: three, ready: false, serving: true, terminating: true },
    ]);
    assert.equal(await ask(), three, "one that ends serves when no other does");
    await apply({}, []);
    assert.equal(await ask(), "refused");
  },
);

check("an endpoint that takes no connection is passed over", async ({ serve, apply, ask }) => {
  await serve("10.244.0.1");
  await apply({}, [{ address: "10.244.0.1" }, { address: "10.244.0.2" }, { address: "10.244.0.3" }]);
  for (let at = 0; at < 10; at += 1) assert.equal(await ask(), "10.244.0.1");
  await apply({}, [{ address: "10.244.0.2" }]);
  assert.equal(await ask(), "reset");
});

check("halves end apart, and a connection outlives its endpoint's leaving", async (bench) => {
  const { serve, apply, channels, signal, ask } = bench;
  for (const address of ["10.244.0.1", "10.244.0.2"]) await serve(address);
  await apply({}, [{ address: "10.244.0.1" }]);
  const connection = await channels.dial(nodePort, signal);
  await apply({}, [{ address: "10.244.0.2" }]);
  assert.equal(await ask(), "10.244.0.2");
  await connection.write(Buffer.from(" still here"));
  connection.end();
  assert.equal(await textOf(connection), "10.244.0.1 still here");
});

check(
  "external policy Local keeps other machines to this node's endpoints",
  async ({ serve, apply, ask }) => {
    for (const address of ["10.244.0.1", "10.244.1.1"]) await serve(address);
    const here = { address: "10.244.0.1", node: "n1" };
    const there = { address: "10.244.1.1", node: "n2" };
    await apply({ externalTrafficPolicy: "Local" }, [here, there]);
    for (let at = 0; at < 10; at += 1) assert.equal(await ask(nodePort, elsewhere), "10.244.0.1");
    await apply({ externalTrafficPolicy: "Local" }, [there]);
    assert.equal(await ask(nodePort, elsewhere), "reset");
    assert.equal(await ask(), "10.244.1.1", "this machine has all of them");
  },
);

check(
  "internal policy Local leaves a cluster IP without endpoints elsewhere",
  async ({ serve, apply, ask }) => {
    for (const address of ["10.244.0.1", "10.244.1.1"]) await serve(address);
    const cluster = { address: "10.96.0.77", port: 80 };
    const spec = { clusterIP: cluster.address, internalTrafficPolicy: "Local" };
    const there = { address: "10.244.1.1", node: "n2" };
    await apply(spec, [{ address: "10.244.0.1", node: "n1" }, there]);
    for (let at = 0; at < 10; at += 1) assert.equal(await ask(cluster), "10.244.0.1");
    await apply(spec, [there]);
    assert.equal(await ask(cluster), "refused");
  },
);

check("a client keeps its endpoint until it was silent for the affinity's time", async (bench) => {
  const { serve, apply, ask, env } = bench;
  const addresses = ["10.244.0.1", "10.244.0.2", "10.244.0.3", "10.244.0.4"];
  for (const address of addresses) await serve(address);
  const sessionAffinityConfig = { clientIP: { timeoutSeconds: 60 } };
  await apply(
    { sessionAffinity: "ClientIP", sessionAffinityConfig },
    addresses.map((address) => ({ address })),
  );
  const first = await ask();
  for (let at = 0; at < 10; at += 1) {
    await env.clock.sleep(40_000);
    assert.equal(await ask(), first);
  }
  const later = new Set<string>();
  for (let at = 0; at < 20; at += 1) {
    await env.clock.sleep(61_000);
    later.add(await ask());
  }
  assert.ok(later.size > 1, "forgotten after its time");
});

check("external addresses answer where they are this machine's own", async ({ serve, apply, ask }) => {
  await serve("10.244.0.1");
  await apply({ externalIPs: ["192.0.2.1", "192.0.2.2"] }, [{ address: "10.244.0.1" }]);
  assert.equal(await ask({ address: "192.0.2.1", port: 80 }, elsewhere), "10.244.0.1");
  assert.equal(await ask({ address: "192.0.2.2", port: 80 }, elsewhere), "refused");
});

check("a load balancer's address answers its source ranges alone", async (bench) => {
  const { serve, apply, ask, client, signal, env } = bench;
  await serve("10.244.0.1");
  const spec = { type: "LoadBalancer", loadBalancerSourceRanges: ["192.0.2.8/29"] };
  await apply(spec, [{ address: "10.244.0.1" }]);
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
  await client.of(services).patch({ namespace: "default", name: "web" }, "merge", { status }, signal, {
    subresource: "status",
  });
  await env.clock.sleep(1_000);
  const balanced = { address: "192.0.2.1", port: 80 };
  assert.equal(await ask(balanced, elsewhere), "10.244.0.1");
  assert.equal(await ask(balanced, "192.0.2.99"), "reset");
});

check("connections are bounded", async ({ serve, apply, channels, signal, ask }) => {
  await serve("10.244.0.1");
  await apply({}, [{ address: "10.244.0.1" }]);
  const held: ByteChannel[] = [];
  for (let at = 0; at < maxConnections; at += 1) held.push(await channels.dial(nodePort, signal));
  assert.equal(await ask(), "reset");
  for (const connection of held) connection.end();
  for (const connection of held) await textOf(connection);
  assert.equal(await ask(), "10.244.0.1");
});

check("datagrams go to one endpoint and back, and to another when it leaves", async (bench) => {
  const { apply, datagrams, client, signal, env } = bench;
  for (const address of ["10.244.0.1", "10.244.0.2"]) {
    const socket = await datagrams.bind({ address, port: 8080 }, (data, from) =>
      socket.send(Buffer.from(`${address} ${Buffer.from(data)}`), from),
    );
  }
  const ports = [{ name: "http", port: 80, nodePort: nodePort.port, protocol: "UDP" }];
  const endpoints = async (address: string): Promise<void> => {
    const own = slice("web", { http: 8080 }, [{ address }], { protocol: "UDP" });
    await client.of(endpointSlices).patch(keyOf(own), "apply", own, signal, { force: true });
    await env.clock.sleep(1_000);
  };
  await apply({ ports }, []);
  await endpoints("10.244.0.1");
  const heard: string[] = [];
  const asker = await datagrams.bind({ address: "127.0.0.1", port: 0 }, (data, from) => {
    heard.push(`${Buffer.from(data)} from ${from.port}`);
  });
  const say = async (text: string): Promise<string | undefined> => {
    asker.send(Buffer.from(text), nodePort);
    await env.clock.sleep(100);
    return heard.shift();
  };
  assert.equal(await say("a"), `10.244.0.1 a from ${nodePort.port}`);
  await endpoints("10.244.0.2");
  assert.equal(await say("b"), `10.244.0.2 b from ${nodePort.port}`);
  await env.clock.sleep(2 * flowIdleMs);
  assert.match(env.metrics.render(), /kubeproxy_userspace_open_connections\{protocol="udp"\} 0/);
  assert.equal(await say("c"), `10.244.0.2 c from ${nodePort.port}`);
});
