/** The three transports pass one contract, and informers over them another. */
import net from "node:net";
import { HttpsFront } from "#apiserver";
import { createCa, issue } from "#base/pki";
import { createRealEnv } from "#base/real";
import { SimWorld } from "#base/sim";
import { adminUser, startApiServer } from "../../test/testing/api-server.ts";
import type { Env } from "#base";
import { HandlerTransport } from "./handler-transport.ts";
import { HttpsTransport } from "./https-transport-node.ts";
import { informerContract } from "./informer.contract.ts";
import { InformerSet } from "./informer-set.ts";
import { serveLink } from "./link-server.ts";
import { LinkTransport } from "./link-transport.ts";
import type { Transport } from "./transport.ts";
import { transportContract } from "./transport.contract.ts";
import { createClient } from "./typed-client.ts";

type Body = (transport: Transport, env: Env, breakLink?: () => void) => Promise<void>;

async function inProcess(body: Body): Promise<void> {
  const world = new SimWorld("in process");
  await world.run(async () => {
    const env = world.env("server");
    const { server } = await startApiServer(env);
    await body(new HandlerTransport(server.handlerFor(adminUser)), env);
    await env[Symbol.asyncDispose]();
  });
}

async function overLink(body: Body): Promise<void> {
  const world = new SimWorld("simulated link");
  await world.run(async () => {
    const env = world.env("server");
    const { server } = await startApiServer(env);
    const deps = { network: world.network.of(env), handlerFor: () => server.handlerFor(adminUser) };
    await serveLink(env, deps, "server:6443", new AbortController().signal);
    const client = world.env("client");
    const options = { address: "server:6443", user: "admin" };
    const transport = new LinkTransport(client, { network: world.network.of(client) }, options);
    await body(transport, client, () => world.network.cut("client"));
    await transport[Symbol.asyncDispose]();
    await env[Symbol.asyncDispose]();
    await client[Symbol.asyncDispose]();
  });
}

for (const [name, run] of [
  ["in process", inProcess],
  ["simulated link", overLink],
  ["HTTPS", overHttps],
] as const) {
  transportContract(name, { run: (body) => run((transport, _env, breakLink) => body(transport, breakLink)) });
  informerContract(name, {
    run: (body) =>
      run(async (transport, env) => {
        const client = createClient(transport, { fieldManager: "contract" });
        await using informers = new InformerSet(env.child("informers"), { client });
        await body({ client, informers });
      }),
  });
}

/** Runs `body` against a front on a free port, through a wire that can be cut. */
async function overHttps(body: Body): Promise<void> {
  const env = createRealEnv({ name: "transport", logLevel: "error" });
  const ca = createCa(env, { commonName: "test", days: 1 });
  const { server } = await startApiServer(env, ca.certificatePem);
  const host = "127.0.0.1";
  const subject = { commonName: "server", organizations: [] };
  const serving = issue(env, ca, { subject, usages: ["server"], ipAddresses: [host], days: 1 });
  const front = new HttpsFront(
    env,
    { handle: (call) => server.handle(call) },
    {
      addresses: [{ host, port: 0 }],
      certificate: serving.certificatePem,
      privateKey: serving.privateKeyPem,
      clientAuthorities: ca.certificatePem,
    },
  );
  await front.start(new AbortController().signal);
  const relay = await startRelay(front.port);
  const admin = { commonName: "admin", organizations: ["system:masters"] };
  const own = issue(env, ca, { subject: admin, usages: ["client"], days: 1 });
  const transport = new HttpsTransport({
    server: `https://${host}:${relay.port}`,
    ca: ca.certificatePem,
    certificate: own.certificatePem,
    key: own.privateKeyPem,
  });
  try {
    await body(transport, env, relay.cut);
  } finally {
    await transport[Symbol.asyncDispose]();
    relay.close();
    await front[Symbol.asyncDispose]();
    await env[Symbol.asyncDispose]();
  }
}

interface Relay {
  readonly port: number;
  readonly cut: () => void;
  readonly close: () => void;
}

/** A wire that can be cut: it passes bytes on to `port` both ways. */
async function startRelay(port: number): Promise<Relay> {
  const sockets = new Set<net.Socket>();
  const relay = net.createServer((near) => {
    const far = net.connect(port, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (relay.address() as net.AddressInfo).port,
    cut,
    close: () => {
      cut();
      relay.close();
    },
  };
}
