/** The whole proxy over the kernel, in real time: from the API to the tables, and back after somebody flushed them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { endpointSlices, services } from "#api";
import type { Env } from "#base";
import { createRealEnv, SystemProcesses } from "#base/real";
import { type Client, createClient, HandlerTransport, InformerSet } from "#client";
import { adminUser, startApiServer } from "../../../test/testing/api-server.ts";
import { NetworkNamespace, noNamespaces } from "../testing/network-namespace.ts";
import { ConntrackProgram } from "./conntrack-program.ts";
import { InteractiveNft } from "./interactive-nft.ts";
import { ServiceProxy } from "./service-proxy.ts";

const { signal } = new AbortController();

/** A proxy whose kernel is a namespace's, and its cluster. */
async function onKernel(
  body: (world: {
    readonly env: Env;
    readonly namespace: NetworkNamespace;
    readonly client: Client;
    /** Another, over the same kernel. */
    proxy(): Promise<ServiceProxy>;
  }) => Promise<void>,
): Promise<void> {
  await using env = createRealEnv({ name: "kernel", logLevel: "error" });
  using namespace = NetworkNamespace.make();
  const { server } = await startApiServer(env.child("api"));
  const client = createClient(new HandlerTransport(server.handlerFor(adminUser)), { fieldManager: "tests" });
  await using ending = new AsyncDisposableStack();
  const processes = new SystemProcesses();
  const proxy = async (): Promise<ServiceProxy> => {
    const informers = ending.use(new InformerSet(env.child("informers"), { client }));
    const command = namespace.command("nft");
    const sink = ending.use(new InteractiveNft(env.child("nft"), { processes }, { command }));
    const flows = new ConntrackProgram(env, { processes }, { command: namespace.command("conntrack") });
    const deps = { informers, sink, flows };
    const made = ending.use(new ServiceProxy(env.child("proxy"), deps, { nodeName: "n1", probeMs: 50 }));
    await made.start(signal);
    return made;
  };
  await body({ env, namespace, client, proxy });
}

test(
  "what somebody flushed from the kernel is there again after a probe",
  {
    skip: noNamespaces(["nft"]),
  },
  () =>
    onKernel(async ({ env, namespace, client, proxy }) => {
      await proxy();
      const web = { metadata: { name: "web", namespace: "default" }, spec: { ports: [{ port: 80 }] } };
      const { spec } = await client.of(services).create(web, signal);
      const listed = (): boolean =>
        namespace.run("nft", "list", "ruleset").includes(`${spec.clusterIP} . tcp . 80`);
      const appears = async (): Promise<void> => {
        for (const end = env.clock.monotonic() + 10_000; !listed(); await env.clock.sleep(20))
          assert.ok(env.clock.monotonic() < end, "not in the kernel after 10 s");
      };
      await appears();
      namespace.run("nft", "flush", "ruleset");
      await appears();
    }),
);

/** Resolves when the proxy has settled with a table that leads there. */
async function leadsTo(proxy: ServiceProxy, endpoint: string): Promise<void> {
  const leads = (): boolean =>
    [...proxy.table.values()].some((entry) => entry.kind === "element" && entry.value === endpoint);
  await new Promise<void>((resolve) => {
    const stop = proxy.onSettled(() => {
      if (!leads()) return;
      stop();
      resolve();
    });
  });
}

test(
  "a UDP client that never pauses reaches the endpoint that is left",
  {
    skip: noNamespaces(["nft", "conntrack"]),
  },
  () =>
    onKernel(async ({ namespace, client, proxy }) => {
      for (const last of [2, 3, 4]) namespace.run("ip", "address", "add", `10.244.0.${last}/32`, "dev", "lo");
      namespace.run("ip", "route", "add", "local", "10.96.0.0/12", "dev", "lo");
      const metadata = { name: "dns", namespace: "default" };
      const ports = [{ port: 53, targetPort: 53, protocol: "UDP" }];
      const { spec } = await client.of(services).create({ metadata, spec: { ports } }, signal);
      const endpoints = (last: number) => [{ addresses: [`10.244.0.${last}`], conditions: { ready: true } }];
      const slice = {
        metadata: { ...metadata, labels: { "kubernetes.io/service-name": "dns" } },
        addressType: "IPv4",
        ports: [{ name: "", port: 53, protocol: "UDP" }],
        endpoints: endpoints(2),
      };
      await client.of(endpointSlices).create(slice, signal);
      const send = `const s = require("node:dgram").createSocket("udp4");
      s.bind(4000, () => s.send("x", 53, "${spec.clusterIP}", () => s.close()));`;
      /** Sends from the one port that the client has; where do its packets go? */
      const reached = (): string | undefined => {
        namespace.run(process.execPath, "-e", send);
        return /sport=4000 dport=53 .*?src=(\S+)/.exec(
          namespace.run("conntrack", "-L", "-p", "udp", "--dport", "53"),
        )?.[1];
      };
      const first = await proxy();
      assert.equal(reached(), "10.244.0.2");
      await client.of(endpointSlices).patch(metadata, "merge", { endpoints: endpoints(3) }, signal);
      await leadsTo(first, "10.244.0.3 . 53");
      assert.equal(reached(), "10.244.0.3");
      await first[Symbol.asyncDispose]();
      await client.of(endpointSlices).patch(metadata, "merge", { endpoints: endpoints(4) }, signal);
      await proxy();
      assert.equal(reached(), "10.244.0.4");
    }),
);
