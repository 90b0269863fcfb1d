/** The `proxy` subresources on real sockets: what a backend hears, and what its client sees of the answer. */
import assert from "node:assert/strict";
import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { HttpBackends } from "#apiserver";
import { type ServedFront, serveFront } from "../testing/served-front.ts";

const podIp = "10.244.0.9";
const base = "/api/v1/namespaces/default";
let front: ServedFront;
let backend: http.Server;

before(async () => {
  backend = http.createServer(answer);
  backend.on("upgrade", (request, socket) => {
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade}\r\n\r\n`,
    );
    socket.on("data", (bytes: Buffer) => socket.write(`${request.url} ${bytes.toString()}`));
    socket.on("end", () => socket.end());
  });
  backend.listen(0, "127.0.0.1");
  await once(backend, "listening");
  const { port } = backend.address() as AddressInfo;
  const sockets = new HttpBackends();
  // The pod's network is this machine's loopback: port 80 is the backend's, all others are nobody's.
  front = await serveFront(
    {},
    {
      backends: {
        send: ({ scheme, address, port: asked }, request, signal) => {
          assert.equal(address, podIp);
          return sockets.send(
            { scheme, address: "127.0.0.1", port: asked === 80 ? port : 1 },
            request,
            signal,
          );
        },
      },
    },
  );
  await make("pods", {
    metadata: { name: "web" },
    spec: { containers: [{ name: "c", image: "i", ports: [{ containerPort: 80, name: "http" }] }] },
  });
  const status = { podIP: podIp, podIPs: [{ ip: podIp }], hostIP: "192.0.2.1", phase: "Running" };
  await send("PATCH", `${base}/pods/web/status`, { status }, "application/merge-patch+json");
  await make("services", {
    metadata: { name: "web" },
    spec: { ports: [{ name: "http", port: 8080, targetPort: 80 }] },
  });
  await send("POST", `/apis/discovery.k8s.io/v1/namespaces/default/endpointslices`, {
    metadata: { name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
    addressType: "IPv4",
    ports: [{ name: "http", port: 80 }],
    endpoints: [{ addresses: [podIp], targetRef: { kind: "Pod", namespace: "default", name: "web" } }],
  });
});

after(async () => {
  await front[Symbol.asyncDispose]();
  backend.close();
  backend.closeAllConnections();
});

function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  const page = '<p data-x="/no"><a href="/abs?q=1">x</a><script>"<a href=\'/in\'>"</script><img src=rel.png>';
  const path = request.url?.split("?")[0];
  if (path === "/moved") return void response.writeHead(302, { location: "/there?x=1" }).end();
  if (path === "/page")
    return void response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
  if (path === "/packed") {
    const headers = { "content-type": "text/html", "content-encoding": "gzip" };
    return void response.writeHead(200, headers).end(gzipSync(page));
  }
  if (path === "/cookies") return void response.setHeader("set-cookie", ["a=1; Path=/", "b=2"]).end("ok");
  if (path === "/missing") return void response.writeHead(404).end("none here");
  if (path === "/echo") return void request.pipe(response);
  const { method, url, headers } = request;
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ method, url, headers }));
}

async function send(method: string, path: string, body?: unknown, type = "application/json") {
  return front.http1.send(
    method,
    path,
    body === undefined ? {} : { "content-type": type },
    JSON.stringify(body),
  );
}

async function make(plural: string, object: object): Promise<void> {
  const reply = await send("POST", `${base}/${plural}`, object);
  assert.equal(reply.status, 201, reply.bytes.toString());
}

const ways = [
  "pods/web",
  "pods/web:80",
  "pods/http:web:80",
  "services/web:8080",
  "services/web:http",
  "services/http:web:http",
];
for (const way of ways) {
  test(`GET ${way}/proxy/a%20b/?q=1 reaches the port with its path and query as sent`, async () => {
    for (const client of [front.http1, front.http2]) {
      const reply = await client.send("GET", `${base}/${way}/proxy/a%20b/?q=1&q=%2F`, {
        "x-own": "1",
        authorization: "Bearer ",
      });
      assert.equal(reply.status, 200, reply.bytes.toString());
      const heard = reply.json();
      assert.equal(heard.url, "/a%20b/?q=1&q=%2F");
      assert.equal(heard.headers["x-own"], "1");
      assert.equal(heard.headers["x-forwarded-for"], "127.0.0.1");
      assert.equal(heard.headers["x-forwarded-uri"], `${base}/${way}/proxy/a%20b/`);
      assert.equal(heard.headers.authorization, undefined);
      assert.equal(reply.headers["access-control-allow-origin"], undefined);
    }
  });
}

test("every method is passed on, with its body", async () => {
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    const reply = await front.http1.send(method, `${base}/pods/web/proxy/x`);
    assert.deepEqual([reply.status, reply.json().method], [200, method]);
  }
  assert.equal((await front.http1.send("HEAD", `${base}/pods/web/proxy/x`)).status, 200);
  for (const client of [front.http1, front.http2]) {
    const echoed = await client.send(
      "POST",
      `${base}/pods/web/proxy/echo`,
      { "content-type": "text/plain" },
      "a".repeat(5_000_000),
    );
    assert.equal(echoed.bytes.length, 5_000_000, "bodies are streamed, without the bound of objects");
  }
});

test("what comes back is turned to the path that the client knows", async () => {
  const own = `${base}/pods/web/proxy`;
  const root = await front.http1.send("GET", `${own}?x=1`);
  assert.deepEqual([root.status, root.headers["location"]], [301, `${own}/?x=1`]);
  const moved = await front.http1.send("GET", `${own}/moved`);
  assert.deepEqual([moved.status, moved.headers["location"]], [302, `${own}/there?x=1`]);
  for (const path of ["page", "packed"]) {
    const page = await front.http1.send("GET", `${own}/${path}`);
    assert.equal(
      page.bytes.toString(),
      `<p data-x="/no"><a href="${own}/abs?q=1">x</a><script>"<a href='/in'>"</script><img src=rel.png>`,
    );
  }
  const missing = await front.http1.send("GET", `${own}/missing`);
  assert.deepEqual([missing.status, missing.bytes.toString()], [404, "none here"]);
  const cookies = await front.http1.send("GET", `${own}/cookies`, { cookie: "a=1" });
  assert.equal(cookies.headers["set-cookie"], "a=1; Path=/,b=2");
  const climbing = await front.http1.send("GET", `${own}/a/../../%2e%2e/b`);
  assert.equal(climbing.json().url, "/b");
});

test("an upgraded connection carries bytes both ways", async () => {
  const { port, trust } = front;
  const request = https.request({
    host: "127.0.0.1",
    port,
    ...trust,
    path: `${base}/services/web:http/proxy/socket?a=1`,
    headers: { connection: "Upgrade", upgrade: "websocket" },
  });
  request.end();
  const [response, socket] = await once(request, "upgrade");
  assert.equal(response.statusCode, 101);
  assert.equal(response.headers.upgrade, "websocket");
  socket.write("hello");
  const [bytes] = await once(socket, "data");
  assert.equal(String(bytes), "/socket?a=1 hello");
  socket.destroy();
});

const refused: readonly (readonly [string, number, string])[] = [
  ["pods/none/proxy/", 404, "NotFound"],
  ["pods/ftp:web:80/proxy/", 400, "BadRequest"],
  ["pods/a:b:c:d/proxy/", 400, "BadRequest"],
  ["pods/web:81/proxy/", 503, "ServiceUnavailable"],
  ["services/none/proxy/", 404, "NotFound"],
  ["services/web:9/proxy/", 503, "ServiceUnavailable"],
  ["services/web:other/proxy/", 503, "ServiceUnavailable"],
];
for (const [path, status, reason] of refused) {
  test(`${path} answers ${status} ${reason}`, async () => {
    const reply = await send("GET", `${base}/${path}`);
    assert.deepEqual([reply.status, reply.json().reason], [status, reason], reply.bytes.toString());
  });
}

test("a pod without an address of the network is refused, so that the server is no way to itself", async () => {
  await make("pods", { metadata: { name: "evil" }, spec: { containers: [{ name: "c", image: "i" }] } });
  for (const ip of ["169.254.169.254", "127.0.0.1", "224.0.0.1", "::1"]) {
    const status = { podIP: ip, podIPs: [{ ip }], hostIP: "192.0.2.1" };
    await send("PATCH", `${base}/pods/evil/status`, { status }, "application/merge-patch+json");
    const reply = await send("GET", `${base}/pods/evil:80/proxy/`);
    assert.deepEqual([reply.status, reply.json().message], [400, "address not allowed"]);
  }
});
