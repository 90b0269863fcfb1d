/** The whole proxy over the kernel, in real time: from the API to the tables, and back after somebody flushed them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { services } from "#api";
import { createRealEnv, SystemProcesses } from "#base/real";
import { createClient, HandlerTransport, InformerSet } from "#client";
import { adminUser, startApiServer } from "../../../test/testing/api-server.ts";
import { NetworkNamespace, noNamespaces } from "../testing/network-namespace.ts";
import { InteractiveNft } from "./interactive-nft.ts";
import { ServiceProxy } from "./service-proxy.ts";

test("what somebody flushed from the kernel is there again after a probe", {
  skip: noNamespaces(["nft"]),
}, async () => {
  const { signal } = new AbortController();
  await using env = createRealEnv({ name: "kernel", logLevel: "error" });
  using namespace = NetworkNamespace.make();
  const { server } = await startApiServer(env.child("api"));
  const client = createClient(new HandlerTransport(server.handlerFor(adminUser)), { fieldManager: "tests" });
  await using informers = new InformerSet(env.child("informers"), { client });
  await using sink = new InteractiveNft(
    env.child("nft"),
    { processes: new SystemProcesses() },
    { command: namespace.command("nft") },
  );
  await using proxy = new ServiceProxy(
    env.child("proxy"),
    { informers, sink },
    { nodeName: "n1", probeMs: 50 },
  );
  await proxy.start(signal);
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
});
