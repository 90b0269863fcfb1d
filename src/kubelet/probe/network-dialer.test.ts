/** The dialer of a real node against real servers on loopback. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { test } from "node:test";
import { GrpcHealth } from "../../../test/testing/grpc-health.ts";
import { NetworkDialer } from "./network-dialer-node.ts";

const { signal } = new AbortController();
const host = "127.0.0.1";

test("NetworkDialer.grpc() says how a service serves", async () => {
  using server = new GrpcHealth();
  const port = await server.start(host);
  const dialer = new NetworkDialer();
  assert.equal(await dialer.grpc(host, port, "", signal), "SERVING");
  assert.equal(await dialer.grpc(host, port, "sick", signal), "NOT_SERVING");
  server[Symbol.dispose]();
  const at = `${host}:${port}`;
  const message = `error: failed to connect service at "${at}": dial tcp ${at}: connect: connection refused`;
  await assert.rejects(dialer.grpc(host, port, "", signal), { message });
});

test("NetworkDialer.http() has the status, with the probe's headers, and follows redirects on its host", async () => {
  const seen: string[] = [];
  const server = createServer(({ url, headers }, response) => {
    seen.push(`${url} ${headers["x-probe"]} ${headers.host === `${host}:${port}` ? "own" : headers.host}`);
    if (url === "/away") response.writeHead(303, { location: "http://b.test/" }).end("away");
    else if (url === "/moved") response.writeHead(302, { location: "/here?a=b" }).end();
    else response.writeHead(207).end("x".repeat(100_000));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const probe = { scheme: "http", host, port, path: "/moved" } as const;
  const own = [{ name: "X-Probe", value: "yes" }];
  const ask = (path: string, headers: typeof own) =>
    new NetworkDialer().http({ ...probe, path, headers }, signal);
  assert.deepEqual(await ask("/moved", own), { status: 207, body: "" });
  assert.deepEqual(await ask("/away", own), { status: 303, body: "away" });
  const named = [...own, { name: "Host", value: "a.test" }];
  await ask("/", named);
  const torn = [{ name: "A", value: "b\r\nC: d" }];
  await assert.rejects(ask("/", torn), /invalid header field value for "A"/);
  assert.deepEqual(seen, ["/moved yes own", "/here?a=b yes own", "/away yes own", "/ yes a.test"]);
  server.close();
});

test("NetworkDialer.tcp() says once where it could not connect, and why", async () => {
  const server = createTcpServer().listen(0, host);
  await new Promise<void>((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new NetworkDialer().tcp(host, port, signal);
  await new Promise((resolve) => server.close(resolve));
  const message = `dial tcp ${host}:${port}: connect: connection refused`;
  await assert.rejects(new NetworkDialer().tcp(host, port, signal), { message });
  // No route leads to what is reserved, nor is there need of a network to know.
  const unreachable = { message: "dial tcp 255.255.255.255:1: connect: network is unreachable" };
  await assert.rejects(new NetworkDialer().tcp("255.255.255.255", 1, signal), unreachable);
});

/** What a server that writes these pieces and closes makes of a probe. */
async function outcomeOf(...pieces: readonly string[]): Promise<number | string> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    const send = ([piece, ...rest]: readonly string[]): void => {
      if (piece === undefined) socket.end();
      else socket.write(piece, () => send(rest));
    };
    socket.once("data", () => send(pieces));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const probe = { scheme: "http", host, port, path: "/", headers: [] } as const;
    return (await new NetworkDialer().http(probe, signal)).status;
  } catch (error) {
    return (error as Error).message.replace(/^Get ".*": /, "");
  } finally {
    server.close();
  }
}

const answers: readonly (readonly [title: string, pieces: readonly string[], expected: number | string])[] = [
  ["in pieces", ["HTTP/1.1 20", "0 OK\r", "\n\r", "\nbody"], 200],
  ["with bare line feeds", ["HTTP/1.0 503 No\n\n"], 503],
  ["after an interim one", ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"], 204],
  ["in chunks", ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"], 200],
  ["that is cut off", ["HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"], "unexpected EOF"],
  ["that is none", ["SSH-2.0-x\r\n\r\n"], 'malformed HTTP response "SSH-2.0-x"'],
  ["that never comes", [], "EOF"],
  [
    "without end",
    ["HTTP/1.1 200 OK\r\n", "a: b\r\n".repeat(12_000)],
    "server response headers exceeded 64 KiB",
  ],
];

for (const [title, pieces, expected] of answers) {
  test(`NetworkDialer.http() reads an answer ${title}`, async () => {
    assert.equal(await outcomeOf(...pieces), expected);
  });
}

test("NetworkDialer.http() ends with its signal", async () => {
  const server = createTcpServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const stop = new AbortController();
  const probe = { scheme: "http", host, port, path: "/", headers: [] } as const;
  const asked = new NetworkDialer().http(probe, stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(asked, /enough/);
  server.close();
});
