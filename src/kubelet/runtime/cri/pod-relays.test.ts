/** Relays join connections with servers in the network that they enter: here, our own. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createRealEnv, SystemProcesses } from "#base/real";
import type { ByteChannel } from "#base/streams";
import { PodRelays } from "./pod-relays-node.ts";

const { signal } = new AbortController();
const skip = process.getuid?.() === 0 ? false : "needs root";
const network = "/proc/self/ns/net";

interface Server extends Disposable {
  readonly port: number;
  accepted(): Promise<Socket>;
}

async function serve(host: string): Promise<Server> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const accepted = async (): Promise<Socket> => ((await once(server, "connection")) as [Socket])[0];
  return { port, accepted, [Symbol.dispose]: () => void server.close() };
}

async function textOf(input: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of input) text += Buffer.from(chunk).toString();
  return text;
}

describe("PodRelays", { skip }, () => {
  const directory = mkdtempSync(join(tmpdir(), "relays-"));
  const env = createRealEnv({ name: "test", logLevel: "error" });
  const relays = new PodRelays(
    env,
    { processes: new SystemProcesses() },
    { directory, searchPath: process.env["PATH"] ?? "" },
  );
  after(async () => {
    await relays[Symbol.asyncDispose]();
    assert.deepEqual(readdirSync(directory), []);
    rmSync(directory, { recursive: true });
    await env[Symbol.asyncDispose]();
  });

  async function connected(server: Server): Promise<readonly [ByteChannel, Socket]> {
    const [channel, pod] = await Promise.all([relays.dial(network, server.port, signal), server.accepted()]);
    return [channel, pod];
  }

  for (const host of ["127.0.0.1", "::1"])
    test(`dial() reaches who listens at ${host} only, and a server answers after its client's end`, async () => {
      using server = await serve(host);
      const [channel, pod] = await connected(server);
      await channel.write(Buffer.from("question"));
      channel.end();
      pod.end(`answer to ${await textOf(pod.iterator({ destroyOnReturn: false }))}`);
      assert.equal(await textOf(channel.input), "answer to question");
      channel.destroy();
    });

  test("dial(): a client goes on after its server's end", async () => {
    using server = await serve("127.0.0.1");
    const [channel, pod] = await connected(server);
    pod.end("all that I say");
    assert.equal(await textOf(channel.input), "all that I say");
    await channel.write(Buffer.from("more"));
    channel.end();
    assert.equal(await textOf(pod), "more");
    channel.destroy();
  });

  test("dial(): a client that leaves closes the connection to a server that says nothing", async () => {
    using server = await serve("127.0.0.1");
    const [channel, pod] = await connected(server);
    channel.destroy();
    await once(pod.resume(), "end");
    // It learns that nobody reads as soon as it writes.
    const broken = once(pod, "error") as Promise<[NodeJS.ErrnoException]>;
    const timer = setInterval(() => pod.write("anybody?"), 5);
    const [{ code }] = await broken.finally(() => clearInterval(timer));
    assert.match(code ?? "", /EPIPE|ECONNRESET/);
  });

  test("dial() refuses by name a port that nobody listens to, and a network that is not there", async () => {
    const { port, [Symbol.dispose]: close } = await serve("127.0.0.1");
    close();
    await assert.rejects(relays.dial(network, port, signal), {
      code: "failed",
      message: new RegExp(`failed to connect to localhost:${port} inside the pod: .*: connection refused`),
    });
    await assert.rejects(relays.dial("/run/netns/none", port, signal), { code: "unavailable" });
  });
});
