/** The kubelet's health, for the machine's own eyes. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { createRealEnv } from "#base/real";
import { HealthzServer } from "./healthz-server-node.ts";

const { signal } = new AbortController();

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

test("/healthz says ok, or why not, and a port that is taken is no failure", async () => {
  await using env = createRealEnv({ name: "test", logLevel: "error" });
  const [host, port] = ["127.0.0.1", await freePort()];
  let why: string | undefined;
  await using server = new HealthzServer(env, { ready: () => why }, { host, port });
  await server.start(signal);
  const answer = async (path: string): Promise<readonly [number, string]> => {
    const { status, text } = await fetch(`http://${host}:${port}${path}`).then(async (one) => ({
      status: one.status,
      text: await one.text(),
    }));
    return [status, text];
  };
  assert.deepEqual(await answer("/healthz"), [200, "ok"]);
  assert.deepEqual(await answer("/healthz/syncloop?verbose"), [200, "ok"]);
  assert.deepEqual(await answer("/pods"), [404, "not found"]);
  why = "the runtime does not answer";
  assert.deepEqual(await answer("/healthz"), [500, "the runtime does not answer"]);
  await using second = new HealthzServer(env, { ready: () => why }, { host, port });
  await second.start(signal);
});
