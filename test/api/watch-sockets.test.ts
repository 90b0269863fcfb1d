/** Watches over WebSockets, as browsers' programs open them, over real sockets. */
import assert from "node:assert/strict";
import { once } from "node:events";
import * as https from "node:https";
import type { Duplex } from "node:stream";
import { test } from "node:test";
import { socketChannel, WebSocket, type WebSocketMessage } from "#base/streams";
import { WatchFrameReader } from "#api";
import { userOf } from "#apiserver";
import { type ServedFront, serveFront } from "../testing/served-front.ts";

const maps = "/api/v1/namespaces/default/configmaps";
const token = "a/secret+token";
const tokens = new Map([[token, userOf("browser", ["system:masters"])]]);
const bearer = `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString("base64url")}`;

interface Opened {
  readonly protocol: string | undefined;
  readonly socket: WebSocket;
  readonly messages: AsyncGenerator<WebSocketMessage>;
  readonly connection: Duplex;
}

/** The connection, or the status of a refusal. */
async function open(
  { port, trust }: ServedFront,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<Opened | number> {
  const request = https.request({
    host: "127.0.0.1",
    port,
    path,
    ca: trust.ca,
    agent: false,
    headers: {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
    },
  });
  request.end();
  const refused = once(request, "response").then(([response]) => Number(response.statusCode));
  const upgraded = once(request, "upgrade").then(([response, connection, head]): Opened => {
    assert.equal(response.headers["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    const socket = new WebSocket(socketChannel(connection, head), () => Buffer.from([1, 2, 3, 4]));
    const protocol = response.headers["sec-websocket-protocol"];
    return { protocol, socket, messages: socket.messages(), connection };
  });
  return Promise.race([refused, upgraded]);
}

async function opened(
  front: ServedFront,
  path: string,
  headers: Readonly<Record<string, string>> = { "sec-websocket-protocol": `${bearer}, any.protocol` },
): Promise<Opened> {
  const found = await open(front, path, headers);
  assert.ok(typeof found !== "number", `refused: ${found}`);
  return found;
}

async function next(messages: AsyncGenerator<WebSocketMessage>): Promise<WebSocketMessage> {
  const { value, done } = await messages.next();
  assert.notEqual(done, true, "the watch has ended");
  return value as WebSocketMessage;
}

const create = (front: ServedFront, name: string) =>
  front.http2.send("POST", maps, { "content-type": "application/json" }, `{"metadata":{"name":"${name}"}}`);

test("each event is a message of text, until the watch is over or the client leaves", async () => {
  await using front = await serveFront({}, { tokens });
  const { protocol, messages, socket } = await opened(
    front,
    `${maps}?watch=1&resourceVersion=${front.store.revision}`,
  );
  assert.equal(protocol, "any.protocol");
  for (const name of ["a", "b"]) await create(front, name);
  for (const name of ["a", "b"]) {
    const { isText, data } = await next(messages);
    const { type, object } = JSON.parse(data.toString());
    assert.deepEqual([isText, type, object.metadata.name], [true, "ADDED", name]);
  }
  await socket.close();
  assert.equal((await messages.next()).done, true, "a goodbye is answered");
  const short = await opened(front, `${maps}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Da`);
  assert.match((await next(short.messages)).data.toString(), /"type":"ADDED"/);
  assert.equal((await short.messages.next()).done, true, "the time is over");
});

test("protobuf comes in binary messages, without lengths of their own", async () => {
  await using front = await serveFront({}, { tokens });
  await create(front, "a");
  const accept = "application/vnd.kubernetes.protobuf;stream=watch";
  const headers = { accept, authorization: `Bearer ${token}` };
  const { protocol, messages, socket } = await opened(
    front,
    `${maps}?watch=1&fieldSelector=metadata.name%3Da`,
    headers,
  );
  assert.equal(protocol, undefined);
  const { isText, data } = await next(messages);
  assert.equal(isText, false);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const [frame] = new WatchFrameReader().push(Buffer.concat([length, data]));
  assert.equal(frame?.type, "ADDED");
  await socket.close();
});

test("a token among the protocols needs another one beside it, and has to be good", async () => {
  await using front = await serveFront({}, { tokens });
  const bad = `base64url.bearer.authorization.k8s.io.${Buffer.from("wrong").toString("base64url")}`;
  for (const protocols of [
    bearer,
    `${bad}, any`,
    `${bearer}, ${bearer}`,
    "base64url.bearer.authorization.k8s.io.=, any",
  ])
    assert.equal(
      await open(front, `${maps}?watch=1`, { "sec-websocket-protocol": protocols }),
      401,
      protocols,
    );
  assert.equal(await open(front, `${maps}?watch=1`, { "sec-websocket-protocol": "any" }), 403);
});
