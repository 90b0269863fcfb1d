/** What becomes of calls when the link is dead and nobody has said so. */
import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import { test } from "node:test";
import { promisify } from "node:util";
import { createCa, issue } from "#base/pki";
import { createRealEnv } from "#base/real";
import { HttpsTransport } from "./https-transport-node.ts";

const host = "127.0.0.1";
/** The server allows, and the kernel does not take in, so much for a peer that does not read. */
const windowBytes = 64 * 1024 * 1024;
const tooMuch = "x".repeat(windowBytes / 2);

test("an aborted watch ends although its link takes nothing any more", { timeout: 10_000 }, async () => {
  await using env = createRealEnv({ name: "dead link", logLevel: "error" });
  const ca = createCa(env, { commonName: "test", days: 1 });
  const subject = { commonName: "server", organizations: [] };
  const serving = issue(env, ca, { subject, usages: ["server"], ipAddresses: [host], days: 1 });
  const server = http2.createSecureServer({
    key: serving.privateKeyPem,
    cert: serving.certificatePem,
    settings: { initialWindowSize: windowBytes },
  });
  server.on("session", (session) => {
    session.setLocalWindowSize(windowBytes);
    session.on("error", () => {});
  });
  server.on("stream", (stream) => {
    stream.on("error", () => {});
    stream.respond({ ":status": 200, "content-type": "application/json" });
    stream.write('{"type":"BOOKMARK","object":{}}\n');
  });
  const wire: net.Socket[] = [];
  const relay = net.createServer((near) => {
    const far = net.connect((server.address() as AddressInfo).port, host);
    for (const socket of [near, far]) socket.on("error", () => {});
    wire.push(near, far);
    near.pipe(far).pipe(near);
  });
  for (const one of [server, relay]) await once(one.listen(0, host), "listening");
  const url = `https://${host}:${(relay.address() as AddressInfo).port}`;
  const transport = new HttpsTransport({ server: url, ca: ca.certificatePem });
  const stop = new AbortController();
  const watch = await transport.watch({ method: "GET", path: "/watch" }, stop.signal);
  const events = watch[Symbol.asyncIterator]();
  assert.equal((await events.next()).done, false);
  wire[0]?.unpipe();
  wire[0]?.pause();
  const post = transport.request({ method: "POST", path: "/", body: tooMuch }, stop.signal);
  const next = events.next();
  await new Promise((resolve) => setImmediate(resolve));
  stop.abort(new Error("enough"));
  await assert.rejects(post, /enough/);
  await assert.rejects(next, /enough/);
  await transport[Symbol.asyncDispose]();
  wire[0]?.resume();
  await once(wire[0] as net.Socket, "close");
  for (const socket of wire) socket.destroy();
  relay.close();
  server.close();
});

test("a transport ends while it connects to a server that never says a word", async () => {
  const taken: net.Socket[] = [];
  const silent = net.createServer((socket) => taken.push(socket));
  await once(silent.listen(0, host), "listening");
  const transport = new HttpsTransport({
    server: `https://${host}:${(silent.address() as AddressInfo).port}`,
  });
  const { signal } = new AbortController();
  const call = assert.rejects(transport.request({ method: "GET", path: "/" }, signal), { code: "not-sent" });
  await once(silent, "connection");
  await transport[Symbol.asyncDispose]();
  await call;
  for (const socket of taken) socket.destroy();
  silent.close();
});

test("a call that was aborted before it began leaves no failure behind when nobody answers", async () => {
  const closed = net.createServer();
  await once(closed.listen(0, host), "listening");
  const { port } = closed.address() as AddressInfo;
  await promisify(closed.close.bind(closed))();
  const transport = new HttpsTransport({ server: `https://${host}:${port}` });
  const call = transport.request({ method: "GET", path: "/" }, AbortSignal.abort(new Error("too late")));
  await assert.rejects(call, /too late/);
  const other = transport.request({ method: "GET", path: "/" }, new AbortController().signal);
  await assert.rejects(other, { code: "not-sent" });
  await transport[Symbol.asyncDispose]();
});

test("a call that meets the end of its transport connects to nobody", { timeout: 10_000 }, async () => {
  const silent = net.createServer();
  await once(silent.listen(0, host), "listening");
  const transport = new HttpsTransport({
    server: `https://${host}:${(silent.address() as AddressInfo).port}`,
  });
  const call = transport.request({ method: "GET", path: "/" }, new AbortController().signal);
  await transport[Symbol.asyncDispose]();
  await assert.rejects(call, { code: "not-sent" });
  silent.close();
  await once(silent, "close");
});
