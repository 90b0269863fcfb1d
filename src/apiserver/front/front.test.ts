/** The HTTPS front over real sockets. */
import assert from "node:assert/strict";
import { once } from "node:events";
import * as http2 from "node:http2";
import * as https from "node:https";
import * as net from "node:net";
import { test } from "node:test";
import * as tls from "node:tls";
import { ConfigMap, core, decodeProtobuf, meta, WatchFrameReader } from "#api";
import { createCa, issue } from "#base/pki";
import type { Subject } from "#base";
import { createRealEnv } from "#base/real";
import { startApiServer } from "../../../test/testing/api-server.ts";
import type { Answer, Call } from "../call.ts";
import { HttpsFront } from "./https-front-node.ts";

const HOST = "127.0.0.1";
const MAPS = "/api/v1/namespaces/default/configmaps";

interface Front {
  readonly port: number;
  readonly ca: string;
  /** A client certificate of the cluster's own authority, in `system:masters`. */
  readonly admin: { readonly cert: string; readonly key: string };
  /** One that a stranger issued. */
  readonly stranger: { readonly cert: string; readonly key: string };
  /** One of the cluster's own authority for somebody else. */
  readonly client: (subject: Subject) => Front["admin"];
  /** One of the front proxies' authority. */
  readonly proxy: (commonName: string) => Front["admin"];
  readonly close: () => Promise<void>;
}

async function listen(
  body: (front: Front) => Promise<void>,
  handle?: (call: Call) => Promise<Answer>,
): Promise<void> {
  const env = createRealEnv({ name: "front", logLevel: "error" });
  const ca = createCa(env, { commonName: "test", days: 1 });
  const proxyCa = createCa(env, { commonName: "front proxies", days: 1 });
  const frontProxies = { authorities: proxyCa.certificatePem, names: ["front"] };
  const { server, store } = await startApiServer(env, ca.certificatePem, {}, { callers: { frontProxies } });
  const subject = { commonName: "server", organizations: [] };
  const serving = issue(env, ca, { subject, usages: ["server"], ipAddresses: [HOST], days: 1 });
  const admin = { commonName: "admin", organizations: ["system:masters"] };
  const clientOf = (by: typeof ca, user: Subject): Front["admin"] => {
    const made = issue(env, by, { subject: user, usages: ["client"], days: 1 });
    return { cert: made.certificatePem, key: made.privateKeyPem };
  };
  const options = {
    addresses: [{ host: HOST, port: 0 }],
    certificate: serving.certificatePem,
    privateKey: serving.privateKeyPem,
    clientAuthorities: ca.certificatePem,
    proxyAuthorities: proxyCa.certificatePem,
  };
  const front = new HttpsFront(env, { handle: handle ?? ((call) => server.handle(call)) }, options);
  await front.start(new AbortController().signal);
  const close = (): Promise<void> => front[Symbol.asyncDispose]();
  const stranger = clientOf(createCa(env, { commonName: "stranger", days: 1 }), admin);
  const client = (user: Subject): Front["admin"] => clientOf(ca, user);
  const proxy = (commonName: string) => clientOf(proxyCa, { commonName, organizations: ["system:masters"] });
  try {
    const known = { port: front.port, ca: ca.certificatePem, admin: client(admin) };
    await body({ ...known, stranger, client, proxy, close });
  } finally {
    await close();
    await server[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await env[Symbol.asyncDispose]();
  }
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

function request(
  front: Front,
  method: string,
  path: string,
  more: https.RequestOptions & { readonly body?: string } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { body, ...options } = more;
    const sent = https.request(
      { host: HOST, port: front.port, ca: front.ca, method, path, agent: false, ...options },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
        );
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

test("HTTP/1.1: a client certificate names the user; none is anonymous, a strange one is 401", () =>
  listen(async (front) => {
    assert.equal((await request(front, "GET", MAPS, front.admin)).status, 200);
    assert.equal((await request(front, "GET", MAPS)).status, 403);
    assert.equal((await request(front, "GET", MAPS, front.stranger)).status, 401);
    assert.equal(
      (await request(front, "GET", MAPS, { headers: { authorization: "Bearer nonsense" } })).status,
      401,
    );
    assert.equal((await request(front, "GET", "/livez")).text, "ok");
  }));

test("a client certificate tells the user's UID; one that names nobody is none", () =>
  listen(async (front) => {
    const review = async (subject: Subject): Promise<unknown> => {
      const sent = { ...front.client(subject), body: "{}", headers: { "content-type": "application/json" } };
      const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
      const { status, text } = await request(front, "POST", path, sent);
      if (status !== 201) return status;
      const { userInfo } = (JSON.parse(text) as Review).status;
      return { username: userInfo["username"], uid: userInfo["uid"] };
    };
    const jane = { commonName: "jane", organizations: ["dev"] };
    assert.deepEqual(await review({ ...jane, uid: "1042" }), { username: "jane", uid: "1042" });
    assert.deepEqual(await review(jane), { username: "jane", uid: undefined });
    assert.equal(await review({ ...jane, commonName: "" }), 403);
  }));

test("a front proxy tells of users in headers; without them, or under another name, it is nobody", () =>
  listen(async (front) => {
    const review = async (by: object, headers: object): Promise<unknown> => {
      const all = { "content-type": "application/json", ...headers };
      const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
      const { status, text } = await request(front, "POST", path, { ...by, body: "{}", headers: all });
      return status === 201 ? (JSON.parse(text) as Review).status.userInfo : status;
    };
    const told = {
      "X-Remote-User": "jane",
      "X-Remote-Uid": "7",
      "X-Remote-Group": ["dev", "ops"],
      "X-Remote-Extra-Acme.com%2FScope": "all",
    };
    assert.deepEqual(await review(front.proxy("front"), told), {
      username: "jane",
      uid: "7",
      groups: ["dev", "ops", "system:authenticated"],
      extra: { "acme.com/scope": ["all"] },
    });
    assert.equal(await review(front.proxy("front"), {}), 401);
    assert.equal(await review(front.proxy("other"), told), 401);
    assert.equal(await review(front.stranger, told), 401);
    const { username } = (await review(front.admin, told)) as Record<string, unknown>;
    assert.equal(username, "admin", "who is no proxy tells of himself");
    assert.equal(await review({}, told), 403);
  }));

interface Review {
  readonly status: { readonly userInfo: Readonly<Record<string, unknown>> };
}

test("a body over the limit is refused, and one that nobody may send is not read", () =>
  listen(async (front) => {
    const body = "x".repeat(4 * 1024 * 1024);
    assert.equal((await request(front, "POST", MAPS, { ...front.admin, body })).status, 413);
    const unsent = { headers: { "content-length": "1000000", "content-type": "application/json" } };
    const refused = await new Promise<number>((resolve, reject) => {
      const sent = https.request({
        host: HOST,
        port: front.port,
        ca: front.ca,
        method: "POST",
        path: MAPS,
        agent: false,
        ...unsent,
      });
      sent.on("response", (response) => resolve(response.statusCode ?? 0));
      sent.on("error", reject);
      sent.flushHeaders();
    });
    assert.equal(refused, 403);
  }));

test("long headers are read as upstream reads them, and what cannot be read is told so", () =>
  listen(async (front) => {
    const path = `${MAPS}?unknown=${"x".repeat(200_000)}`;
    assert.equal((await request(front, "GET", path, front.admin)).status, 200);
    // One value of HTTP/2 is at most 64 KiB long for Node; together they may be longer.
    const longer = { ca: front.ca, ...front.admin, maxSendHeaderBlockLength: 1_000_000 };
    const session = http2.connect(`https://${HOST}:${front.port}`, longer);
    const half = "x".repeat(50_000);
    const stream = session.request({ ":path": `${MAPS}?unknown=${half}`, "x-half": half });
    const [headers] = await once(stream, "response");
    assert.equal(headers[":status"], 200);
    session.destroy();
    const huge = { ...front.admin, headers: { "x-huge": "x".repeat(1_100_000) } };
    assert.equal((await request(front, "GET", MAPS, huge)).status, 431);
    const socket = tls.connect({ host: HOST, port: front.port, ca: front.ca });
    socket.write("nonsense\r\n\r\n");
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.1 400 Bad Request\r\n/);
  }));

test("a client that sends on while it is refused can read why", () =>
  listen(async (front) => {
    const socket = tls.connect({ host: HOST, port: front.port, ca: front.ca });
    const write = (text: string): Promise<unknown> => new Promise((resolve) => socket.write(text, resolve));
    await write(`GET /livez HTTP/1.1\r\nx-huge: ${"x".repeat(1_100_000)}`);
    for (let i = 0; i < 10; i++) await write("x".repeat(100_000));
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.1 431 .*Fields Too Large$/s);
  }));

test("who asks without TLS is told that it takes it", () =>
  listen(async (front) => {
    const socket = net.connect(front.port, HOST);
    socket.write("GET /livez HTTP/1.1\r\nhost: x\r\n\r\n");
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.0 400 .*speaks HTTPS/s);
  }));

test("HTTP/2: many streams share one connection, and a watch delivers while others write", () =>
  listen(async (front) => {
    const session = http2.connect(`https://${HOST}:${front.port}`, { ca: front.ca, ...front.admin });
    const stream = session.request({ ":path": `${MAPS}?watch=true&fieldSelector=metadata.name%3Da` });
    const lines: string[] = [];
    const two = new Promise<void>((resolve) => {
      let text = "";
      stream.on("data", (chunk: Buffer) => {
        text += chunk.toString("utf8");
        lines.splice(0, lines.length, ...text.split("\n").filter((line) => line !== ""));
        if (lines.length === 2) resolve();
      });
    });
    const body = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } });
    const write = (method: string, path: string): Promise<number> =>
      new Promise((resolve) => {
        const sent = session.request({
          ":path": path,
          ":method": method,
          "content-type": "application/json",
        });
        sent.on("response", (headers) => resolve(headers[":status"] ?? 0));
        sent.end(method === "POST" ? body : undefined);
        sent.resume();
      });
    assert.equal(await write("POST", MAPS), 201);
    assert.equal(await write("DELETE", `${MAPS}/a`), 200);
    await two;
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { type: string }).type),
      ["ADDED", "DELETED"],
    );
    session.destroy();
  }));

test("HTTP/2: a connection of somebody unknown takes one request, and one of a user goes on", () =>
  listen(async (front) => {
    const ask = (session: http2.ClientHttp2Session, headers: object = {}): Promise<number> =>
      new Promise((resolve, reject) => {
        const stream = session.request({ ":path": "/livez", ...headers });
        stream.on("response", ({ ":status": status }) => resolve(status ?? 0));
        stream.on("error", reject).resume().end();
      });
    for (const [headers, status] of [
      [{}, 200],
      [{ authorization: "Bearer nonsense" }, 401],
    ] as const) {
      const session = http2.connect(`https://${HOST}:${front.port}`, { ca: front.ca });
      assert.equal(await ask(session, headers), status);
      await assert.rejects(async () => ask(session, headers));
    }
    const known = http2.connect(`https://${HOST}:${front.port}`, { ca: front.ca, ...front.admin });
    for (let i = 0; i < 3; i++) assert.equal(await ask(known), 200);
    assert.equal(known.closed, false);
    known.destroy();
  }));

test("closing ends open watches and idle connections at once", () =>
  listen(async (front) => {
    const watching = request(front, "GET", `${MAPS}?watch=true`, {
      ...front.admin,
      agent: new https.Agent({ keepAlive: true }),
    });
    assert.equal(
      (await request(front, "GET", MAPS, { ...front.admin, agent: new https.Agent({ keepAlive: true }) }))
        .status,
      200,
    );
    const session = http2.connect(`https://${HOST}:${front.port}`, { ca: front.ca, ...front.admin });
    await new Promise<void>((resolve) => session.once("remoteSettings", () => resolve()));
    const start = performance.now();
    await front.close();
    assert.equal((await watching).status, 200);
    assert.ok(performance.now() - start < 3_000, "closing waited for idle clients");
  }));

test("protobuf: objects, lists and watches decode to what JSON says", () =>
  listen(async (front) => {
    const session = http2.connect(`https://${HOST}:${front.port}`, { ca: front.ca, ...front.admin });
    const accept = "application/vnd.kubernetes.protobuf";
    const read = (path: string, wanted: string): Promise<Buffer> =>
      new Promise((resolve, reject) => {
        const stream = session.request({ ":path": path, accept: wanted });
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => resolve(Buffer.concat(chunks)));
        stream.on("error", reject);
      });
    const json = async (path: string): Promise<unknown> =>
      JSON.parse((await read(path, "application/json")).toString("utf8"));
    const object = decodeProtobuf(ConfigMap, await read(`${MAPS}/kube-root-ca.crt`, accept));
    assert.deepEqual(object, await json(`${MAPS}/kube-root-ca.crt`));
    const list = decodeProtobuf(core.ConfigMapList, await read(MAPS, accept));
    assert.deepEqual(
      list.items,
      [object].map(({ kind: _kind, apiVersion: _version, ...rest }) => rest),
    );
    const frames = new WatchFrameReader().push(
      await read(`${MAPS}?watch=true&timeoutSeconds=1`, `${accept};stream=watch`),
    );
    assert.deepEqual(
      frames.map(({ type }) => type),
      ["ADDED"],
    );
    assert.deepEqual(decodeProtobuf(ConfigMap, frames[0]?.object ?? Buffer.alloc(0)), object);
    const missing = decodeProtobuf(meta.Status, await read(`${MAPS}/none`, accept));
    assert.deepEqual([missing.reason, missing.code], ["NotFound", 404]);
    session.destroy();
  }));

test("news go on after an empty piece, which is no end", () =>
  listen(
    async (front) => {
      assert.deepEqual(await request(front, "GET", "/"), { status: 200, text: "one two" });
    },
    async () => {
      async function* pieces(): AsyncIterable<Uint8Array> {
        for (const text of ["one ", "", "two"]) yield Buffer.from(text);
      }
      return { status: 200, headers: {}, body: { type: "stream", chunks: pieces(), live: true } };
    },
  ));
