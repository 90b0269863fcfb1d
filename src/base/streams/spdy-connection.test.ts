/** SPDY/3.1 connections, both ends against each other over a link in memory. */
import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { type ByteChannel, channelPair, pour } from "./byte-channel.ts";
import { ByteReader } from "./byte-reader.ts";
import { spdyWindowBytes } from "./limits.ts";
import { SpdyConnection, type SpdyStream } from "./spdy-connection.ts";
import { SpdyCodec, dataFrame, windowUpdate } from "./spdy-frames.ts";

async function* bytesOf(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function turns(count = 50): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A client and a server that hands every stream to `serve`. */
function spdyPair(serve: (stream: SpdyStream) => void): { client: SpdyConnection; close(): Promise<void> } {
  const [near, far] = channelPair();
  const client = new SpdyConnection(near, "client");
  const server = new SpdyConnection(far, "server", serve);
  const running = [client.run(), server.run()];
  return {
    client,
    async close() {
      await client.close();
      await server.close();
      await Promise.all(running);
    },
  };
}

test("SPDY streams carry headers, megabytes and half-closes both ways at once", async () => {
  const seen: (string | undefined)[] = [];
  const pair = spdyPair((stream) => {
    seen.push(stream.headers["streamtype"]);
    void pour(stream.input, stream);
  });
  const block = Buffer.alloc(100_000, "ab");
  const echo = async (name: string): Promise<number> => {
    const stream = await pair.client.open({ streamType: name });
    const sending = (async () => {
      for (let i = 0; i < 20; i++) await stream.write(block);
      stream.end();
    })();
    let size = 0;
    for await (const chunk of stream.input) size += chunk.length;
    await sending;
    return size;
  };
  assert.deepEqual(await Promise.all([echo("one"), echo("two")]), [2_000_000, 2_000_000]);
  assert.deepEqual(seen, ["one", "two"]);
  await pair.close();
});

test("an unread SPDY stream stops its writer within its window, and the others go on", async () => {
  const unread: SpdyStream[] = [];
  const pair = spdyPair((stream) => {
    if (stream.headers["streamtype"] === "unread") unread.push(stream);
    else void pour(stream.input, stream);
  });
  const teacher = await pair.client.open({ streamtype: "echo" });
  await teacher.write(Buffer.from("x")); // Its window update shows that the peer keeps windows.
  await turns(200);
  const stuck = await pair.client.open({ streamtype: "unread" });
  let written = 0;
  void (async () => {
    for (;;) {
      await stuck.write(Buffer.alloc(1024));
      written += 1024;
    }
  })().catch(() => undefined);
  await turns(5000);
  assert.equal(written, spdyWindowBytes);
  teacher.end();
  assert.equal(await text(teacher.input), "x");
  unread[0]?.destroy();
  await pair.close();
});

test("a reset of one SPDY stream ends it on the other side, after what came before", async () => {
  const pair = spdyPair((stream) => {
    void stream.write(Buffer.from("last words")).then(() => stream.destroy());
  });
  const stream = await pair.client.open({});
  assert.equal(await text(stream.input), "last words");
  await assert.rejects(stream.write(Buffer.from("x")), { code: "closed" });
  await pair.close();
});

test("what an SPDY stream brought is whole for a reader that comes after the connection's end", async () => {
  const [near, far] = channelPair();
  const client = new SpdyConnection(near, "client");
  const server = new SpdyConnection(far, "server", (stream) => {
    void stream.write(Buffer.alloc(50_000, "a")).then(async () => {
      stream.end();
      await server.close();
    });
  });
  const running = [client.run(), server.run()];
  const stream = await client.open({});
  await running[0];
  assert.equal((await text(stream.input)).length, 50_000);
  near.destroy();
  await Promise.allSettled(running);
});

test("SPDY frames of other types and settings are read over, and garbage is refused", async () => {
  const codec = new SpdyCodec();
  const bytes = Buffer.concat([
    windowUpdate(3, 77),
    dataFrame(5, Buffer.from("hi"), true),
    Buffer.alloc(8, 0xff),
  ]);
  const reader = new ByteReader(pieces(bytes, 3));
  assert.deepEqual(await codec.read(reader), { type: "window-update", id: 3, delta: 77 });
  assert.deepEqual(await codec.read(reader), { type: "data", id: 5, fin: true, data: Buffer.from("hi") });
  await assert.rejects(codec.read(reader), { code: "protocol" });
});

test("a link that breaks ends its streams", async () => {
  const [near, far] = channelPair();
  const streams: ByteChannel[] = [];
  const server = new SpdyConnection(far, "server", (stream) => streams.push(stream));
  const running = server.run();
  const client = new SpdyConnection(near, "client");
  const reading = client.run();
  await client.open({});
  near.destroy();
  await assert.rejects(running);
  await assert.rejects(reading);
  await assert.rejects(text(streams[0]?.input ?? bytesOf()), { code: "closed" });
});
