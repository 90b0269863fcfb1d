/** Calls that never left are repeated; calls that may have been acted on are not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SimWorld } from "#base/sim";
import { adminUser, startApiServer } from "../../test/testing/api-server.ts";
import type { ApiHandler } from "./handler.ts";
import { serveLink } from "./link-server.ts";
import { LinkTransport } from "./link-transport.ts";
import { RetryingTransport } from "./retrying-transport.ts";
import type { ApiRequest, Transport } from "./transport.ts";

const { signal } = new AbortController();
const address = "server:6443";
const create: ApiRequest = {
  method: "POST",
  path: "/api/v1/namespaces/default/configmaps",
  body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } },
};

interface Stage {
  readonly world: SimWorld;
  readonly transport: Transport;
  serve(wrap?: (handler: ApiHandler) => ApiHandler): Promise<void>;
}

async function onStage(body: (stage: Stage) => Promise<void>): Promise<void> {
  const world = new SimWorld("retries");
  await world.run(async () => {
    const env = world.env("server");
    const { server } = await startApiServer(env);
    const serve: Stage["serve"] = async (wrap = (handler) => handler) => {
      const handler = wrap(server.handlerFor(adminUser));
      await serveLink(env, { network: world.network.of(env), handlerFor: () => handler }, address, signal);
    };
    const client = world.env("client");
    const inner = new LinkTransport(
      client,
      { network: world.network.of(client) },
      { address, user: "admin" },
    );
    await using transport = new RetryingTransport(client, { inner });
    await body({ world, transport, serve });
  });
}

test("A call made before the server listens succeeds when it does", async () => {
  await onStage(async ({ world, transport, serve }) => {
    const call = transport.request(create, signal);
    await world.env("client").clock.sleep(3_000);
    await serve();
    assert.equal((await call).status, 201);
  });
});

test("A call whose link broke is not sent again", async () => {
  await onStage(async ({ world, transport, serve }) => {
    let calls = 0;
    await serve((handler) => async (request, callSignal) => {
      calls += 1;
      const answer = await handler(request, callSignal);
      world.network.cut("client");
      return answer;
    });
    await assert.rejects(transport.request(create, signal), { code: "unreachable" });
    assert.equal(calls, 1);
  });
});

test("A 429 with Retry-After is waited out, once for each time that it is answered", async () => {
  await onStage(async ({ world, transport, serve }) => {
    let refusals = 2;
    await serve((handler) => async (request, callSignal) => {
      if (refusals === 0) return handler(request, callSignal);
      refusals -= 1;
      return { status: 429, headers: { "retry-after": "5" }, body: "busy" };
    });
    const start = world.nowMs;
    assert.equal((await transport.request(create, signal)).status, 201);
    assert.equal(Math.round((world.nowMs - start) / 1000), 10);
  });
});
