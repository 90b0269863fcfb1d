/** WebSocket frames, both ends against each other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { channelPair } from "./byte-channel.ts";
import { ByteReader } from "./byte-reader.ts";
import { WebSocket, acceptKey } from "./web-socket.ts";

const mask = (): Uint8Array => Uint8Array.of(1, 2, 3, 4);

test("the handshake's key is answered as RFC 6455 shows", () => {
  assert.equal(acceptKey("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

test("WebSocket messages of every length pass masked and unmasked, and a close ends both sides", async () => {
  const [near, far] = channelPair();
  const [client, server] = [new WebSocket(near, mask), new WebSocket(far)];
  const sizes = [0, 1, 125, 126, 65_535, 65_536, 100_000];
  const sending = (async () => {
    for (const size of sizes) await client.send(Buffer.alloc(size, 7));
    await client.close();
  })();
  const got: number[] = [];
  for await (const { data } of server.messages()) {
    got.push(data.length);
    assert.equal(
      data.every((byte) => byte === 7),
      true,
    );
  }
  await sending;
  assert.deepEqual(got, sizes);
  for await (const message of client.messages()) assert.fail(`unexpected ${message.data.length} bytes`);
});

test("WebSocket fragments become one message, and a ping between them is answered", async () => {
  const [near, far] = channelPair();
  const server = new WebSocket(far);
  await near.write(Buffer.from([0x01, 2, 0x61, 0x62])); // text, not final: "ab"
  await near.write(Buffer.from([0x89, 1, 0x70])); // ping "p"
  await near.write(Buffer.from([0x80, 1, 0x63])); // continuation, final: "c"
  const messages = server.messages();
  assert.deepEqual((await messages.next()).value, { isText: true, data: Buffer.from("abc") });
  const pong = (await new ByteReader(near.input).need(3)).toString("latin1");
  assert.equal(pong, "\x8a\x01p");
});

test("a WebSocket frame over the bound is refused before it is read", async () => {
  const [near, far] = channelPair();
  await near.write(Buffer.from([0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0]));
  await assert.rejects(new WebSocket(far).messages().next(), { code: "protocol" });
});
